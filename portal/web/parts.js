// parts.js - what several pages are made of: KERN's components with our words in them.
// SPDX-License-Identifier: EUPL-1.2

import { h } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import htm from 'htm';
import { flagWords } from './words.js';

/** Every page writes HTML through this: values become text nodes, never markup. */
export const html = htm.bind(h);

export function Icon({ name }) {
  return html`<span class="kern-icon kern-icon--${name}" aria-hidden="true"></span>`;
}

export function Badge({ look, children, title }) {
  const icon = look === 'default' ? 'info' : look;
  return html`<span class="kern-badge kern-badge--small kern-badge--${look}" title=${title}>
    <${Icon} name=${icon} /><span class="kern-label kern-label--small">${children}</span>
  </span>`;
}

export function StateBadge({ states, state }) {
  const [words, look, meaning] = states[state] ?? [state, 'info'];
  return html`<${Badge} look=${look} title=${meaning}>${words}<//>`;
}

export function Flags({ flags }) {
  return flags.map(
    (flag) => html`<span key=${flag} class="flag flag--${flag}">${flagWords(flag)}</span>`,
  );
}

export function Alert({ look, title, children, role }) {
  return html`<div class="kern-alert kern-alert--${look}" role=${role}>
    <div class="kern-alert__header">
      <${Icon} name=${look} /><span class="kern-title kern-title--small">${title}</span>
    </div>
    ${children && html`<div class="kern-alert__body"><p class="kern-body">${children}</p></div>`}
  </div>`;
}

export function Button({ look = 'secondary', icon, children, ...rest }) {
  return html`<button type="button" ...${rest} class="kern-btn kern-btn--${look}">
    ${icon && html`<${Icon} name=${icon} />`}<span class="kern-label">${children}</span>
  </button>`;
}

export function TextInput({ id, label, hint, value, onValue, ...rest }) {
  return html`<div class="kern-form-input">
    <label class="kern-label" for=${id}>${label}</label>
    ${hint && html`<div class="kern-hint" id="${id}-hint">${hint}</div>`}
    <input
      class="kern-form-input__input"
      id=${id}
      aria-describedby=${hint ? `${id}-hint` : undefined}
      value=${value}
      onInput=${(event) => onValue(event.currentTarget.value)}
      ...${rest}
    />
  </div>`;
}

export function Select({ id, label, value, options, onValue }) {
  return html`<div class="kern-form-input">
    <label class="kern-label" for=${id}>${label}</label>
    <div class="kern-form-input__select-wrapper">
      <select
        class="kern-form-input__select"
        id=${id}
        value=${value}
        onChange=${(event) => onValue(event.currentTarget.value)}
      >
        ${options.map(
          ([key, words]) =>
            html`<option key=${key} value=${key} selected=${key === value}>${words}</option>`,
        )}
      </select>
    </div>
  </div>`;
}

/** `columns`: [title, kind] with kind "", "numeric" or "hidden"; rows are the children. */
export function Table({ caption, columns, children }) {
  return html`<div class="kern-table-responsive" role="region" aria-label=${caption} tabindex="0">
    <table class="kern-table kern-table--small">
      <caption class="kern-sr-only">
        ${caption}
      </caption>
      <thead class="kern-table__head">
        <tr class="kern-table__row">
          ${columns.map(
            ([title, kind]) =>
              html`<th
                key=${title}
                scope="col"
                class="kern-table__header ${kind === 'numeric' ? 'kern-table__header--numeric' : ''}"
              >
                ${title}
              </th>`,
          )}
        </tr>
      </thead>
      <tbody class="kern-table__body">
        ${children}
      </tbody>
    </table>
  </div>`;
}

export function Cell({ children, numeric }) {
  return html`<td class="kern-table__cell ${numeric ? 'kern-table__cell--numeric' : ''}">
    ${children}
  </td>`;
}

/** The page's heading; takes the focus, so that a screen reader notices the new page. */
export function Heading({ children, aside, title }) {
  const heading = useRef(null);
  useEffect(() => {
    heading.current.focus({ preventScroll: true });
    document.title = `${title ?? heading.current.textContent.trim()} – Posteingang`;
  }, []);
  return html`<div class="page-heading">
    <h1 class="kern-heading-large" tabindex="-1" ref=${heading}>${children}</h1>
    ${aside && html`<div class="page-heading__aside">${aside}</div>`}
  </div>`;
}

export function Fact({ name, children }) {
  return html`<div class="kern-description-list-item">
    <dt class="kern-description-list-item__key">${name}</dt>
    <dd class="kern-description-list-item__value">${children}</dd>
  </div>`;
}

/** `numbers`: [words, number or text, whether it is bad]. */
export function Numbers({ numbers }) {
  return html`<dl class="numbers">
    ${numbers.map(
      ([words, number, isBad]) =>
        html`<div key=${words} class="numbers__item ${isBad ? 'numbers__item--bad' : ''}">
          <dt>${words}</dt>
          <dd>${typeof number === 'number' ? number.toLocaleString('de-DE') : number}</dd>
        </div>`,
    )}
  </dl>`;
}

/**
 * Loads with `load` at once, when `key` changes, and again, unseen, when `version` does. While it
 * loads again the old value stays on the screen.
 */
const TRY_AGAIN_MS = 3000;

export function useLoaded(load, key, version) {
  const [state, setState] = useState({ key: null, value: null, error: null });
  const latest = useRef(0);
  const refresh = useCallback(
    async (background) => {
      const turn = ++latest.current;
      try {
        const value = await load(background);
        if (turn === latest.current) setState({ key, value, error: null });
      } catch (error) {
        if (turn === latest.current) setState((old) => ({ ...old, key, error: error.message, status: error.status }));
      }
    },
    [key],
  );
  useEffect(() => {
    refresh(false);
  }, [key]);
  // What failed because the portal could not be reached is tried again until it can.
  const isCut = state.error !== null && (state.status === 0 || state.status >= 500);
  useEffect(() => {
    if (!isCut) return undefined;
    const timer = setInterval(() => refresh(true), TRY_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isCut, refresh]);
  const seen = useRef(version);
  useEffect(() => {
    // The first version that is known (not 0) is the one that was just loaded.
    if (seen.current !== version && seen.current !== 0) refresh(true);
    seen.current = version;
  }, [version]);
  return { ...state, isFresh: state.key === key, refresh };
}

export function Loading() {
  return html`<p class="kern-body muted" role="status">Einen Augenblick …</p>`;
}

// page_inbox.js - the inbox: which documents there are, and which need a person.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get } from './api.js';
import {
  Alert, Button, Cell, Flags, Heading, html, Loading, Select, StateBadge, Table, useLoaded,
} from './parts.js';
import { countWords, documentStates, kindWords, shareWords, timeWords } from './words.js';

const PAGE = 25;

const tabs = [
  ['clearing', 'In Klärung'],
  ['matching', 'In Zuordnung'],
  ['filed', 'Abgelegt'],
  ['', 'Alle'],
];

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

function Tabs({ state, counts, onState }) {
  return html`<nav class="tabs" aria-label="Nach Zustand">
    ${tabs.map(
      ([key, words]) =>
        html`<button
          key=${key}
          type="button"
          class="tabs__tab"
          aria-current=${key === state ? 'true' : undefined}
          onClick=${() => onState(key)}
        >
          ${words}
          ${counts && html` <span class="tabs__count">${key ? counts[key] : sum(counts)}</span>`}
        </button>`,
    )}
  </nav>`;
}

/** How sure the program was; of a person's decision it says nothing. */
function sureness(document) {
  if (!document.case_number) return '–';
  return document.decided_by === 'auto' ? shareWords(document.confidence) : 'von Hand';
}

function Row({ document }) {
  return html`<tr class="kern-table__row">
    <${Cell}>
      <a class="kern-link" href="#/dokument/${document.document}">${kindWords(document.kind)}</a>
      ${' '}<${Flags} flags=${document.flags} />
    <//>
    <${Cell}><span class="nowrap">${timeWords(document.received)}</span><//>
    <${Cell}>${document.site}<//>
    <${Cell}>
      <span class="case-number">${document.case_number ?? '–'}</span>
      ${document.case_number && document.state === 'clearing' && html` <span class="muted">Vorschlag</span>`}
    <//>
    <${Cell} numeric>${sureness(document)}<//>
    <${Cell}><${StateBadge} states=${documentStates} state=${document.state} /><//>
  </tr>`;
}

function Pager({ offset, total, onOffset }) {
  if (total <= PAGE) return null;
  return html`<nav class="pager" aria-label="Blättern">
    <${Button} disabled=${offset === 0} onClick=${() => onOffset(Math.max(0, offset - PAGE))}>
      Neuere
    <//>
    <span class="kern-body">${offset + 1} bis ${Math.min(offset + PAGE, total)} von ${total.toLocaleString('de-DE')}</span>
    <${Button} disabled=${offset + PAGE >= total} onClick=${() => onOffset(offset + PAGE)}>
      Ältere
    <//>
  </nav>`;
}

const columns = [
  ['Schreiben', ''], ['Eingang', ''], ['Standort', ''], ['Aktenzeichen', ''],
  ['Sicherheit', 'numeric'], ['Zustand', ''],
];

export function InboxPage({ session, version, filter, onFilter }) {
  const { state, site } = filter;
  const [offset, setOffset] = useState(0);
  const query = address('/api/v1/documents', { state, site, offset, limit: PAGE });
  const { value, error } = useLoaded((background) => get(query, { background }), query, version);
  const choose = (change) => {
    setOffset(0);
    onFilter({ ...filter, ...change });
  };

  return html`<${Heading}>Posteingang<//>
    <div class="filters">
      <${Tabs} state=${state} counts=${value?.states} onState=${(key) => choose({ state: key })} />
      <${Select}
        id="site"
        label="Standort"
        value=${site}
        options=${[['', 'Alle Standorte'], ...session.sites.map((name) => [name, name])]}
        onValue=${(name) => choose({ site: name })}
      />
    </div>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && value.documents.length === 0 && html`<${Empty} state=${state} />`}
    ${value &&
    value.documents.length > 0 &&
    html`<${Table} caption="Dokumente, die neuesten zuerst" columns=${columns}>
        ${value.documents.map((document) => html`<${Row} key=${document.document} document=${document} />`)}
      <//>
      <${Pager} offset=${offset} total=${value.total} onOffset=${setOffset} />
      <p class="kern-sr-only" role="status">${countWords(value.total, 'Dokument', 'Dokumente')}</p>`}`;
}

function Empty({ state }) {
  const words = state === 'clearing' ? 'Hier ist nichts zu klären.' : 'Hier ist kein Dokument.';
  return html`<p class="kern-body empty" role="status">${words}</p>`;
}

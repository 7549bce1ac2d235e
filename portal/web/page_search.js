// page_search.js - full text and facts of what one may see, with what was found in its context.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { address, get } from './api.js';
import { Alert, Button, Flags, Heading, html, Loading, StateBadge, TextInput } from './parts.js';
import { documentStates, kindWords, timeWords } from './words.js';

const PORTION = 20;
const WAIT_MS = 250; // after the last letter

/** What was looked for last, while the page is left for a document. */
let remembered = '';

function Context({ pieces }) {
  return html`<p class="hit__context">${pieces.map(([words, isHit], index) =>
    isHit ? html`<mark key=${index}>${words}</mark>` : words)}</p>`;
}

function Hit({ hit }) {
  return html`<li class="hit">
    <div class="hit__head">
      <a class="kern-link" href="#/dokument/${hit.document}">${kindWords(hit.kind)}</a>
      <${Flags} flags=${hit.flags} />
      <${StateBadge} states=${documentStates} state=${hit.state} />
    </div>
    <p class="muted hit__facts">
      <span class="case-number">${hit.case_number ?? 'kein Fall'}</span>, Eingang ${timeWords(hit.received)}, ${hit.site}
    </p>
    ${hit.context.map((pieces, index) => html`<${Context} key=${index} pieces=${pieces} />`)}
  </li>`;
}

function Help() {
  return html`<details class="filter">
    <summary>So suchen Sie genauer</summary>
    <dl class="search-help">
      <dt><code>kündigung miete</code></dt><dd>beide Wörter; ü und ue sind gleich</dd>
      <dt><code>"fristlose kündigung"</code></dt><dd>genau diese Folge</dd>
      <dt><code>kündig*</code></dt><dd>Wörter, die so anfangen</dd>
      <dt><code>-mahnung</code></dt><dd>ohne dieses Wort</dd>
      <dt><code>50.21.000815-1</code></dt><dd>das Aktenzeichen, wie auch immer geschrieben</dd>
      <dt><code>typ:widerspruch</code></dt><dd>Art des Schreibens</dd>
      <dt><code>eingang:2026-03</code></dt><dd>Eingang in diesem Jahr, Monat oder an diesem Tag</dd>
      <dt><code>standort:demmin</code> <code>team:"sg 50.2"</code> <code>az:50.21.000815-1</code></dt><dd>Standort, Team, Fall</dd>
    </dl>
  </details>`;
}

export function SearchPage() {
  const [typed, setTyped] = useState(remembered);
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    let isGone = false;
    remembered = typed;
    if (typed.trim() === '') {
      setFound(null);
      setError(null);
      return undefined;
    }
    const timer = setTimeout(async () => {
      setBusy(true);
      try {
        const value = await get(address('/api/v1/search', { q: typed.trim(), limit: PORTION }));
        if (!isGone) { setFound(value); setError(null); }
      } catch (refusal) {
        if (!isGone) setError(refusal.message);
      }
      if (!isGone) setBusy(false);
    }, WAIT_MS);
    return () => { isGone = true; clearTimeout(timer); };
  }, [typed]);

  async function more() {
    const value = await get(found.next).catch((refusal) => setError(refusal.message));
    if (value) setFound({ ...value, results: [...found.results, ...value.results] });
  }

  const words = !found ? '' : found.results.length === 0 ? 'Nichts gefunden.'
    : `${found.next ? 'Die neuesten ' : ''}${found.results.length} ${found.results.length === 1 ? 'Treffer' : 'Treffer'}`;
  return html`<${Heading}>Suche<//>
    <form class="search" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${TextInput} id="q" label="Suchen in allem, was Sie sehen dürfen" type="search" value=${typed} onValue=${setTyped} autocomplete="off" />
    </form>
    <${Help} />
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <p class="muted" role="status">${isBusy && !found ? 'Es wird gesucht …' : words}</p>
    ${!found && isBusy && html`<${Loading} />`}
    ${found &&
    html`<ol class="hits">${found.results.map((hit) => html`<${Hit} key=${hit.document} hit=${hit} />`)}</ol>
      ${found.next && html`<${Button} onClick=${more}>Ältere Treffer<//>`}`}`;
}

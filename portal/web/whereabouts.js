// whereabouts.js - the answer to "where is my letter?", by the code of a receipt: nothing of what is in
// it, whose it is, or who works on it.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get } from './api.js';
import { Alert, Button, html, TextInput } from './parts.js';
import { timeWords } from './words.js';

export function Whereabouts() {
  const [code, setCode] = useState('');
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);

  async function ask(event) {
    event.preventDefault();
    setError(null);
    setFound(null);
    try {
      setFound(await get(address('/api/v1/whereabouts', { code: code.trim() })));
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<section class="panel" aria-labelledby="whereabouts-title">
    <h2 class="kern-heading-small" id="whereabouts-title">Wo ist mein Brief?</h2>
    <form class="form-row" onSubmit=${ask}>
      <${TextInput} id="code" label="Zeichen auf dem Beleg" value=${code} onValue=${setCode} autocomplete="off" maxlength="12" required />
      <${Button} look="primary" type="submit">Nachsehen<//>
    </form>
    ${error && html`<${Alert} look="warning" title=${error} role="alert" />`}
    ${found &&
    html`<div role="status">
      <p class="kern-body">${found.code}: abgegeben am ${timeWords(found.created)} Uhr, ${found.site}.</p>
      <ul class="proofs">${found.letters.map((letter) => html`<li key=${letter.number}>Schreiben ${letter.number} ${letter.words} (seit ${timeWords(letter.since)}).</li>`)}</ul>
    </div>`}
  </section>`;
}

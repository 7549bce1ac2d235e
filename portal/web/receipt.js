// receipt.js - the receipt for the person at the desk: what was handed in and when, with a code to
// ask by. It can be printed at once; pages and kinds appear when they are known.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useRef, useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Button, html, Loading, TextInput } from './parts.js';
import { countWords, kindWords, timeWords } from './words.js';

/** "1 Seite, Widerspruch", as far as it is known. */
function scanWords(scan) {
  const pages = scan.pages > 0 ? countWords(scan.pages, 'Seite', 'Seiten') : 'wird noch gelesen';
  const kinds = scan.kinds === '' ? [] : scan.kinds.split(' ').map(kindWords);
  return [pages, ...kinds].join(', ');
}

function Paper({ receipt, session }) {
  return html`<div class="receipt__paper">
    <p class="receipt__office">${session.authority}<br />${session.office}, ${receipt.site}</p>
    <h2 class="kern-heading-small">Eingangsbestätigung</h2>
    <p>Wir haben am <strong>${timeWords(receipt.created)} Uhr</strong> von Ihnen erhalten:</p>
    <ul>
      ${receipt.sheets > 0 && html`<li>${countWords(receipt.sheets, 'Blatt', 'Blätter')} Papier</li>`}
      ${receipt.scans.map((scan, index) => html`<li key=${scan.scan}>Sendung ${index + 1}: ${scanWords(scan)}</li>`)}
    </ul>
    <p>Ihr Zeichen für Rückfragen: <strong class="receipt__code">${receipt.code}</strong></p>
    <p class="muted">Diese Bestätigung sagt nichts über den Inhalt der Unterlagen. Bearbeitet von ${receipt.by}.</p>
  </div>`;
}

export function Receipt({ scans, session, version, onClose }) {
  const [receipt, setReceipt] = useState(null);
  const [sheets, setSheets] = useState('');
  const [error, setError] = useState(null);
  const dialog = useRef(null);
  useEffect(() => {
    if (!dialog.current.open) dialog.current.showModal();
  }, []);
  useEffect(() => {
    if (receipt) get(`/api/v1/receipts/${receipt.code}`, { background: true }).then(setReceipt, () => {});
  }, [version]);

  async function make(event) {
    event.preventDefault();
    try {
      setReceipt(await post('/api/v1/receipts', { scans, sheets: Number.parseInt(sheets, 10) || 0 }));
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<dialog class="receipt" ref=${dialog} aria-label="Beleg" onClose=${onClose}>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!receipt &&
    html`<form class="stack" onSubmit=${make}>
      <p class="kern-body">Beleg für ${countWords(scans.length, 'Datei', 'Dateien')}.</p>
      <${TextInput} id="sheets" label="Blätter Papier" hint="Gezählt am Tresen; darf leer bleiben." value=${sheets} onValue=${setSheets} inputmode="numeric" />
      <div class="actions"><${Button} look="primary" type="submit">Beleg erstellen<//><${Button} look="tertiary" onClick=${onClose}>Abbrechen<//></div>
    </form>`}
    ${receipt &&
    html`<${Paper} receipt=${receipt} session=${session} />
      <div class="actions receipt__actions">
        <${Button} look="primary" onClick=${() => window.print()}>Drucken<//>
        <${Button} look="tertiary" onClick=${onClose}>Schließen<//>
      </div>`}
  </dialog>`;
}

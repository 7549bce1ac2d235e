// page_recalls.js - letters that were called back from a wrong case, and until when the supervisory
// authority would have to hear of it (Art. 33 GDPR). The program reckons the hint; people decide.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Badge, Button, Cell, Heading, html, Loading, Select, Table, TextInput, useLoaded } from './parts.js';
import { timeWords } from './words.js';

const HOUR_MS = 3600 * 1000;

/** What stands of the 72 hours, in words and with the badge's look. */
function clockOf(recall) {
  if (recall.outcome) return [recall.outcome === 'reported' ? 'gemeldet' : 'nicht gemeldet', 'success'];
  const hours = Math.floor((new Date(recall.report_by) - Date.now()) / HOUR_MS);
  if (hours < 0) return ['72 Stunden sind um', 'danger'];
  return [hours === 0 ? 'weniger als eine Stunde' : `noch ${hours} h`, hours < 24 ? 'warning' : 'info'];
}

function Settle({ recall, onSettled, onRefused }) {
  const [isOpen, setOpen] = useState(false);
  const [reported, setReported] = useState('no');
  const [reason, setReason] = useState('');
  const send = async (event) => {
    event.preventDefault();
    onRefused(null);
    try {
      await post(`/api/v1/recalls/${recall.number}/settle`, { reported: reported === 'yes', reason });
      onSettled();
    } catch (refusal) {
      onRefused(refusal.message);
    }
  };
  if (!isOpen) return html`<${Button} onClick=${() => setOpen(true)} aria-label="Entscheiden: Rückruf ${recall.number}">Entscheiden<//>`;
  return html`<form class="form-row" onSubmit=${send}>
    <${Select} id="reported-${recall.number}" label="Entscheidung" value=${reported} onValue=${setReported} options=${[['no', 'nicht zu melden'], ['yes', 'gemeldet']]} />
    <${TextInput} id="settled-${recall.number}" label="Begründung" value=${reason} onValue=${setReason} maxlength="500" autocomplete="off" required />
    <${Button} look="primary" type="submit">Festhalten<//><${Button} look="tertiary" onClick=${() => setOpen(false)}>Abbrechen<//>
  </form>`;
}

function Recall({ recall, maySettle, onSettled, onRefused }) {
  const [words, look] = clockOf(recall);
  return html`<tr class="kern-table__row">
    <${Cell} numeric>${recall.number}<//>
    <${Cell}>${recall.case_number || '–'}${recall.reason && html` <span class="note words">${recall.reason}</span>`}<//>
    <${Cell}>${timeWords(recall.recalled)}, ${recall.actor}<//>
    <${Cell}>${timeWords(recall.known)}<//>
    <${Cell}>${timeWords(recall.report_by)} <${Badge} look=${look}>${words}<//>${recall.settled_by && html` <span class="words">${timeWords(recall.settled)}, ${recall.settled_by}: ${recall.settled_reason ?? ''}</span>`}<//>
    <${Cell}><div class="stack stack--tight"><a class="kern-link" href=${`/api/v1/recalls/${recall.number}/note`} target="_blank" rel="noopener">Datenschutzvermerk ${recall.number}</a>
      ${maySettle && !recall.outcome && html`<${Settle} recall=${recall} onSettled=${onSettled} onRefused=${onRefused} />`}</div><//>
  </tr>`;
}

export function RecallsPage({ session, version }) {
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/recalls', { background }), 'recalls', version);
  const [refused, setRefused] = useState(null);
  const maySettle = ['lead', 'registry'].includes(session.user.role);
  return html`<${Heading}>Rückrufe<//>
    <p class="note">Schreiben, die zu einem falschen Fall abgelegt waren. Ab Kenntnis laufen 72 Stunden, in denen die Datenschutzaufsicht zu unterrichten ist, wenn ein Risiko für die Person besteht (Art. 33 DSGVO); auch über das Wochenende. Wer das Schreiben geöffnet hatte, steht im Datenschutzvermerk.</p>
    ${(refused ?? error) && html`<${Alert} look="danger" title=${refused ?? error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.results.length === 0 && html`<p class="kern-body empty" role="status">Nichts wurde zurückgerufen.</p>`}
    ${value?.results.length > 0 &&
    html`<${Table} caption="Rückrufe, der neueste zuerst" columns=${[['Nummer', 'numeric'], ['Falscher Fall', ''], ['Zurückgerufen', ''], ['Bekannt seit', ''], ['Meldung spätestens', ''], ['Vermerk', '']]}>
      ${value.results.map((recall) => html`<${Recall} key=${recall.number} recall=${recall} maySettle=${maySettle} onSettled=${() => refresh(true)} onRefused=${setRefused} />`)}
    <//>`}`;
}

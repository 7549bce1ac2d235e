// law.js - a document's date of receipt with its proofs, and its deadlines: shown, corrected,
// acknowledged. The program reckons hints; people decide.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { act, Form, useAct } from './actions.js';
import { Alert, Badge, Button, html, TextInput, useLoaded } from './parts.js';
import { dayWords, timeWords, todayStamp } from './words.js';

// ---- the date of receipt -------------------------------------------------------------------------

function CorrectForm({ document, receipt, onDone, onClose }) {
  const [day, setDay] = useState(receipt.day);
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Eingangsdatum berichtigen"
    sendWords="Berichtigen"
    isReady=${day !== '' && day !== receipt.day && reason.trim() !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'receipt', { day, reason }))}
  >
    <${TextInput} id="receipt-day" label="Eingegangen am" type="date" max=${todayStamp()} value=${day} onValue=${setDay} />
    <${TextInput} id="receipt-reason" label="Warum" maxlength="300" autocomplete="off" value=${reason} onValue=${setReason} />
  <//>`;
}

function Proof({ proof }) {
  const words = [proof.words, proof.reference].filter(Boolean).join(' ');
  return html`<li class=${proof.proves ? '' : 'muted'}>
    ${dayWords(proof.day)}: ${words}${proof.site ? `, ${proof.site}` : ''}
    <span class="muted"> (${proof.actor === 'auto' ? 'Programm' : proof.actor}, ${timeWords(proof.noted)})</span>
    ${proof.reason && html`<span>: „${proof.reason}“</span>`}
    ${!proof.proves && html`<span> – zählt nicht</span>`}
  </li>`;
}

export function ReceiptDate({ document, revision, mayDecide, onChanged }) {
  const [isOpen, setOpen] = useState(false);
  const { value: receipt } = useLoaded((background) => get(`/api/v1/documents/${document.document}/receipt`, { background }), document.document, revision);
  if (!receipt) return null;
  const done = () => {
    setOpen(false);
    onChanged('Das Eingangsdatum ist berichtigt; die Fristen sind neu berechnet.');
  };
  return html`<section class="panel" aria-labelledby="receipt-title">
    <h2 class="kern-heading-small" id="receipt-title">Eingang am ${dayWords(receipt.day)}</h2>
    <p class="kern-body">${receipt.channel_words}, ${receipt.site}. Es zählt: ${receipt.evidence_words}.</p>
    <details><summary>Nachweise (${receipt.proofs.length})</summary>
      <ul class="proofs">${receipt.proofs.map((proof, index) => html`<${Proof} key=${index} proof=${proof} />`)}</ul>
    </details>
    ${mayDecide && !isOpen && html`<${Button} look="tertiary" onClick=${() => setOpen(true)}>Eingangsdatum berichtigen<//>`}
    ${isOpen && html`<${CorrectForm} document=${document} receipt=${receipt} onDone=${done} onClose=${() => setOpen(false)} />`}
  </section>`;
}

// ---- deadlines -----------------------------------------------------------------------------------

function Acknowledge({ document, onChanged }) {
  const { error, isBusy, run } = useAct(() => onChanged('Die Fristen sind bestätigt.'));
  return html`<div class="stack">
    <${Button} look="primary" disabled=${isBusy} onClick=${() => run(() => post(`/api/v1/documents/${document.document}/acknowledge`, {}))}>Frist gesehen<//>
    ${error && html`<p class="reason" role="alert">${error}</p>`}
  </div>`;
}

export function Deadlines({ document, revision, mayDecide, onChanged }) {
  const { value } = useLoaded((background) => get(`/api/v1/documents/${document.document}/deadlines`, { background }), document.document, revision);
  if (!value || (value.hints.length === 0 && !value.flagged)) return null;
  return html`<section class="panel" aria-labelledby="deadlines-title">
    <h2 class="kern-heading-small" id="deadlines-title">Fristen${value.due ? `: spätestens ${dayWords(value.due)}` : ''}</h2>
    ${value.waiting && value.escalated_at &&
    html`<${Alert} look="danger" title="Seit ${timeWords(value.escalated_at)} überfällig: niemand hat die Frist bestätigt." />`}
    <ul class="proofs">
      ${value.hints.map((hint) => html`<li key=${hint.rule}>
        ${hint.past && html`<${Badge} look="danger">nach Ablauf eingegangen<//> `}${hint.words}
      </li>`)}
    </ul>
    ${value.hints.length > 0 && html`<p class="muted">Hinweise des Programms; ob etwas verspätet oder unzulässig ist, entscheiden Sie.</p>`}
    ${value.waiting && mayDecide && html`<${Acknowledge} document=${document} onChanged=${onChanged} />`}
    ${value.acknowledged_by && html`<p class="note">Gesehen: ${value.acknowledged_by}, ${timeWords(value.acknowledged_at)}</p>`}
  </section>`;
}

/** On a card of a list: the last day, and whether it waits for too long. */
export function DueBadge({ document }) {
  if (!document.due && !document.escalated) return null;
  const look = document.escalated ? 'danger' : 'warning';
  const words = document.due ? `Frist ${dayWords(document.due)}` : 'Frist';
  return html`<${Badge} look=${look}>${document.escalated ? `${words}, nicht bestätigt` : words}<//>`;
}

// anomalies.js - what is unusual about a document's paper or its scan: stated by people, shown in its
// Transfervermerk.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get } from './api.js';
import { act, Form, useAct } from './actions.js';
import { Button, html, Select, TextInput, useLoaded } from './parts.js';
import { timeWords } from './words.js';

function StateForm({ document, codes, onDone, onClose }) {
  const [code, setCode] = useState(codes[0].code);
  const [words, setWords] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Auffälligkeit angeben"
    sendWords="Angeben"
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'anomalies', { code, words }))}
  >
    <${Select} id="anomaly-code" label="Was war auffällig?" value=${code} onValue=${setCode} options=${codes.map((one) => [one.code, one.meaning])} />
    <${TextInput} id="anomaly-words" label="Genauer (freiwillig)" maxlength="300" autocomplete="off" value=${words} onValue=${setWords} />
  <//>`;
}

function Stated({ document, anomaly, mayDecide, onDone }) {
  const { error, isBusy, run } = useAct(onDone);
  return html`<li>
    ${anomaly.meaning}${anomaly.words && html`<span> ${anomaly.words}</span>`}
    <span class="muted"> (${anomaly.actor}, ${timeWords(anomaly.at)})</span>
    ${mayDecide && html` <${Button} look="tertiary" disabled=${isBusy} aria-label=${`Zurücknehmen: ${anomaly.meaning}`} onClick=${() => run(() => act(document, 'anomalies', { code: anomaly.code, withdraw: true }))}>Zurücknehmen<//>`}
    ${error && html`<p class="reason" role="alert">${error}</p>`}
  </li>`;
}

export function Anomalies({ document, revision, mayDecide, onChanged }) {
  const [isOpen, setOpen] = useState(false);
  const { value } = useLoaded((background) => get(`/api/v1/documents/${document.document}/anomalies`, { background }), document.document, revision);
  const isAtRest = ['filed', 'clearing'].includes(document.state);
  if (!value || (value.stated.length === 0 && !(mayDecide && isAtRest))) return null;
  const done = () => {
    setOpen(false);
    onChanged(document.state === 'filed' ? 'Das Dokument bekommt einen neuen Transfervermerk.' : 'Es steht im Transfervermerk, sobald das Dokument abgelegt ist.');
  };
  const unstated = value.codes.filter((one) => !value.stated.some((stated) => stated.code === one.code));
  return html`<section class="panel" aria-labelledby="anomalies-title">
    <h2 class="kern-heading-small" id="anomalies-title">Auffälligkeiten des Papiers</h2>
    ${value.stated.length > 0 && html`<ul class="proofs">
      ${value.stated.map((anomaly) => html`<${Stated} key=${anomaly.code} document=${document} anomaly=${anomaly} mayDecide=${mayDecide && isAtRest} onDone=${done} />`)}
    </ul>`}
    ${mayDecide && isAtRest && !isOpen && unstated.length > 0 && html`<${Button} look="tertiary" onClick=${() => setOpen(true)}>Auffälligkeit angeben<//>`}
    ${isOpen && html`<${StateForm} document=${document} codes=${unstated} onDone=${done} onClose=${() => setOpen(false)} />`}
  </section>`;
}

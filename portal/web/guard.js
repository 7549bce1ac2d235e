// guard.js - why only some may see a document: its classes with their reasons, setting one and
// lifting it again.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get } from './api.js';
import { act, Form, useAct } from './actions.js';
import { Badge, Button, html, Select, TextInput, useLoaded } from './parts.js';
import { guardWords, timeWords } from './words.js';

const classes = ['address', 'staff', 'medical'];

const sources = {
  register: 'steht so im Fallregister',
  case: 'für den ganzen Fall gesetzt',
  kind: 'wegen der Art des Dokuments',
  document: 'für dieses Dokument gesetzt',
  candidate: 'das Schreiben könnte zu einem solchen Fall gehören',
};

/** A mark for whoever sees the document all the same. */
export function GuardBadges({ guards = [] }) {
  return guards.map((guard) => html`<${Badge} key=${guard} look="danger" title="Nur mit besonderem Recht zu sehen">${guardWords(guard)}<//>`);
}

function GuardForm({ document, cause, onDone, onClose }) {
  const [name, setName] = useState(cause?.class ?? classes[0]);
  const [scope, setScope] = useState(cause?.source === 'case' ? 'case' : 'document');
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  const words = cause ? 'Schutz aufheben' : 'Schützen';
  const send = () => act(document, 'guard', { class: name, set: !cause, case: scope === 'case', reason });
  return html`<${Form}
    title=${cause ? `${guardWords(name)} aufheben` : 'Nur mit besonderem Recht zu sehen'}
    sendWords=${words}
    isReady=${reason.trim() !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(send)}
  >
    ${!cause && html`<${Select} id="guard-class" label="Warum geschützt" value=${name} onValue=${setName} options=${classes.map((key) => [key, guardWords(key)])} />`}
    ${!cause && document.case_number && html`<${Select} id="guard-scope" label="Was" value=${scope} onValue=${setScope}
      options=${[['document', 'nur dieses Dokument'], ['case', `der ganze Fall ${document.case_number}`]]} />`}
    <${TextInput} id="guard-reason" label="Begründung" maxlength="500" autocomplete="off" value=${reason} onValue=${setReason} />
    ${!cause && html`<p class="muted">Wer das Recht dazu nicht hat, sieht das Dokument danach nicht mehr – auch Sie selbst.</p>`}
  <//>`;
}

function Cause({ cause, mayLift, onLift }) {
  return html`<li>
    <${Badge} look="danger">${guardWords(cause.class)}<//>${' '}${sources[cause.source]}
    ${cause.actor && html`<span class="muted"> (${cause.actor}, ${timeWords(cause.at)})</span>`}
    ${cause.reason && html`<span>: „${cause.reason}“</span>`}
    ${mayLift && html` <${Button} look="tertiary" onClick=${onLift} aria-label="${guardWords(cause.class)} aufheben">Aufheben<//>`}
  </li>`;
}

/** What may be lifted here: what a person set; of a whole case by the lead. */
const mayLift = (cause, role) => cause.source === 'document' || (cause.source === 'case' && role === 'lead');

export function Guards({ document, revision, role, onChanged }) {
  const [form, setForm] = useState(null);
  const { value } = useLoaded((background) => get(`/api/v1/documents/${document.document}/guard`, { background }), document.document, revision);
  if (!value) return null;
  const done = () => {
    setForm(null);
    onChanged('Der Schutz ist geändert.');
  };
  return html`<section class="panel" aria-labelledby="guard-title">
    <h2 class="kern-heading-small" id="guard-title">Wer dieses Dokument sieht</h2>
    ${value.results.length === 0
      ? html`<p class="kern-body">Alle, die für das Team zuständig sind.</p>`
      : html`<p class="kern-body">Nur wer jedes dieser Rechte hat:</p>
        <ul class="proofs">${value.results.map((cause, index) => html`<${Cause} key=${index} cause=${cause} mayLift=${mayLift(cause, role)} onLift=${() => setForm({ cause })} />`)}</ul>`}
    ${!form && html`<${Button} look="tertiary" onClick=${() => setForm({})}>Schützen<//>`}
    ${form && html`<${GuardForm} key=${JSON.stringify(form)} document=${document} cause=${form.cause} onDone=${done} onClose=${() => setForm(null)} />`}
  </section>`;
}

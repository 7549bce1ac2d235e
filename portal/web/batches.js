// batches.js - stacks of paper: begun with a count, printed a cover for, closed when prepared,
// scanned and accounted for agree, or with a reason.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Badge, Button, html, Loading, Select, TextInput, useLoaded } from './parts.js';
import { channelNames, channelWords, compartmentWords, countWords, dayWords, timeWords } from './words.js';

function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

function NewBatch({ session, version, onMade }) {
  const [operator, setOperator] = useState(session.user.name);
  const [prepared, setPrepared] = useState('');
  const [day, setDay] = useState(today());
  const [channel, setChannel] = useState('');
  const [letterbox, setLetterbox] = useState('0');
  const [error, setError] = useState(null);
  const emptyings = useLoaded((background) => get('/api/v1/letterbox', { background }), 'letterbox', version);

  async function make(event) {
    event.preventDefault();
    setError(null);
    try {
      await post('/api/v1/batches', { operator, prepared: Number.parseInt(prepared, 10) || 0, received_day: day, channel, letterbox: Number(letterbox) });
      setPrepared('');
      onMade();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<section class="panel" aria-labelledby="batch-title">
    <h2 class="kern-heading-small" id="batch-title">Stapel beginnen</h2>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <form class="form-row" onSubmit=${make}>
      <${TextInput} id="operator" label="Vorbereitet von" value=${operator} onValue=${setOperator} required />
      <${TextInput} id="prepared" label="Seiten" value=${prepared} onValue=${setPrepared} inputmode="numeric" pattern="[0-9]+" required />
      <${TextInput} id="received-day" label="Eingangsdatum" type="date" value=${day} onValue=${setDay} required />
      <${Select} id="channel" label="Weg" value=${channel} onValue=${setChannel} options=${channelNames.map((name) => [name, channelWords(name)])} />
      ${emptyings.value?.results.length > 0 && html`<${Select} id="letterbox" label="Aus der Leerung" value=${letterbox} onValue=${setLetterbox}
        options=${[['0', 'keiner'], ...emptyings.value.results.slice(0, 10).map((each) => [String(each.number), `${each.number}: ${dayWords(each.day)} ${each.time}, ${compartmentWords(each.compartment)}`])]} />`}
      <${Button} look="primary" type="submit">Stapel beginnen<//>
    </form>
  </section>`;
}

function Counted({ words, number, isRight }) {
  return html`<div class="counted ${isRight ? '' : 'counted--off'}"><dt>${words}</dt><dd>${number}</dd></div>`;
}

/** Where the sides are: each is exactly one of these. */
function balanceWords(batch) {
  const blanks = batch.scanned - batch.in_documents - batch.refused - batch.duplicates;
  const parts = [
    [batch.in_documents, `in ${countWords(batch.documents, 'Dokument', 'Dokumenten')}`],
    [blanks, 'leer beiseitegelegt'],
    [batch.refused, 'nicht lesbar'],
    [batch.duplicates, 'doppelt gescannt'],
  ].filter(([count]) => count > 0);
  const missing = batch.missing > 0 ? `; ${countWords(batch.missing, 'Trennblatt fehlt', 'Trennblätter fehlen')}` : '';
  return `Seiten: ${parts.map(([count, words]) => `${count} ${words}`).join(', ') || 'noch keine'}; ${countWords(batch.sheets, 'Steuerblatt', 'Steuerblätter')}${missing}`;
}

function Batch({ batch, onChanged }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState(null);

  async function close(event) {
    event.preventDefault();
    try {
      await post(`/api/v1/batches/${batch.batch}/close`, { reason });
      onChanged();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<li class="panel batch">
    <div class="batch__head">
      <h3 class="kern-heading-small">${batch.batch}</h3>
      <${Badge} look=${batch.closed ? 'success' : 'info'}>${batch.closed ? 'abgeschlossen' : 'offen'}<//>
    </div>
    <p class="note">Vorbereitet von ${batch.operator}, Eingang ${batch.received_day ? dayWords(batch.received_day) : 'offen'}${batch.closed ? `; abgeschlossen ${timeWords(batch.closed_at)} von ${batch.closed_by}` : ''}${batch.reason ? `: ${batch.reason}` : ''}</p>
    <dl class="counts">
      <${Counted} words="vorbereitet" number=${batch.prepared} isRight=${true} />
      <${Counted} words="gescannt" number=${batch.scanned} isRight=${batch.scanned === batch.prepared + batch.duplicates} />
      <${Counted} words="verbucht" number=${batch.accounted} isRight=${batch.accounted === batch.scanned} />
    </dl>
    <p class="note">${balanceWords(batch)}</p>
    <div class="actions actions--row"><a class="kern-link" href="/api/v1/batches/${batch.batch}/cover" target="_blank" rel="noopener">Deckblatt drucken</a></div>
    ${!batch.closed &&
    html`<form class="form-row" onSubmit=${close}>
      ${!batch.complete && html`<${TextInput} id="reason-${batch.batch}" label="Grund, warum die Zahlen abweichen dürfen" value=${reason} onValue=${setReason} required />`}
      <${Button} type="submit">Stapel abschließen<//>
      ${error && html`<p class="reason" role="alert">${error}</p>`}
    </form>`}
  </li>`;
}

/** Puts chosen scans, which came without a cover, into one of the batches. */
export function AddToBatch({ scans, onDone }) {
  const { value } = useLoaded((background) => get('/api/v1/batches', { background }), 'batches', 0);
  const [chosen, setChosen] = useState(null);
  const [error, setError] = useState(null);
  const batches = value?.results.filter((batch) => !batch.closed) ?? [];
  if (batches.length === 0) return null;
  const batch = chosen ?? batches[0].batch;

  async function add(event) {
    event.preventDefault();
    setError(null);
    try {
      for (const scan of scans) await post(`/api/v1/batches/${batch}/scans`, { scan });
      onDone(`${countWords(scans.length, 'Scan gehört', 'Scans gehören')} jetzt zum Stapel ${batch}.`);
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<form class="form-row" onSubmit=${add}>
    <${Select} id="batch-of-chosen" label="Stapel" value=${batch} onValue=${setChosen} options=${batches.map((each) => [each.batch, `${each.batch}, ${each.operator}`])} />
    <${Button} type="submit">${countWords(scans.length, 'Scan', 'Scans')} in den Stapel<//>
    ${error && html`<p class="reason" role="alert">${error}</p>`}
  </form>`;
}

export function Batches({ session, version }) {
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/batches', { background }), 'batches', version);
  return html`<${NewBatch} session=${session} version=${version} onMade=${() => refresh(true)} />
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.results.length === 0 && html`<p class="kern-body empty" role="status">Noch gibt es keinen Stapel.</p>`}
    ${value && html`<ul class="batch-list">${value.results.map((batch) => html`<${Batch} key=${batch.batch} batch=${batch} onChanged=${() => refresh(true)} />`)}</ul>`}`;
}

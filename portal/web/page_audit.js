// page_audit.js - who did what when, for Revision and Verwaltung. Ids and our own words only.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get } from './api.js';
import { Alert, Button, Cell, Heading, html, Loading, Select, Table, TextInput, useLoaded } from './parts.js';
import { timeWords } from './words.js';

const kinds = [
  ['', 'alles'],
  ['document.', 'Dokumente'],
  ['document.view', 'Einsicht in Dokumente'],
  ['access.denied', 'verweigerte Zugriffe'],
  ['scan.', 'Scans'],
  ['quality.', 'Qualitätsprüfung'],
  ['paper.', 'Papier'],
  ['person.disclose', 'Auskünfte'],
  ['purge.', 'Löschung'],
  ['forwarding.', 'Weiterleitung'],
  ['user.', 'Personen'],
  ['session.', 'Anmeldungen'],
  ['token.', 'Zugänge für Maschinen'],
  ['batch.', 'Stapel'],
  ['letterbox.', 'Briefkasten'],
  ['request.', 'Angeforderte Unterlagen'],
  ['job.', 'Aufträge'],
  ['worker.', 'Programme'],
  ['register.', 'Register'],
];

/** The nearest kind in words; the action itself stands below, as the API and the records call it. */
function kindOf(action) {
  const [, words] = kinds.filter(([begin]) => begin !== '' && action.startsWith(begin)).sort(([one], [other]) => other.length - one.length)[0] ?? ['', ''];
  return words;
}

const detailWords = (detail) => Object.entries(detail).map(([key, value]) => `${key}: ${String(value).slice(0, 24)}`).join(', ');

export function AuditPage() {
  const empty = { actor: '', action: '', subject: '', since: '', until: '' };
  const [form, setForm] = useState(empty);
  const [filter, setFilter] = useState(empty);
  const [more, setMore] = useState({ key: '', rows: [], next: null });
  const key = JSON.stringify(filter);
  const { value, error } = useLoaded((background) => get(address('/api/v1/audit', filter), { background }), key, 0);
  const isMore = more.key === key;
  const rows = [...(value?.results ?? []), ...(isMore ? more.rows : [])];
  const next = isMore ? more.next : value?.next;
  const change = (name) => (text) => setForm({ ...form, [name]: text });

  async function loadMore() {
    const portion = await get(next);
    setMore({ key, rows: [...(isMore ? more.rows : []), ...portion.results], next: portion.next });
  }

  return html`<${Heading}>Protokoll<//>
    <form class="panel" onSubmit=${(event) => { event.preventDefault(); setFilter(form); }}>
      <div class="form-row">
        <${TextInput} id="actor" label="Wer" value=${form.actor} onValue=${change('actor')} autocomplete="off" />
        <${Select} id="action" label="Was" value=${form.action} options=${kinds} onValue=${change('action')} />
        <${TextInput} id="subject" label="Woran" value=${form.subject} onValue=${change('subject')} autocomplete="off" />
        <${TextInput} id="since" label="von" type="date" value=${form.since} onValue=${change('since')} />
        <${TextInput} id="until" label="bis" type="date" value=${form.until} onValue=${change('until')} />
        <${Button} look="primary" type="submit">Suchen<//>
      </div>
    </form>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && rows.length === 0 && html`<p class="kern-body empty" role="status">Dazu steht nichts im Protokoll.</p>`}
    ${rows.length > 0 &&
    html`<${Table} caption="Protokoll, das Neueste zuerst" columns=${[['Nummer', 'numeric'], ['Zeit', ''], ['Wer', ''], ['Was', ''], ['Woran', ''], ['Einzelheiten', '']]}>
      ${rows.map((row) => html`<tr class="kern-table__row" key=${row.id}>
        <${Cell} numeric>${row.id}<//><${Cell}><span class="nowrap">${timeWords(row.at)}</span><//><${Cell}>${row.actor}<//><${Cell}>${kindOf(row.action)}<p class="note">${row.action}</p><//>
        <${Cell}><span class="file-name">${row.subject}</span><//><${Cell}><span class="note file-name">${detailWords(row.detail)}</span><//>
      </tr>`)}
    <//>`}
    ${next && html`<div class="pager"><${Button} onClick=${loadMore}>Ältere zeigen<//></div>`}`;
}

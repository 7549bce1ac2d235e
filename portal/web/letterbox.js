// letterbox.js - emptyings of the site's letterbox. Where a night letterbox parts the letters, each
// compartment is an emptying of its own.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Button, Cell, html, Loading, Select, Table, TextInput, useLoaded } from './parts.js';
import { compartmentNames, compartmentWords, dayWords, timeWords, todayStamp } from './words.js';

function nowStamp() {
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

function NewEmptying({ onMade }) {
  const [compartment, setCompartment] = useState('all');
  const [day, setDay] = useState(todayStamp());
  const [time, setTime] = useState(nowStamp());
  const [pieces, setPieces] = useState('');
  const [error, setError] = useState(null);
  const [notice, setNotice] = useState(null);

  async function make(event) {
    event.preventDefault();
    setError(null);
    setNotice(null);
    try {
      const made = await post('/api/v1/letterbox', { compartment, day, time, pieces: Number.parseInt(pieces, 10) || 0 });
      setPieces('');
      setNotice(`Leerung ${made.number}: Diese Sendungen sind am ${dayWords(made.counts_for)} eingegangen.`);
      onMade();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<section class="panel" aria-labelledby="emptying-title">
    <h2 class="kern-heading-small" id="emptying-title">Leerung eintragen</h2>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${notice && html`<${Alert} look="success" title=${notice} role="status" />`}
    <form class="form-row" onSubmit=${make}>
      <${Select} id="compartment" label="Fach" value=${compartment} onValue=${setCompartment} options=${compartmentNames.map((name) => [name, compartmentWords(name)])} />
      <${TextInput} id="emptied-day" label="Tag" type="date" max=${todayStamp()} value=${day} onValue=${setDay} required />
      <${TextInput} id="emptied-time" label="Uhrzeit" type="time" value=${time} onValue=${setTime} />
      <${TextInput} id="pieces" label="Sendungen" value=${pieces} onValue=${setPieces} inputmode="numeric" pattern="[0-9]*" />
      <${Button} look="primary" type="submit">Eintragen<//>
    </form>
  </section>`;
}

export function Letterbox({ version }) {
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/letterbox', { background }), 'letterbox', version);
  const columns = [['Nr.', 'numeric'], ['Geleert', ''], ['Fach', ''], ['Eingegangen am', ''], ['Sendungen', 'numeric'], ['Von', '']];
  return html`<${NewEmptying} onMade=${() => refresh(true)} />
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.results.length === 0 && html`<p class="kern-body empty" role="status">Noch ist keine Leerung eingetragen.</p>`}
    ${value?.results.length > 0 && html`<${Table} caption="Leerungen, die neuesten zuerst" columns=${columns}>
      ${value.results.map((each) => html`<tr key=${each.number} class="kern-table__row">
        <${Cell} numeric>${each.number}<//>
        <${Cell}>${dayWords(each.day)}${each.time ? `, ${each.time}` : ''}<//>
        <${Cell}>${compartmentWords(each.compartment)}<//>
        <${Cell}>${dayWords(each.counts_for)}<//>
        <${Cell} numeric>${each.pieces > 0 ? each.pieces : '–'}<//>
        <${Cell}>${each.by}, ${timeWords(each.noted)}<//>
      </tr>`)}
    <//>`}`;
}

// page_rights.js - who may see guarded documents: one person proposes, another one confirms.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Badge, Button, Cell, Heading, html, Loading, Select, Table, TextInput, useLoaded } from './parts.js';
import { guardWords, timeWords } from './words.js';

const classes = ['address', 'staff', 'medical'];

function NewRight({ onChange }) {
  const [account, setAccount] = useState('');
  const [name, setName] = useState(classes[0]);
  const send = (event) => {
    event.preventDefault();
    onChange('', { account, class: name });
  };
  return html`<form class="panel" onSubmit=${send} aria-labelledby="new-right">
    <h2 class="kern-heading-small" id="new-right">Recht vorschlagen</h2>
    <div class="form-row">
      <${TextInput} id="right-account" label="Konto" value=${account} onValue=${setAccount} autocomplete="off" required />
      <${Select} id="right-class" label="sieht auch" value=${name} onValue=${setName} options=${classes.map((key) => [key, guardWords(key)])} />
      <${Button} look="primary" type="submit">Vorschlagen<//>
    </div>
    <p class="muted">Es gilt, sobald eine andere Person es bestätigt hat, und endet mit der Rolle.</p>
  </form>`;
}

function Right({ right, user, onChange }) {
  const body = { account: right.account, class: right.class };
  const what = `${guardWords(right.class)} für ${right.account}`;
  const mayConfirm = !right.confirmed && right.proposed_by !== user.name && right.account !== user.name;
  return html`<tr class="kern-table__row">
    <${Cell}>${right.account}<//>
    <${Cell}>${guardWords(right.class)}<//>
    <${Cell}>${right.proposed_by}, ${timeWords(right.proposed)}<//>
    <${Cell}>${right.confirmed ? `${right.confirmed_by}, ${timeWords(right.confirmed)}` : html`<${Badge} look="warning">noch nicht bestätigt<//>`}<//>
    <${Cell}><div class="actions">
      ${mayConfirm && html`<${Button} look="primary" onClick=${() => onChange('/confirm', body)} aria-label="Bestätigen: ${what}">Bestätigen<//>`}
      <${Button} look="tertiary" onClick=${() => onChange('/withdraw', body)} aria-label="Entziehen: ${what}">Entziehen<//>
    </div><//>
  </tr>`;
}

export function RightsPage({ session, version }) {
  const [refusal, setRefusal] = useState(null);
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/rights', { background }), 'rights', version);

  async function change(path, body) {
    try {
      await post(`/api/v1/rights${path}`, body);
      setRefusal(null);
    } catch (problem) {
      setRefusal(problem.message);
    }
    refresh(true);
  }

  const words = refusal ?? error;
  return html`<${Heading}>Rechte<//>
    <p class="kern-body">Dokumente mit Sperrvermerk, von Mitarbeiterfällen und mit Gesundheitsdaten sieht nur, wer hier das Recht dazu hat – zusätzlich zu Rolle und Sachgebiet.</p>
    ${words && html`<${Alert} look="danger" title=${words} role="alert" />`}
    ${session.user.role === 'admin' && html`<${NewRight} onChange=${change} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && value.results.length === 0 && html`<p class="kern-body empty" role="status">Niemand hat ein solches Recht.</p>`}
    ${value && value.results.length > 0 && html`<${Table} caption="Rechte auf geschützte Dokumente" columns=${[['Konto', ''], ['sieht', ''], ['vorgeschlagen', ''], ['bestätigt', ''], ['Eingreifen', '']]}>
      ${value.results.map((right) => html`<${Right} key=${`${right.account} ${right.class}`} right=${right} user=${session.user} onChange=${change} />`)}
    <//>`}`;
}

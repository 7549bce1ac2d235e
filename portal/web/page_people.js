// page_people.js - who may log in, who is logged in, which machines have a token.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import {
  Alert, Badge, Button, Cell, Heading, html, Loading, Select, Table, TextInput, useLoaded,
} from './parts.js';
import { roleWords, timeWords } from './words.js';

const roles = ['mailroom', 'caseworker', 'lead', 'quality', 'registry', 'auditor', 'admin'];

/** Site and team where the role asks for them. */
function PlaceInputs({ prefix, place, onPlace, session }) {
  const change = (part) => onPlace({ ...place, ...part });
  return html`<${Select} id="${prefix}-role" label="Rolle" value=${place.role} options=${roles.map((role) => [role, roleWords(role)])} onValue=${(role) => change({ role })} />
    ${place.role === 'mailroom' && html`<${Select} id="${prefix}-site" label="Standort" value=${place.site} options=${session.sites.map((name) => [name, name])} onValue=${(site) => change({ site })} />`}
    ${(place.role === 'caseworker' || place.role === 'lead') && html`<${TextInput} id="${prefix}-team" label="Sachgebiet" value=${place.team} onValue=${(team) => change({ team })} required />`}`;
}

/** Only what the role asks for. */
function placeOf({ role, site, team }) {
  if (role === 'mailroom') return { role, site };
  return role === 'caseworker' || role === 'lead' ? { role, team } : { role };
}

function NewUser({ session, onDone }) {
  const empty = { name: '', password: '', place: { role: 'caseworker', site: session.sites[0], team: '' } };
  const [form, setForm] = useState(empty);
  const [error, setError] = useState(null);

  async function add(event) {
    event.preventDefault();
    try {
      await post('/api/v1/users', { name: form.name, password: form.password, ...placeOf(form.place) });
      setForm(empty);
      setError(null);
      onDone();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<form class="panel" onSubmit=${add} aria-labelledby="new-user">
    <h2 class="kern-heading-small" id="new-user">Neue Person</h2>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <div class="form-row">
      <${TextInput} id="new-name" label="Name" value=${form.name} onValue=${(name) => setForm({ ...form, name })} autocomplete="off" required />
      <${TextInput} id="new-password" label="Kennwort" type="password" value=${form.password} onValue=${(password) => setForm({ ...form, password })} autocomplete="new-password" required />
      <${PlaceInputs} prefix="new" place=${form.place} onPlace=${(place) => setForm({ ...form, place })} session=${session} />
      <${Button} look="primary" type="submit">Anlegen<//>
    </div>
  </form>`;
}

function User({ user, session, onDone }) {
  const [place, setPlace] = useState(null);
  const [error, setError] = useState(null);

  async function act(path, body) {
    try {
      await post(`/api/v1/users/${user.name}/${path}`, body);
      setPlace(null);
      setError(null);
      onDone();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  const of = user.site ?? user.team;
  return html`<tr class="kern-table__row">
    <${Cell}>${user.name}<//>
    <${Cell}>${roleWords(user.role)}${of ? `, ${of}` : ''}<//>
    <${Cell}>${timeWords(user.created)}<//>
    <${Cell}><${Badge} look=${user.disabled ? 'warning' : 'success'}>${user.disabled ? 'gesperrt' : 'aktiv'}<//>${user.factor ? ' mit zweitem Faktor' : ''}<//>
    <${Cell}>
      ${place
        ? html`<form class="form-row" onSubmit=${(event) => { event.preventDefault(); act('role', placeOf(place)); }}>
            <${PlaceInputs} prefix=${user.name} place=${place} onPlace=${setPlace} session=${session} />
            <${Button} look="primary" type="submit">Speichern<//><${Button} look="tertiary" onClick=${() => setPlace(null)}>Abbrechen<//>
          </form>`
        : html`<div class="actions">
            <${Button} onClick=${() => setPlace({ role: user.role, site: user.site ?? session.sites[0], team: user.team ?? '' })} aria-label="Rolle ändern: ${user.name}">Rolle ändern<//>
            ${user.factor && user.name !== session.user.name && html`<${Button} look="tertiary" onClick=${() => act('factor/reset', {})} aria-label="Zweiten Faktor zurücksetzen: ${user.name}">Zweiten Faktor zurücksetzen<//>`}
            <${Button} look="tertiary" onClick=${() => act(user.disabled ? 'enable' : 'disable', {})} aria-label="${user.disabled ? 'Entsperren' : 'Sperren'}: ${user.name}">${user.disabled ? 'Entsperren' : 'Sperren'}<//>
          </div>`}
      ${error && html`<p class="reason" role="alert">${error}</p>`}
    <//>
  </tr>`;
}

function Session({ open, onDone }) {
  async function end() {
    await post(`/api/v1/sessions/${open.session}/end`, {}).catch(() => {});
    onDone();
  }
  return html`<tr class="kern-table__row">
    <${Cell}>${open.user}${open.own ? ' (diese Anmeldung)' : ''}<//>
    <${Cell}>${open.address}<//>
    <${Cell}>${timeWords(open.begun)}<//>
    <${Cell}>${timeWords(open.used)}<//>
    <${Cell}>${!open.own && html`<${Button} onClick=${end} aria-label="Beenden: Anmeldung von ${open.user}">Beenden<//>`}<//>
  </tr>`;
}

function Tokens({ tokens, session, onDone }) {
  const [name, setName] = useState('');
  const [place, setPlace] = useState({ role: 'mailroom', site: session.sites[0], team: '' });
  const [made, setMade] = useState(null);
  const [error, setError] = useState(null);

  async function add(event) {
    event.preventDefault();
    try {
      setMade(await post('/api/v1/tokens', { name, ...placeOf(place) }));
      setName('');
      setError(null);
      onDone();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  async function revoke(token) {
    await post(`/api/v1/tokens/${token}/revoke`, {}).catch((refusal) => setError(refusal.message));
    onDone();
  }

  return html`<h2 class="kern-heading-small">Zugänge für Maschinen</h2>
    ${made && html`<${Alert} look="info" title="Der Zugang „${made.name}“ ist angelegt. Das Geheimnis steht nur dieses eine Mal hier:" role="status"><code class="secret">${made.token}</code><//>`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <form class="panel" onSubmit=${add}><div class="form-row">
      <${TextInput} id="token-name" label="Name des Zugangs" value=${name} onValue=${setName} autocomplete="off" required />
      <${PlaceInputs} prefix="token" place=${place} onPlace=${setPlace} session=${session} />
      <${Button} type="submit">Zugang anlegen<//>
    </div></form>
    ${tokens.length > 0 &&
    html`<${Table} caption="Zugänge für Maschinen" columns=${[['Name', ''], ['Rolle', ''], ['Seit', ''], ['Zugang', ''], ['Eingreifen', '']]}>
      ${tokens.map((token) => html`<tr class="kern-table__row" key=${token.name}>
        <${Cell}>${token.name}<//><${Cell}>${roleWords(token.role)}${token.site ? `, ${token.site}` : ''}<//><${Cell}>${timeWords(token.created)}<//>
        <${Cell}><${Badge} look=${token.revoked ? 'warning' : 'success'}>${token.revoked ? `entzogen ${timeWords(token.revoked)}` : 'gültig'}<//><//>
        <${Cell}>${!token.revoked && html`<${Button} onClick=${() => revoke(token.name)} aria-label="Entziehen: Zugang ${token.name}">Entziehen<//>`}<//>
      </tr>`)}
    <//>`}`;
}

async function load(background) {
  const [users, sessions, tokens] = await Promise.all(
    ['users', 'sessions', 'tokens'].map((noun) => get(`/api/v1/${noun}`, { background })),
  );
  return { users: users.results, sessions: sessions.results, tokens: tokens.results };
}

export function PeoplePage({ session, version }) {
  const { value, error, refresh } = useLoaded(load, 'people', version);
  const again = () => refresh(true);
  if (!value) {
    return html`<${Heading}>Personen<//>
      ${error ? html`<${Alert} look="danger" title=${error} role="alert" />` : html`<${Loading} />`}`;
  }
  return html`<${Heading}>Personen<//>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <${NewUser} session=${session} onDone=${again} />
    <${Table} caption="Personen, die sich anmelden dürfen" columns=${[['Name', ''], ['Rolle', ''], ['Seit', ''], ['Zugang', ''], ['Eingreifen', '']]}>
      ${value.users.map((user) => html`<${User} key=${user.name} user=${user} session=${session} onDone=${again} />`)}
    <//>
    <h2 class="kern-heading-small">Anmeldungen</h2>
    <${Table} caption="Offene Anmeldungen" columns=${[['Person', ''], ['von', ''], ['seit', ''], ['zuletzt', ''], ['Eingreifen', '']]}>
      ${value.sessions.map((open) => html`<${Session} key=${open.session} open=${open} onDone=${again} />`)}
    <//>
    <${Tokens} tokens=${value.tokens} session=${session} onDone=${again} />`;
}

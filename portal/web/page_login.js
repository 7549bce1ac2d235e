// page_login.js - the log-in: name and password, and a code from those who have a second factor.
// SPDX-License-Identifier: EUPL-1.2

import { useLayoutEffect, useState } from 'preact/hooks';
import { post } from './api.js';
import { Alert, Button, html, TextInput } from './parts.js';

/** Takes the focus when it is asked for. */
function CodeInput({ value, onValue }) {
  useLayoutEffect(() => document.getElementById('code').focus(), []);
  return html`<${TextInput}
    id="code"
    label="Code"
    hint="Sechs Ziffern aus Ihrer App, oder ein Code auf Papier."
    value=${value}
    onValue=${onValue}
    autocomplete="one-time-code"
    autocapitalize="characters"
    spellcheck=${false}
    required
  />`;
}

export function LoginPage({ office, notice, onLogin }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState(null); // null: none is asked for
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  async function logIn(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onLogin(await post('/api/v1/login', code === null ? { name, password } : { name, password, code: code.trim() }));
    } catch (refusal) {
      const wantsCode = refusal.answer.code === true;
      if (!wantsCode && refusal.status === 401) setPassword('');
      setCode(wantsCode ? '' : refusal.status === 401 ? null : code);
      setError(wantsCode && code === null ? null : refusal.message);
      setBusy(false);
    }
  }

  return html`<main class="login" id="content">
    <h1 class="kern-heading-large">Anmelden</h1>
    <p class="kern-body muted">${office}</p>
    ${notice && !error && html`<${Alert} look="info" title=${notice} role="status" />`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <form onSubmit=${logIn} class="stack">
      <${TextInput}
        id="name"
        label="Name"
        value=${name}
        onValue=${setName}
        autocomplete="username"
        autocapitalize="none"
        spellcheck=${false}
        required
      />
      <${TextInput}
        id="password"
        label="Kennwort"
        type="password"
        value=${password}
        onValue=${setPassword}
        autocomplete="current-password"
        required
      />
      ${code !== null && html`<${CodeInput} value=${code} onValue=${setCode} />`}
      <${Button} look="primary" type="submit" disabled=${isBusy}>
        ${isBusy ? 'Wird geprüft …' : 'Anmelden'}
      <//>
    </form>
  </main>`;
}

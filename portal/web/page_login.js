// page_login.js - the log-in.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { post } from './api.js';
import { Alert, Button, html, TextInput } from './parts.js';

export function LoginPage({ office, notice, onLogin }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  async function logIn(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onLogin(await post('/api/v1/login', { name, password }));
    } catch (refusal) {
      setPassword('');
      setError(refusal.message);
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
      <${Button} look="primary" type="submit" disabled=${isBusy}>
        ${isBusy ? 'Wird geprüft …' : 'Anmelden'}
      <//>
    </form>
  </main>`;
}

// page_account.js - one's own account: the second factor, and where one is logged in.
//
// The secret and the codes on paper are shown once. The picture is drawn here, of the rows that the
// portal sends; nothing of it is asked for elsewhere.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Badge, Button, Cell, Fact, Heading, html, Loading, Table, TextInput, useLoaded } from './parts.js';
import { countWords, roleWords, timeWords } from './words.js';

const QUIET = 4; // modules around the code (ISO/IEC 18004)

/** The dark modules of each row as one path. */
function Picture({ rows }) {
  const size = rows.length + 2 * QUIET;
  const path = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`)).join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR-Code für die App" shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" />
  </svg>`;
}

const inFours = (secret) => secret.replace(/(.{4})(?=.)/g, '$1 ');

function CodeInput({ value, onValue, label = 'Code aus der App' }) {
  return html`<${TextInput} id="code" label=${label} hint="Sechs Ziffern, alle 30 Sekunden neue." value=${value} onValue=${onValue} inputmode="numeric" autocomplete="one-time-code" maxlength="7" required />`;
}

/** A form with one field and what goes wrong with it. */
function Step({ words, children, onSend }) {
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  async function send(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSend();
    } catch (refusal) {
      setError(refusal.message);
    }
    setBusy(false);
  }
  return html`<form class="stack factor__step" onSubmit=${send}>
    ${children}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <${Button} look="primary" type="submit" disabled=${isBusy}>${words}<//>
  </form>`;
}

function Paper({ codes, onDone }) {
  return html`<div class="stack">
    <${Alert} look="warning" title="Codes auf Papier: nur dieses eine Mal zu sehen" role="status">
      Drucken Sie diese Seite oder schreiben Sie die Codes ab. Jeder gilt einmal, wenn das Telefon nicht zur Hand ist.
    <//>
    <ol class="paper-codes">${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ol>
    <div class="actions"><${Button} onClick=${() => window.print()}>Drucken<//><${Button} look="primary" onClick=${onDone}>Ich habe die Codes<//></div>
  </div>`;
}

/** From the password to the first code. `begun`: the secret that is shown. */
function SetUp({ onCodes, onClose }) {
  const [password, setPassword] = useState('');
  const [begun, setBegun] = useState(null);
  const [code, setCode] = useState('');
  if (!begun) {
    return html`<${Step} words="Weiter" onSend=${async () => {
      const answer = await post('/api/v1/account/factor/begin', { password });
      setPassword('');
      setBegun(answer);
    }}>
      <${TextInput} id="password" label="Ihr Kennwort noch einmal" type="password" value=${password} onValue=${setPassword} autocomplete="current-password" required />
    <//>
    <${Button} look="tertiary" onClick=${onClose}>Abbrechen<//>`;
  }
  return html`<div class="factor__begun">
    <${Picture} rows=${begun.picture} />
    <div class="stack">
      <p class="kern-body">Öffnen Sie auf dem Telefon eine App für Einmalcodes (etwa FreeOTP oder Aegis) und nehmen Sie das Bild auf. Ohne Kamera tippen Sie diesen Schlüssel ein:</p>
      <p class="kern-body"><code class="secret">${inFours(begun.secret)}</code></p>
      <${Step} words="Einrichten" onSend=${async () => onCodes((await post('/api/v1/account/factor/codes', { code: code.replaceAll(' ', '') })).codes)}>
        <${CodeInput} value=${code} onValue=${setCode} />
      <//>
    </div>
  </div>`;
}

function WithCode({ words, path, onDone, onClose }) {
  const [code, setCode] = useState('');
  return html`<${Step} words=${words} onSend=${async () => onDone(await post(path, { code: code.replaceAll(' ', '') }))}>
      <${CodeInput} value=${code} onValue=${setCode} />
    <//>
    <${Button} look="tertiary" onClick=${onClose}>Abbrechen<//>`;
}

function Factor({ factor, onChanged }) {
  const [open, setOpen] = useState(null); // "begin", "codes", "remove"
  const [codes, setCodes] = useState(null);
  const close = () => setOpen(null);
  const change = () => {
    setOpen(null);
    onChanged();
  };
  if (codes) {
    return html`<${Paper} codes=${codes} onDone=${() => {
      setCodes(null);
      change();
    }} />`;
  }
  if (open === 'begin') return html`<${SetUp} onCodes=${setCodes} onClose=${close} />`;
  if (open === 'codes') {
    return html`<${WithCode} words="Neue Codes machen" path="/api/v1/account/factor/codes" onDone=${(answer) => setCodes(answer.codes)} onClose=${close} />`;
  }
  if (open === 'remove') {
    return html`<${WithCode} words="Zweiten Faktor entfernen" path="/api/v1/account/factor/remove" onDone=${change} onClose=${close} />`;
  }
  if (!factor.enrolled) {
    return html`<p class="kern-body">Mit einem zweiten Faktor genügt ein gestohlenes Kennwort nicht mehr: Beim Anmelden fragt das Portal zusätzlich nach einem Code von Ihrem Telefon.</p>
      <${Button} look="primary" onClick=${() => setOpen('begin')}>Zweiten Faktor einrichten<//>`;
  }
  return html`<p class="kern-body">
      Eingerichtet ${timeWords(factor.since)}; noch ${countWords(factor.codes_left, 'Code', 'Codes')} auf Papier.
    </p>
    <div class="actions">
      <${Button} onClick=${() => setOpen('codes')}>Neue Codes auf Papier<//>
      ${!factor.required && html`<${Button} look="tertiary" onClick=${() => setOpen('remove')}>Entfernen<//>`}
    </div>`;
}

/** A mail that says that there is something, and never what. */
function Notices({ account, onChanged }) {
  const { notices } = account;
  const [mail, setMail] = useState(notices.mail ?? '');
  const [error, setError] = useState(null);
  const [said, setSaid] = useState(null);
  if (!notices.possible) return html`<p class="kern-body muted">Diese Anlage verschickt keine E-Mails.</p>`;
  async function set(wanted) {
    setError(null);
    setSaid(null);
    try {
      await post('/api/v1/account/notices', account.directory ? { wanted } : { wanted, mail });
      setSaid(wanted ? 'Sie bekommen Hinweise per E-Mail.' : 'Sie bekommen keine Hinweise mehr.');
      onChanged();
    } catch (refusal) {
      setError(refusal.message);
    }
  }
  return html`<p class="kern-body">Eine E-Mail, höchstens einmal in der Stunde, wenn etwas Ungelesenes in Ihrem Posteingang liegt. Sie nennt keine Namen und keine Inhalte.</p>
    <form class="stack factor__step" onSubmit=${(event) => { event.preventDefault(); set(true); }}>
      ${account.directory
        ? html`<p class="kern-body">An: ${notices.mail ?? 'keine Adresse im Verzeichnis'}</p>`
        : html`<${TextInput} id="mail" label="E-Mail-Adresse" type="email" value=${mail} onValue=${setMail} autocomplete="email" required />`}
      ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
      ${said && html`<${Alert} look="success" title=${said} role="status" />`}
      <div class="actions">
        <${Button} type="submit" disabled=${account.directory && !notices.mail}>${notices.wanted ? 'Adresse ändern' : 'Hinweise bestellen'}<//>
        ${notices.wanted && html`<${Button} look="tertiary" onClick=${() => set(false)}>Abbestellen<//>`}
      </div>
    </form>`;
}

function Sessions({ sessions, onChanged }) {
  const [error, setError] = useState(null);
  async function end(session) {
    await post(`/api/v1/account/sessions/${session}/end`, {}).catch((refusal) => setError(refusal.message));
    onChanged();
  }
  return html`<h2 class="kern-heading-small">Wo Sie angemeldet sind</h2>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <${Table} caption="Eigene Anmeldungen" columns=${[['von', ''], ['seit', ''], ['zuletzt', ''], ['Eingreifen', '']]}>
      ${sessions.map((open) => html`<tr class="kern-table__row" key=${open.session}>
        <${Cell}>${open.address}${open.own ? ' (diese Anmeldung)' : ''}<//>
        <${Cell}>${timeWords(open.begun)}<//>
        <${Cell}>${timeWords(open.used)}<//>
        <${Cell}>${!open.own && html`<${Button} onClick=${() => end(open.session)} aria-label="Beenden: Anmeldung von ${open.address}">Beenden<//>`}<//>
      </tr>`)}
    <//>`;
}

async function load(background) {
  const [account, sessions] = await Promise.all([
    get('/api/v1/account', { background }),
    get('/api/v1/account/sessions', { background }),
  ]);
  return { account, sessions: sessions.results };
}

/** `onSession`: called when what this person may has changed. */
export function AccountPage({ session, version, onSession }) {
  const { value, error, refresh } = useLoaded(load, 'account', version);
  if (!value) {
    return html`<${Heading}>Mein Konto<//>
      ${error ? html`<${Alert} look="danger" title=${error} role="alert" />` : html`<${Loading} />`}`;
  }
  const { account, sessions } = value;
  const { factor } = account;
  const changed = () => {
    window.location.hash = '#/konto'; // who was shown nothing else until now stays here
    refresh(true);
    onSession();
  };
  return html`<${Heading}>Mein Konto<//>
    ${session.user.lacks_factor && html`<${Alert} look="warning" title="Ihre Rolle verlangt einen zweiten Faktor." role="status">
      Richten Sie ihn jetzt ein; danach steht Ihnen alles andere offen.
    <//>`}
    <section class="panel" aria-label="Angaben zum Konto">
      <dl class="kern-description-list facts">
        <${Fact} name="Name">${account.title ?? account.name}<//>
        <${Fact} name="Rolle">${roleWords(account.role)}${account.site ?? account.team ? `, ${account.site ?? account.team}` : ''}<//>
        <${Fact} name="Kennwort">${account.directory ? 'das des Verzeichnisses der Behörde' : 'nur für den Posteingang; die Verwaltung setzt ein neues'}<//>
      </dl>
    </section>
    <section class="panel" aria-labelledby="factor">
      <h2 class="kern-heading-small" id="factor">Zweiter Faktor ${' '}<${Badge} look=${factor.enrolled ? 'success' : 'warning'}>${factor.enrolled ? 'eingerichtet' : 'nicht eingerichtet'}<//></h2>
      <${Factor} factor=${factor} onChanged=${changed} />
    </section>
    ${['caseworker', 'lead'].includes(account.role) &&
    html`<section class="panel" aria-labelledby="notices">
      <h2 class="kern-heading-small" id="notices">Hinweise per E-Mail</h2>
      <${Notices} account=${account} onChanged=${changed} />
    </section>`}
    <${Sessions} sessions=${sessions} onChanged=${changed} />`;
}

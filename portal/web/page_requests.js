// page_requests.js - papers that were asked for: what came, what is open and overdue, and what waits in
// clearing and may be what is missing. One look before a benefit is refused.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get, post } from './api.js';
import { Form, useAct } from './actions.js';
import { Alert, Badge, Button, Heading, html, Loading, Select, TextInput, useLoaded } from './parts.js';
import { countWords, dayWords, deciderWords, kindNames, kindWords, timeWords, todayStamp } from './words.js';

const caseAddress = (number) => `#/unterlagen/${encodeURIComponent(number)}`;
const anyKind = ['', 'andere'];

// ---- asking --------------------------------------------------------------------------------------

function ItemInputs({ index, item, onItem }) {
  return html`<div class="request-item">
    <${Select} id=${`item-kind-${index}`} label=${`Art der Unterlage ${index + 1}`} value=${item.kind}
      options=${[anyKind, ...kindNames.map((name) => [name, kindWords(name)])]} onValue=${(kind) => onItem({ ...item, kind })} />
    <${TextInput} id=${`item-words-${index}`} label="Worum es geht" value=${item.words} maxlength="250" autocomplete="off"
      onValue=${(words) => onItem({ ...item, words })} />
  </div>`;
}

function AskForm({ number, onDone, onClose }) {
  const [caseNumber, setCaseNumber] = useState(number ?? '');
  const [due, setDue] = useState('');
  const [items, setItems] = useState([{ kind: '', words: '' }]);
  const { error, isBusy, run } = useAct(onDone);
  const asked = items
    .map((item) => ({ kind: item.kind, words: item.words.trim() || (item.kind ? kindWords(item.kind) : '') }))
    .filter((item) => item.words !== '');
  return html`<${Form} title="Unterlagen anfordern" sendWords="Anfordern" isBusy=${isBusy} error=${error} onClose=${onClose}
    isReady=${caseNumber.trim() !== '' && due !== '' && asked.length > 0}
    send=${() => run(() => post('/api/v1/requests', { case_number: caseNumber.trim(), due_day: due, items: asked }))}>
    <${TextInput} id="request-case" label="Aktenzeichen" value=${caseNumber} onValue=${setCaseNumber} autocomplete="off" />
    <${TextInput} id="request-due" label="Bis wann" type="date" min=${todayStamp()} value=${due} onValue=${setDue} />
    ${items.map((item, index) => html`<${ItemInputs} key=${index} index=${index} item=${item}
      onItem=${(changed) => setItems(items.map((other, at) => (at === index ? changed : other)))} />`)}
    ${items.length < 40 && html`<${Button} look="tertiary" onClick=${() => setItems([...items, { kind: '', words: '' }])}>Weitere Unterlage<//>`}
  <//>`;
}

// ---- one request ---------------------------------------------------------------------------------

function ReasonForm({ title, sendWords, path, body, onDone, onClose }) {
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form} title=${title} sendWords=${sendWords} isReady=${reason.trim() !== ''} isBusy=${isBusy} error=${error}
    onClose=${onClose} send=${() => run(() => post(path, { ...body, reason }))}>
    <${TextInput} id="request-reason" label="Warum" value=${reason} onValue=${setReason} maxlength="900" autocomplete="off" />
  <//>`;
}

function Item({ request, item, onDone }) {
  const [isOpening, setOpening] = useState(false);
  const { error, isBusy, run } = useAct(() => onDone('Vermerkt: Die Unterlage ist da.'));
  const path = `/api/v1/requests/${request.request}/items`;
  return html`<li class="asked__item">
    <${Badge} look=${item.open ? 'warning' : 'success'}>${item.open ? 'offen' : 'da'}<//>
    <span><strong>${item.words}</strong>${item.kind && html` <span class="muted">(${kindWords(item.kind)})</span>`}</span>
    ${!item.open && html`<span class="muted">${timeWords(item.changed)}, ${deciderWords(item.changed_by)}</span>`}
    ${item.document && html`<a class="kern-link" href="#/dokument/${item.document}">Dokument</a>`}
    ${item.open
      ? html`<${Button} look="tertiary" aria-label="Ist da: ${item.words}" disabled=${isBusy} onClick=${() => run(() => post(path, { item: item.item, came: true }))}>Ist da<//>`
      : html`<${Button} look="tertiary" aria-label="Fehlt doch: ${item.words}" onClick=${() => setOpening(true)}>Fehlt doch<//>`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${isOpening && html`<${ReasonForm} title=${`Fehlt doch: ${item.words}`} sendWords="Wieder öffnen" path=${path}
      body=${{ item: item.item, came: false }} onClose=${() => setOpening(false)}
      onDone=${() => { setOpening(false); onDone('Die Unterlage ist wieder offen.'); }} />`}
  </li>`;
}

function Request({ request, showsCase, onDone }) {
  const [isClosing, setClosing] = useState(false);
  const look = request.overdue ? 'danger' : request.open ? 'info' : 'success';
  const stand = request.overdue ? 'überfällig' : request.open ? 'offen' : 'geschlossen';
  return html`<section class="panel" aria-label=${`Anforderung ${request.request}`}>
    <h2 class="kern-heading-small">Anforderung ${request.request}, bis ${dayWords(request.due)} <${Badge} look=${look}>${stand}<//></h2>
    <p class="kern-body">
      ${showsCase && html`<a class="kern-link" href=${caseAddress(request.case_number)}>${request.case_number}</a>, `}
      gestellt ${timeWords(request.made)} von ${request.made_by}${request.reason ? `. Geschlossen von ${deciderWords(request.ended_by)}: „${request.reason}“` : ''}
    </p>
    <ul class="asked">${request.items.map((item) => html`<${Item} key=${item.item} request=${request} item=${item} onDone=${onDone} />`)}</ul>
    <div class="actions actions--row">
      <a class="kern-link" href=${`/api/v1/requests/${request.request}/sheet`} target="_blank" rel="noopener">Rücklaufblatt drucken</a>
      ${request.open && !isClosing && html`<${Button} look="tertiary" onClick=${() => setClosing(true)}>Schließen<//>`}
    </div>
    ${isClosing && html`<${ReasonForm} title="Anforderung schließen" sendWords="Schließen" path=${`/api/v1/requests/${request.request}/close`}
      body=${{}} onClose=${() => setClosing(false)} onDone=${() => { setClosing(false); onDone('Die Anforderung ist geschlossen.'); }} />`}
  </section>`;
}

// ---- before a refusal ----------------------------------------------------------------------------

const hintWords = (hints) =>
  [hints.case && 'wird diesem Fall zugerechnet', hints.candidate && 'nennt vielleicht diesen Fall', hints.kind && 'ist von einer Art, die fehlt']
    .filter(Boolean).join(', ');

function Perhaps({ number, version }) {
  const { value, error } = useLoaded((background) => get(address('/api/v1/missing', { case: number }), { background }), number, version);
  if (error) return html`<${Alert} look="danger" title=${error} role="alert" />`;
  if (!value) return html`<${Loading} />`;
  return html`<section class="panel" aria-labelledby="perhaps">
    <h2 class="kern-heading-small" id="perhaps">Vor einer Versagung (§ 66 SGB I): liegt in der Klärung und könnte fehlen</h2>
    ${value.results.length === 0 && html`<p class="kern-body">Nichts, was Sie sehen dürfen.</p>`}
    <ul class="related">${value.results.map((document) => html`<li key=${document.document}>
      <a class="kern-link" href="#/dokument/${document.document}">${kindWords(document.kind)}</a>
      <span class="muted">${' '}${timeWords(document.received)}, ${hintWords(document.hints)}</span>
    </li>`)}</ul>
    ${value.hidden > 0 && html`<${Alert} look="warning" title=${`Dazu ${countWords(value.hidden, 'Schreiben', 'Schreiben')} bei anderen Teams.`}>
      Bitte fragen Sie die Registratur, bevor Sie versagen.<//>`}
  </section>`;
}

// ---- the page ------------------------------------------------------------------------------------

function CaseInput({ number }) {
  const [typed, setTyped] = useState(number ?? '');
  const send = (event) => {
    event.preventDefault();
    if (typed.trim() !== '') window.location.hash = caseAddress(typed.trim());
  };
  return html`<form class="panel" aria-label="Fall öffnen" onSubmit=${send}>
    <div class="form-row">
      <${TextInput} id="requests-of" label="Aktenzeichen" value=${typed} onValue=${setTyped} autocomplete="off" />
      <${Button} type="submit">Fall zeigen<//>
    </div>
  </form>`;
}

export function RequestsPage({ id, version }) {
  const number = id ? decodeURIComponent(id) : null;
  const [isAsking, setAsking] = useState(false);
  const [notice, setNotice] = useState(null);
  const query = number ? { case: number } : { only: 'open' };
  const { value, error, refresh } = useLoaded((background) => get(address('/api/v1/requests', query), { background }), number ?? '', version);
  const done = (words) => {
    setNotice(words);
    setAsking(false);
    refresh(true);
  };
  return html`<${Heading} title="Unterlagen">${number ? `Unterlagen zu ${number}` : 'Angeforderte Unterlagen'}<//>
    ${notice && html`<${Alert} look="success" title=${notice} role="status" />`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <${CaseInput} key=${number ?? ''} number=${number} />
    ${!isAsking && html`<div class="actions actions--row"><${Button} look="primary" onClick=${() => setAsking(true)}>Unterlagen anfordern<//>
      ${number && html`<a class="kern-link" href="#/unterlagen">Alle offenen</a>`}</div>`}
    ${isAsking && html`<${AskForm} number=${number} onClose=${() => setAsking(false)} onDone=${() => done('Die Anforderung ist gestellt.')} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && value.results.length === 0 && html`<p class="kern-body empty" role="status">${number ? 'Zu diesem Fall ist nichts angefordert.' : 'Nichts ist offen.'}</p>`}
    ${value && value.results.map((request) => html`<${Request} key=${request.request} request=${request} showsCase=${!number} onDone=${done} />`)}
    ${number && html`<${Perhaps} number=${number} version=${version} />`}`;
}

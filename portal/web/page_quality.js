// page_quality.js - what was drawn is compared with its paper, and paper that was checked is released.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { get, post } from './api.js';
import { DocumentView } from './page_document.js';
import { Alert, Badge, Button, Cell, Heading, html, Loading, Table, TextInput, useLoaded } from './parts.js';
import { countWords, dayWords, kindWords, timeWords } from './words.js';

/** What may be wrong: [word of the API, words]. */
const findings = [
  ['page_missing', 'Seite fehlt'], ['unreadable', 'nicht lesbar'], ['wrong_order', 'falsche Reihenfolge'],
  ['cut_off', 'abgeschnitten'], ['foreign_page', 'fremde Seite darin'], ['wrong_case', 'falscher Fall'],
  ['wrong_kind', 'falsche Art'], ['turned', 'falsch gedreht'], ['colour_lost', 'Farbe verloren'],
  ['two_letters', 'zwei Schreiben in einem'], ['wrong_receipt', 'falsches Eingangsdatum'],
];
const findingWords = Object.fromEntries(findings);
const drawnWords = { sample: 'Stichprobe', kind: 'wegen der Art', finding: 'nach einem Befund', asked: 'auf Nachfrage' };
const stands = {
  checking: ['in Prüfung', 'info'], waiting: ['Papier aufbewahren', 'info'],
  ready: ['kann freigegeben werden', 'warning'], released: ['freigegeben', 'success'],
};

// ---- checking ------------------------------------------------------------------------------------

function CheckForm({ item, onDone }) {
  const [found, setFound] = useState([]);
  const [words, setWords] = useState('');
  const [error, setError] = useState(null);
  const toggle = (name) => setFound(found.includes(name) ? found.filter((other) => other !== name) : [...found, name]);

  async function send(good) {
    setError(null);
    try {
      await post(`/api/v1/documents/${item.document}/check`, { good, findings: good ? '' : found.join(' '), words });
      onDone(good ? 'Geprüft: in Ordnung.' : 'Befund vermerkt. Das ganze Los wird geprüft.');
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<form class="panel" aria-label="Vergleich mit dem Papier" onSubmit=${(event) => event.preventDefault()}>
    <h2 class="kern-heading-small">Mit dem Papier verglichen</h2>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <fieldset class="checks">
      <legend class="kern-label">Was nicht stimmt</legend>
      ${findings.map(([name, label]) => html`<label key=${name} class="checks__item">
        <input type="checkbox" checked=${found.includes(name)} onChange=${() => toggle(name)} /> ${label}
      </label>`)}
    </fieldset>
    <${TextInput} id="check-words" label="Bemerkung" value=${words} onValue=${setWords} maxlength="1000" />
    <div class="actions actions--row">
      <${Button} look="primary" disabled=${found.length > 0} onClick=${() => send(true)}>In Ordnung<//>
      <${Button} disabled=${found.length === 0} onClick=${() => send(false)}>Befund vermerken<//>
    </div>
  </form>`;
}

function OpenItem({ item, session, version, onBack, onDone }) {
  return html`<div class="actions actions--row"><${Button} look="tertiary" onClick=${onBack}>Zurück zur Liste<//></div>
    <${CheckForm} key=${item.document} item=${item} onDone=${onDone} />
    <${DocumentView} id=${item.document} session=${session} version=${version} mayDecide=${false} />`;
}

function Items({ items, onOpen }) {
  if (items.length === 0) return html`<p class="kern-body empty" role="status">Nichts ist zu prüfen.</p>`;
  return html`<${Table} caption="Zu prüfen" columns=${[['Eingang', ''], ['Art', ''], ['Stapel', ''], ['Standort', ''], ['Gescannt von', ''], ['Grund', ''], ['Stand', ''], ['Prüfen', '']]}>
    ${items.map((item) => html`<tr class="kern-table__row" key=${item.document}>
      <${Cell}><span class="nowrap">${timeWords(item.received)}</span><//><${Cell}>${kindWords(item.kind)}<//>
      <${Cell}>${item.batch ?? 'ohne'}<//><${Cell}>${item.site}<//><${Cell}>${item.operator ?? '–'}<//>
      <${Cell}>${drawnWords[item.drawn] ?? item.drawn}<//>
      <${Cell}>${item.findings ? item.findings.split(' ').map((name) => findingWords[name] ?? name).join(', ') : 'offen'}<//>
      <${Cell}><${Button} onClick=${() => onOpen(item)} aria-label="Prüfen: ${kindWords(item.kind)} vom ${timeWords(item.received)}">Prüfen<//><//>
    </tr>`)}
  <//>`;
}

function ToCheck({ session, version }) {
  const [open, setOpen] = useState(null);
  const [notice, setNotice] = useState(null);
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/quality', { background }), 'quality', version);
  const done = (words) => {
    setNotice(words);
    setOpen(null);
    refresh(true);
  };
  if (open)
    return html`<${OpenItem} item=${open} session=${session} version=${version} onBack=${() => setOpen(null)} onDone=${done} />`;
  return html`<${Heading}>Qualität<//>
    <p class="note">Vergleichen Sie das Dokument Seite für Seite mit dem Papier. Wer gescannt hat, prüft nicht selbst.</p>
    ${notice && html`<${Alert} look="success" title=${notice} role="status" />`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && html`<${Items} items=${value.results} onOpen=${setOpen} />`}
    <${Lots} version=${version} mayRelease=${false} />`;
}

// ---- paper ---------------------------------------------------------------------------------------

function Lot({ lot, mayRelease, onRelease }) {
  const [words, look] = stands[lot.stand] ?? [lot.stand, 'info'];
  return html`<tr class="kern-table__row">
    <${Cell}>${lot.batch ?? `${lot.site}, ${dayWords(lot.day)}`}<//>
    <${Cell}>${countWords(lot.documents, 'Dokument', 'Dokumente')}, ${lot.drawn} gezogen (${(lot.rate / 10).toLocaleString('de-DE')} %)<//>
    <${Cell}>${lot.open === 0 ? 'geprüft' : `${lot.open} offen`}${lot.finding ? ', mit Befund' : ''}<//>
    <${Cell}>${dayWords(lot.paper_from)}${lot.kept > 0 ? `, ${lot.kept} dauerhaft` : ''}<//>
    <${Cell}><${Badge} look=${look}>${words}<//>${lot.released_by ? ` ${timeWords(lot.released)}, ${lot.released_by}` : ''}<//>
    ${mayRelease && html`<${Cell}>${lot.stand !== 'released' && html`<${Button} disabled=${lot.stand !== 'ready'} onClick=${() => onRelease(lot)} aria-label="Freigeben: ${lot.batch ?? `${lot.site}, ${dayWords(lot.day)}`}">Freigeben<//>`}<//>`}
  </tr>`;
}

function Lots({ version, mayRelease }) {
  const [error, setError] = useState(null);
  const { value, error: failed, refresh } = useLoaded((background) => get('/api/v1/lots', { background }), 'lots', version);
  async function release(lot) {
    setError(null);
    try {
      await post(`/api/v1/lots/${lot.lot}/release`, {});
      refresh(true);
    } catch (refusal) {
      setError(refusal.message);
    }
  }
  const columns = [['Karton', ''], ['Stichprobe', ''], ['Prüfung', ''], ['Papier bis', ''], ['Stand', '']];
  return html`<section class="section" aria-labelledby="lots-title">
    <h2 class="kern-heading-small" id="lots-title">Kartons</h2>
    ${(error ?? failed) && html`<${Alert} look="danger" title=${error ?? failed} role="alert" />`}
    ${value?.results.length === 0 && html`<p class="kern-body empty" role="status">Noch ist keine Stichprobe gezogen.</p>`}
    ${value?.results.length > 0 && html`<${Table} caption="Lose, das neueste zuerst" columns=${mayRelease ? [...columns, ['Eingreifen', '']] : columns}>
      ${value.results.map((lot) => html`<${Lot} key=${lot.lot} lot=${lot} mayRelease=${mayRelease} onRelease=${release} />`)}
    <//>`}
    <div class="actions actions--row">
      <a class="kern-link" href="/api/v1/paper" download>Liste für die Kartons (CSV)</a>
      <a class="kern-link" href="/api/v1/paper?released=1" download>Nur Freigegebenes (CSV)</a>
    </div>
  </section>`;
}

export function QualityPage({ session, version }) {
  return html`<${ToCheck} session=${session} version=${version} />`;
}

export function PaperPage({ session, version }) {
  return html`<${Heading}>Papier<//>
    <p class="note">Ein Karton wird freigegeben, wenn die Stichprobe für gut befunden und die Aufbewahrungszeit um ist: von jemandem, der weder gescannt noch geprüft hat.</p>
    <${Lots} version=${version} mayRelease=${session.user.role !== 'auditor'} />`;
}

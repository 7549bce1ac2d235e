// page_operations.js - how the machine does: what wants looking at, queues, workers, the course of
// hours and days, sites, failures, the configuration in force.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get, post } from './api.js';
import { ActivityChart } from './chart.js';
import {
  Alert, Badge, Button, Cell, Heading, html, Loading, Numbers, Select, Table, useLoaded,
} from './parts.js';
import { countWords, dayWords, jobKindWords, sizeWords, timeWords, workerKindWords } from './words.js';

const queueWords = { read: 'Lesen', match: 'Zuordnen', file: 'Ablegen' };

/** [words, what to do] for everything that an admin should look at. */
function worries({ operations, sites }) {
  const found = [];
  const { scans, documents, jobs, space, workers } = operations;
  const corrupt = scans.corrupt + documents.corrupt;
  if (workers.every((worker) => worker.gone)) {
    found.push(['Kein Leser und keine Zuordnung arbeitet', 'Läuft „posteingang run“, oder laufen die Dienste?']);
  }
  if (jobs.dead > 0) found.push([`${countWords(jobs.dead, 'Auftrag ist', 'Aufträge sind')} aufgegeben`, 'Die Gründe stehen unten; dort lassen sie sich neu versuchen.']);
  if (corrupt > 0) found.push([`${countWords(corrupt, 'Eintrag widerspricht', 'Einträge widersprechen')} sich`, '„posteingang verify“ nennt den Grund.']);
  if (space.free_bytes !== null && space.free_bytes < space.least_bytes) {
    found.push(['Der Speicherplatz ist knapp', 'Neue Scans bleiben in den Ordnern, bis wieder Platz ist.']);
  }
  for (const site of sites) {
    if (site.remote && site.line && !site.line.stands) found.push([`Die Leitung zur Annahmestelle ${site.site} ist unterbrochen`, 'Was dort gescannt wird, ist dort gesichert und kommt nach.']);
    if (site.remote && site.line?.stands && site.line.trouble) found.push([`Von der Annahmestelle ${site.site} wird nichts übernommen`, site.line.trouble]);
    if (!site.folder_is_there) found.push([`Der Scanordner von ${site.site} ist nicht erreichbar`, 'Ist die Freigabe eingehängt?']);
  }
  return found;
}

/** [look, words] of a desk far away. */
function lineState(line) {
  if (line === null) return ['warning', 'war noch nie da'];
  if (!line.stands) return ['danger', `unterbrochen, zuletzt ${timeWords(line.heard)}`];
  return line.trouble ? ['danger', 'steht, nichts wird übernommen'] : ['success', 'Leitung steht'];
}

function lineWords(line) {
  const words = [];
  if (line.waiting > 0) words.push(`dort warten ${countWords(line.waiting, 'Scan', 'Scans')} (${sizeWords(line.waiting_bytes)}), der älteste seit ${timeWords(line.oldest)}`);
  if (line.sending && line.sending.size > 0) words.push(`einer wird übertragen: ${Math.floor((100 * line.sending.done) / line.sending.size)} %`);
  if (line.rate === 0) words.push('um diese Uhrzeit wird nichts übertragen');
  if (line.rate > 0) words.push(`höchstens ${sizeWords(line.rate)} in der Sekunde`);
  if (line.trouble) words.push(line.trouble);
  return words.join('; ');
}

function Site({ site }) {
  const [look, words] = site.remote
    ? lineState(site.line)
    : site.folder_is_there ? ['success', 'Ordner erreichbar'] : ['danger', 'Ordner nicht erreichbar'];
  const waiting = site.remote ? site.line?.waiting ?? 0 : site.pending;
  return html`<tr class="kern-table__row">
    <${Cell}>${site.site}${site.remote && html`<p class="note">entfernte Annahmestelle</p>`}<//>
    <${Cell}>${timeWords(site.last_scan)}<//><${Cell} numeric>${waiting}<//>
    <${Cell}><${Badge} look=${look}>${words}<//>${site.line && html`<p class="note">${lineWords(site.line)}</p>`}<//>
  </tr>`;
}

function workerState(worker) {
  if (worker.gone) return ['warning', `weg seit ${timeWords(worker.gone)}`];
  if (worker.drained) return ['warning', worker.job ? 'läuft leer' : 'angehalten'];
  return worker.job ? ['info', jobKindWords(worker.job)] : ['success', 'bereit'];
}

function Worker({ worker, onChanged }) {
  const [error, setError] = useState(null);
  const [look, words] = workerState(worker);
  const progress = worker.page_count > 0 ? `, Seite ${worker.page_done} von ${worker.page_count}` : '';

  async function act(verb) {
    try {
      await post(`/api/v1/workers/${verb}`, { name: worker.name });
      setError(null);
      onChanged();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<tr class="kern-table__row">
    <${Cell}><span class="file-name">${worker.name}</span><p class="note">${workerKindWords(worker.kind)} auf ${worker.host}, Version ${worker.version}</p><//>
    <${Cell}><${Badge} look=${look}>${words}<//>${worker.job && html`<p class="note"><span class="file-name">${worker.source}</span>${progress}</p>`}<//>
    <${Cell}>${timeWords(worker.since)}<//>
    <${Cell} numeric>${worker.jobs_done.toLocaleString('de-DE')}<//>
    <${Cell} numeric>${Math.round(worker.jobs_hourly).toLocaleString('de-DE')}<//>
    <${Cell} numeric>${worker.memory ? sizeWords(worker.memory) : '–'}<//>
    <${Cell}>
      ${worker.last_error && html`<p class="reason">${worker.last_error}</p>`}
      ${!worker.gone &&
      html`<div class="actions">
        ${worker.drained
          ? html`<${Button} onClick=${() => act('resume')} aria-label="Weiter: ${worker.name}">Weiter<//>`
          : html`<${Button} onClick=${() => act('drain')} aria-label="Anhalten: ${worker.name}">Anhalten<//>`}
        ${worker.name.includes('/') && html`<${Button} look="tertiary" onClick=${() => act('revoke')} aria-label="Schlüssel entziehen: ${worker.name}">Schlüssel entziehen<//>`}
      </div>`}
      ${error && html`<p class="reason" role="alert">${error}</p>`}
    <//>
  </tr>`;
}

function Queue({ queue }) {
  return html`<tr class="kern-table__row">
    <${Cell}>${queueWords[queue.kind]}<//>
    <${Cell} numeric>${queue.ready}<//>
    <${Cell} numeric>${queue.leased}<//>
    <${Cell} numeric>${queue.dead}<//>
    <${Cell}>${timeWords(queue.oldest)}<//>
    <${Cell} numeric>${queue.hourly}<//>
    <${Cell}>${timeWords(queue.expected_end)}<//>
  </tr>`;
}

function Failure({ failure, onChanged }) {
  const [done, setDone] = useState(null);

  async function retry() {
    try {
      const { count } = await post('/api/v1/failures/retry', { kind: failure.kind, reason: failure.reason });
      setDone(`${countWords(count, 'Auftrag wird', 'Aufträge werden')} neu versucht.`);
      onChanged();
    } catch (refusal) {
      setDone(refusal.message);
    }
  }

  return html`<tr class="kern-table__row">
    <${Cell}>${queueWords[failure.kind]}<//>
    <${Cell}><span class="words">${failure.reason || 'ohne Grund'}</span><//>
    <${Cell} numeric>${failure.count}<//>
    <${Cell}><${Button} onClick=${retry} aria-label="Neu versuchen: ${failure.reason}">Neu versuchen<//>${done && html`<p class="note" role="status">${done}</p>`}<//>
  </tr>`;
}

async function load(background, hours) {
  const ask = (path) => get(path, { background });
  const [operations, queues, sites, failures, activity] = await Promise.all([
    ask('/api/v1/operations'), ask('/api/v1/queues'), ask('/api/v1/sites'), ask('/api/v1/failures'),
    ask(address('/api/v1/operations/activity', { hours })),
  ]);
  return { operations, queues: queues.results, sites: sites.results, failures: failures.results, activity };
}

export function OperationsPage({ version }) {
  const [hours, setHours] = useState('24');
  const { value, error, refresh } = useLoaded((background) => load(background, hours), hours, version);
  if (!value) {
    return html`<${Heading}>Betrieb<//>
      ${error ? html`<${Alert} look="danger" title=${error} role="alert" />` : html`<${Loading} />`}`;
  }
  const { operations, queues, sites, failures, activity } = value;
  const again = () => refresh(true);
  const numbers = [
    ['in Arbeit', operations.jobs.leased],
    ['aufgegeben', operations.jobs.dead, operations.jobs.dead > 0],
    ['in Klärung', operations.documents.clearing],
    ['abgelegt', operations.documents.filed],
    ['gelesene Seiten', operations.pages_read],
    ['Fälle im Register', operations.register.cases],
    ['Register vom', operations.register.imported ? dayWords(operations.register.imported) : '–'],
    ['freier Speicher', operations.space.free_bytes === null ? '–' : sizeWords(operations.space.free_bytes)],
  ];
  return html`<${Heading}>Betrieb<//>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${worries(value).map(([words, advice]) => html`<${Alert} key=${words} look="warning" title=${words} role="status">${advice}<//>`)}
    <${Numbers} numbers=${numbers} />
    <h2 class="kern-heading-small">Verlauf</h2>
    <div class="filters"><${Select} id="hours" label="Zeitraum" value=${hours} options=${[['6', '6 Stunden'], ['24', '24 Stunden'], ['168', '7 Tage'], ['720', '30 Tage']]} onValue=${setHours} /></div>
    <${ActivityChart} activity=${activity} />
    <h2 class="kern-heading-small">Warteschlangen</h2>
    <${Table} caption="Warteschlangen" columns=${[['Aufgabe', ''], ['wartend', 'numeric'], ['in Arbeit', 'numeric'], ['aufgegeben', 'numeric'], ['Älteste von', ''], ['je Stunde', 'numeric'], ['fertig etwa', '']]}>
      ${queues.map((queue) => html`<${Queue} key=${queue.kind} queue=${queue} />`)}
    <//>
    <h2 class="kern-heading-small">Arbeitende Programme</h2>
    ${operations.workers.length === 0
      ? html`<p class="kern-body empty">Noch hat sich keines gemeldet.</p>`
      : html`<${Table} caption="Arbeitende Programme" columns=${[['Programm', ''], ['Zustand', ''], ['seit', ''], ['erledigt', 'numeric'], ['je Stunde', 'numeric'], ['Speicher', 'numeric'], ['Eingreifen', '']]}>
          ${operations.workers.map((worker) => html`<${Worker} key=${worker.name} worker=${worker} onChanged=${again} />`)}
        <//>`}
    ${operations.dispatchers.length > 1 && html`<h2 class="kern-heading-small">Verteiler</h2>
      <${Table} caption="Verteiler" columns=${[['Rechner und Ordner', ''], ['Zustand', ''], ['seit', ''], ['Programme', 'numeric'], ['Aufträge', 'numeric']]}>
        ${operations.dispatchers.map((one) => html`<tr class="kern-table__row" key=${one.name}>
          <${Cell}><span class="words">${one.name}</span><//>
          <${Cell}><${Badge} look=${one.gone ? 'danger' : 'success'}>${one.gone ? 'weg' : one.leads ? 'führt' : 'da'}<//><//>
          <${Cell}>${timeWords(one.gone || one.since)}<//><${Cell} numeric>${one.workers}<//><${Cell} numeric>${one.jobs}<//>
        </tr>`)}
      <//>`}
    <h2 class="kern-heading-small">Aufgegebenes, nach Grund</h2>
    ${failures.length === 0
      ? html`<p class="kern-body empty">Nichts ist aufgegeben.</p>`
      : html`<${Table} caption="Aufgegebene Aufträge nach Grund" columns=${[['Aufgabe', ''], ['Grund', ''], ['Anzahl', 'numeric'], ['Eingreifen', '']]}>
          ${failures.map((failure) => html`<${Failure} key=${`${failure.kind} ${failure.reason}`} failure=${failure} onChanged=${again} />`)}
        <//>`}
    <h2 class="kern-heading-small">Standorte</h2>
    <${Table} caption="Standorte" columns=${[['Standort', ''], ['letzter Scan', ''], ['wartet dort', 'numeric'], ['Ordner oder Leitung', '']]}>
      ${sites.map((site) => html`<${Site} key=${site.site} site=${site} />`)}
    <//>`;
}

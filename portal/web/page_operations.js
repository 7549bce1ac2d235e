// page_operations.js - how the machine does: queue, workers, space, people.
// SPDX-License-Identifier: EUPL-1.2

import { get } from './api.js';
import {
  Alert, Badge, Cell, Heading, html, Loading, Numbers, Table, useLoaded,
} from './parts.js';
import { jobKindWords, roleWords, sizeWords, timeWords, workerKindWords } from './words.js';

/** [words, what to do] for everything that an admin should look at. */
function worries(value) {
  const found = [];
  const { scans, documents, jobs, space, workers } = value;
  const corrupt = scans.corrupt + documents.corrupt;
  if (workers.every((worker) => worker.gone)) {
    found.push(['Kein Leser und keine Zuordnung arbeitet', 'Läuft „posteingang run“, oder laufen die Dienste?']);
  }
  if (scans.failed > 0) found.push([`${scans.failed} Scans ließen sich nicht lesen`, 'Mit „posteingang retry“ neu versuchen.']);
  if (jobs.dead > 0) found.push([`${jobs.dead} Aufträge sind aufgegeben`, 'Mit „posteingang retry“ neu versuchen.']);
  if (corrupt > 0) found.push([`${corrupt} Einträge widersprechen sich`, '„posteingang verify“ nennt den Grund.']);
  if (space.free_bytes !== null && space.free_bytes < space.least_bytes) {
    found.push(['Der Speicherplatz ist knapp', 'Neue Scans bleiben in den Ordnern, bis wieder Platz ist.']);
  }
  return found;
}

function Worker({ worker }) {
  const isBusy = worker.job !== null;
  const progress = worker.page_count > 0 ? `, Seite ${worker.page_done} von ${worker.page_count}` : '';
  return html`<tr class="kern-table__row">
    <${Cell}>${worker.name}<//>
    <${Cell}>${workerKindWords(worker.kind)}<//>
    <${Cell}>
      ${worker.gone
        ? html`<${Badge} look="warning">weg seit ${timeWords(worker.gone)}<//>`
        : html`<${Badge} look=${isBusy ? 'info' : 'success'}>${isBusy ? jobKindWords(worker.job) : 'bereit'}<//>`}
    <//>
    <${Cell}>${isBusy ? html`<span class="file-name">${worker.source}</span>${progress}` : '–'}<//>
    <${Cell} numeric>${worker.jobs_done.toLocaleString('de-DE')}<//>
  </tr>`;
}

function User({ user }) {
  return html`<tr class="kern-table__row">
    <${Cell}>${user.name}<//>
    <${Cell}>${roleWords(user.role)}${user.site ? ` ${user.site}` : ''}<//>
    <${Cell}>${timeWords(user.created)}<//>
    <${Cell}><${Badge} look=${user.disabled ? 'warning' : 'success'}>${user.disabled ? 'gesperrt' : 'aktiv'}<//><//>
  </tr>`;
}

async function load(background) {
  const operations = await get('/api/v1/operations', { background });
  const { users } = await get('/api/v1/users', { background });
  return { ...operations, users };
}

export function OperationsPage({ version }) {
  const { value, error } = useLoaded(load, 'operations', version);
  if (!value) {
    return html`<${Heading}>Betrieb<//>
      ${error ? html`<${Alert} look="danger" title=${error} role="alert" />` : html`<${Loading} />`}`;
  }
  const queue = [
    ['wartende Aufträge', value.jobs.ready],
    ['in Arbeit', value.jobs.leased],
    ['aufgegeben', value.jobs.dead, value.jobs.dead > 0],
    ['in Klärung', value.documents.clearing],
    ['abgelegt', value.documents.filed],
    ['gelesene Seiten', value.pages_read],
  ];
  const store = [
    ['Fälle im Register', value.register.cases],
    ['Register vom', timeWords(value.register.imported)],
    ['freier Speicher', value.space.free_bytes === null ? '–' : sizeWords(value.space.free_bytes)],
    ['wartet am längsten, seit', timeWords(value.oldest_waiting)],
  ];
  return html`<${Heading}>Betrieb<//>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${worries(value).map(([words, advice]) => html`<${Alert} key=${words} look="warning" title=${words} role="status">${advice}<//>`)}
    <h2 class="kern-heading-small">Warteschlange</h2>
    <${Numbers} numbers=${queue} />
    <${Numbers} numbers=${store} />
    <h2 class="kern-heading-small">Arbeitende Programme</h2>
    ${value.workers.length === 0
      ? html`<p class="kern-body empty">Noch hat sich keiner gemeldet.</p>`
      : html`<${Table} caption="Arbeitende Programme" columns=${[['Name', ''], ['Aufgabe', ''], ['Zustand', ''], ['Gerade', ''], ['Erledigt', 'numeric']]}>
          ${value.workers.map((worker) => html`<${Worker} key=${worker.name} worker=${worker} />`)}
        <//>`}
    <h2 class="kern-heading-small">Personen</h2>
    <${Table} caption="Personen, die sich anmelden dürfen" columns=${[['Name', ''], ['Rolle', ''], ['Seit', ''], ['Zugang', '']]}>
      ${value.users.map((user) => html`<${User} key=${user.name} user=${user} />`)}
    <//>`;
}

// page_scans.js - what a scanning desk sees: today's scans, and what was refused and why.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get } from './api.js';
import {
  Alert, Cell, Heading, html, Loading, Numbers, Select, StateBadge, Table, useLoaded,
} from './parts.js';
import { countWords, dayWords, scanStates } from './words.js';

const columns = [['Zeit', ''], ['Datei', ''], ['Seiten', 'numeric'], ['Zustand', '']];

/** What a person at the scanner has to act on. */
const needsPerson = (scan) => scan.state === 'refused' || scan.state === 'failed';

function Row({ scan }) {
  return html`<tr class="kern-table__row ${needsPerson(scan) ? 'row--refused' : ''}">
    <${Cell}>${scan.received.slice(11, 16)}<//>
    <${Cell}>
      <span class="file-name">${scan.source}</span>
      ${scan.error && html`<p class="reason">${scan.error}</p>`}
      ${scan.state === 'duplicate' && html`<p class="note">Dieselbe Datei kam schon einmal; hier ist nichts zu tun.</p>`}
    <//>
    <${Cell} numeric>${scan.pages > 0 ? scan.pages : '–'}<//>
    <${Cell}><${StateBadge} states=${scanStates} state=${scan.state} /><//>
  </tr>`;
}

function numbersOf(scans) {
  const count = (...states) => scans.filter((scan) => states.includes(scan.state)).length;
  const back = scans.filter(needsPerson).length;
  return [
    ['Scans heute', scans.length],
    ['gelesen', count('read')],
    ['in Arbeit', count('received', 'reading')],
    ['schon da gewesen', count('duplicate')],
    ['zurück an Sie', back, back > 0],
  ];
}

export function ScansPage({ session, version }) {
  const own = session.user.site;
  const [site, setSite] = useState(own ?? session.sites[0]);
  const { value, error } = useLoaded(
    (background) => get(address('/api/v1/scans', { site }), { background }),
    site,
    version,
  );
  const refused = value ? value.scans.filter(needsPerson) : [];

  return html`<${Heading}>Scanstelle${own ? ` ${own}` : ''}<//>
    ${!own &&
    html`<div class="filters">
      <${Select} id="site" label="Standort" value=${site} options=${session.sites.map((name) => [name, name])} onValue=${setSite} />
    </div>`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && html`<${Numbers} numbers=${numbersOf(value.scans)} />`}
    ${refused.length > 0 &&
    html`<${Alert}
      look="warning"
      title="${countWords(refused.length, 'Scan konnte', 'Scans konnten')} nicht gelesen werden"
      role="status"
    >Die Dateien liegen mit dem Grund im Ordner „_refused“ Ihres Scanordners. Bitte neu scannen.<//>`}
    ${value && value.scans.length === 0 && html`<p class="kern-body empty" role="status">Heute, am ${dayWords(value.since)}, kam noch kein Scan an.</p>`}
    ${value &&
    value.scans.length > 0 &&
    html`<${Table} caption="Scans von heute, die neuesten zuerst" columns=${columns}>
      ${value.scans.map((scan) => html`<${Row} key=${scan.scan} scan=${scan} />`)}
    <//>`}`;
}

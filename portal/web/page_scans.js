// page_scans.js - what a scanning desk sees and does: today's scans as they move on, uploads, what
// came back, blank pages, batches, and the receipt for the person at the desk.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useRef, useState } from 'preact/hooks';
import { address, get, post } from './api.js';
import {
  Alert, Button, Cell, Heading, html, Loading, Numbers, Select, StateBadge, Table, useLoaded,
} from './parts.js';
import { AddToBatch, Batches } from './batches.js';
import { Letterbox } from './letterbox.js';
import { Receipt } from './receipt.js';
import { useUploads } from './upload.js';
import { Whereabouts } from './whereabouts.js';
import { countWords, dayWords, documentStates, scanStates, sizeWords, todayStamp } from './words.js';

const PORTION = 100;

/** What a person at the scanner still has to act on. */
const cameBack = (scan) => (scan.state === 'refused' || scan.state === 'failed') && !scan.settled;

const clock = (stamp) => (stamp ? stamp.slice(11, 16) : '–');

/* ---- uploads ---- */

const uploadStates = {
  waiting: ['Wartet', 'info'],
  sending: ['Wird übertragen', 'info'],
  paused: ['Unterbrochen', 'warning'],
  done: ['Übernommen', 'success'],
  refused: ['Abgelehnt', 'danger'],
};

function UploadItem({ item }) {
  const isMoving = item.state === 'sending';
  return html`<li class="upload">
    <span class="file-name">${item.name}</span>
    <span class="muted nowrap">${sizeWords(item.size)}</span>
    ${isMoving
      ? html`<progress class="upload__share" max="1" value=${item.share} aria-label="Übertragung von ${item.name}"></progress>`
      : html`<${StateBadge} states=${uploadStates} state=${item.state} />`}
    ${item.result?.state === 'duplicate' && html`<p class="note upload__words">Dieselbe Datei kam schon einmal; sie wird nicht noch einmal verarbeitet.</p>`}
    ${item.error && html`<p class="reason upload__words">${item.error}</p>`}
  </li>`;
}

function Upload({ uploads, onReceipt }) {
  const [isOver, setOver] = useState(false);
  const input = useRef(null);
  const done = uploads.items.filter((item) => item.state === 'done');

  function drop(event) {
    event.preventDefault();
    setOver(false);
    uploads.add(event.dataTransfer.files);
  }

  return html`<section class="panel" aria-labelledby="upload-title">
    <h2 class="kern-heading-small" id="upload-title">Dateien hochladen</h2>
    <div
      class="dropzone ${isOver ? 'dropzone--over' : ''}"
      onDragOver=${(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave=${() => setOver(false)}
      onDrop=${drop}
    >
      <p class="dropzone__words" id="files-hint">TIFF, PDF, JPEG oder PNG hierher ziehen</p>
      <input
        id="files"
        class="kern-sr-only"
        aria-describedby="files-hint"
        ref=${input}
        type="file"
        multiple
        accept=".tif,.tiff,.pdf,.jpg,.jpeg,.png"
        onChange=${(event) => { uploads.add(event.currentTarget.files); event.currentTarget.value = ''; }}
      />
      <label class="kern-btn kern-btn--secondary" for="files"><span class="kern-label">Dateien auswählen</span></label>
    </div>
    ${uploads.items.length > 0 &&
    html`<ul class="uploads">${uploads.items.map((item) => html`<${UploadItem} key=${item.id} item=${item} />`)}</ul>
      <div class="actions">
        ${done.length > 0 && html`<${Button} look="primary" onClick=${() => onReceipt(done.map((item) => item.id))}>Beleg für ${countWords(done.length, 'Datei', 'Dateien')}<//>`}
        ${!uploads.isOpen && html`<${Button} look="tertiary" onClick=${uploads.clear}>Liste leeren<//>`}
      </div>`}
    <p class="kern-sr-only" role="status">${uploads.isOpen ? 'Dateien werden übertragen.' : done.length > 0 ? `${countWords(done.length, 'Datei ist', 'Dateien sind')} sicher übernommen.` : ''}</p>
  </section>`;
}

/* ---- blank pages ---- */

function BlankPage({ scan, page, onRestored }) {
  const [error, setError] = useState(null);
  const at = `/api/v1/scans/${scan.scan}/pages/${page.number}`;

  async function restore() {
    try {
      await post(`${at}/restore`, {});
      onRestored(page.number);
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<li class="blank">
    ${page.image
      ? html`<img class="blank__image" src="${at}/image" alt="Seite ${page.number}, als leer erkannt" />`
      : html`<p class="muted">Seite ${page.number}: kein Bild</p>`}
    <${Button} onClick=${restore}>Seite ${page.number} ist nicht leer<//>
    ${error && html`<p class="reason" role="alert">${error}</p>`}
  </li>`;
}

function BlankPages({ scan }) {
  const [pages, setPages] = useState(null);
  useEffect(() => {
    get(`/api/v1/scans/${scan.scan}/pages`).then(
      ({ results }) => setPages(results.filter((page) => page.outcome === 'blank')),
      () => setPages([]),
    );
  }, [scan.scan]);
  if (!pages) return html`<${Loading} />`;
  if (pages.length === 0) return html`<p class="note" role="status">Keine Seite ist mehr beiseitegelegt.</p>`;
  return html`<ul class="blanks">
    ${pages.map((page) => html`<${BlankPage} key=${page.number} scan=${scan} page=${page} onRestored=${(number) => setPages(pages.filter((each) => each.number !== number))} />`)}
  </ul>`;
}

/* ---- what is not opened, or not scanned ---- */

const handlings = { unopened: 'nicht öffnen', unscanned: 'nicht scannen' };

function NotToScan() {
  const { value } = useLoaded((background) => get('/api/v1/bodies', { background }), 'bodies', 0);
  if (!value || value.unopened.length === 0) return null;
  return html`<details class="panel">
    <summary>Nicht öffnen, nicht scannen</summary>
    <ul>
      ${value.unopened.map((one) => html`<li key=${one.name}><strong>${one.title}</strong>: ${handlings[one.handling]}${one.advice ? `. ${one.advice}` : ''}</li>`)}
    </ul>
  </details>`;
}

/* ---- the list ---- */

const beginSmall = (words) => words.charAt(0).toLowerCase() + words.slice(1);

function documentsWords(documents) {
  return Object.entries(documents)
    .map(([state, count]) => `${count} ${beginSmall(documentStates[state]?.[0] ?? state)}`)
    .join(', ');
}

/** Where a scan is, in plain words. */
function stateWords(scan) {
  if (scan.state === 'reading' && scan.page_count > 0) return `Seite ${scan.page_done} von ${scan.page_count}`;
  if (scan.state === 'read') return documentsWords(scan.documents) || 'kein Dokument';
  if (scan.settled === 'again') return 'noch einmal eingelegt';
  if (scan.settled === 'withdrawn') return 'zurückgezogen';
  return '';
}

function CameBack({ scan, onChanged }) {
  const [error, setError] = useState(null);

  async function act(verb) {
    try {
      await post(`/api/v1/scans/${scan.scan}/${verb}`, {});
      onChanged();
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  return html`<div class="actions actions--row">
    <a class="kern-link" href="/api/v1/scans/${scan.scan}/file" download>Datei ansehen</a>
    <${Button} onClick=${() => act('again')}>${scan.state === 'failed' ? 'Noch einmal lesen' : 'Noch einmal einlegen'}<//>
    <${Button} look="tertiary" onClick=${() => act('withdraw')}>Zurückziehen<//>
    ${error && html`<p class="reason" role="alert">${error}</p>`}
  </div>`;
}

function Row({ scan, isOwn, isChosen, onChoose, onChanged }) {
  const [isOpen, setOpen] = useState(false);
  const words = stateWords(scan);
  return html`<tr class="kern-table__row ${cameBack(scan) ? 'row--refused' : ''}">
    ${isOwn && html`<${Cell}><input type="checkbox" class="choice" checked=${isChosen} onChange=${onChoose} aria-label="${scan.source} für einen Beleg wählen" /><//>`}
    <${Cell}><span class="nowrap">${clock(scan.received)}</span><//>
    <${Cell}>
      <span class="file-name">${scan.source}</span>
      ${scan.error && html`<p class="reason">${scan.error}</p>`}
      ${scan.state === 'duplicate' && html`<p class="note">Dieselbe Datei kam schon einmal; hier ist nichts zu tun.</p>`}
      ${isOwn && cameBack(scan) && html`<${CameBack} scan=${scan} onChanged=${onChanged} />`}
      ${isOwn && scan.blanks > 0 && html`<button type="button" class="link-button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${countWords(scan.blanks, 'leere Seite', 'leere Seiten')} beiseitegelegt</button>`}
      ${isOpen && html`<${BlankPages} scan=${scan} />`}
    <//>
    <${Cell} numeric>${scan.pages > 0 ? scan.pages : '–'}<//>
    <${Cell}>
      <${StateBadge} states=${scanStates} state=${scan.state} />
      <span class="state-words">${words}${words && ', '}${clock(scan.changed)}</span>
    <//>
  </tr>`;
}

function numbersOf({ count, counts }) {
  return [
    ['Scans an diesem Tag', count],
    ['in Arbeit', counts.received + counts.reading],
    ['gelesen', counts.read],
    ['schon da gewesen', counts.duplicate],
    ['zurück an Sie', counts.to_do, counts.to_do > 0],
  ];
}

function useDay(site, day, version) {
  const loaded = useLoaded(
    (background) => get(address('/api/v1/scans', { site, day, limit: PORTION }), { background }),
    `${site} ${day}`,
    version,
  );
  const [more, setMore] = useState({ key: '', scans: [], next: null });
  const key = `${site} ${day}`;
  const isMore = more.key === key;
  const next = isMore ? more.next : loaded.value?.next;
  async function loadMore() {
    const portion = await get(next);
    setMore({ key, scans: [...(isMore ? more.scans : []), ...portion.results], next: portion.next });
  }
  const first = loaded.value?.results ?? [];
  const seen = new Set(first.map((scan) => scan.scan));
  const rest = isMore ? more.scans.filter((scan) => !seen.has(scan.scan)) : [];
  return { ...loaded, scans: [...first, ...rest], next, loadMore };
}

/** null stands for today, so that the list goes on at midnight; '' for a field that is being emptied. */
const otherThanToday = (day) => (day === todayStamp() ? null : day);

export function ScansPage({ session, version }) {
  const own = session.user.site;
  const [site, setSite] = useState(own ?? session.sites[0]);
  const [day, setDay] = useState(null);
  const [chosen, setChosen] = useState([]);
  const [receipt, setReceipt] = useState(null);
  const [tab, setTab] = useState('day');
  const [notice, setNotice] = useState(null);
  const { value, error, scans, next, loadMore, refresh } = useDay(site, day ?? '', version);
  const uploads = useUploads(() => refresh(true));
  const isOwn = Boolean(own);
  const columns = [...(isOwn ? [['Beleg', '']] : []), ['Zeit', ''], ['Datei', ''], ['Seiten', 'numeric'], ['Stand', '']];

  const toggle = (id) => {
    setNotice(null);
    setChosen((old) => (old.includes(id) ? old.filter((each) => each !== id) : [...old, id]));
  };

  return html`<${Heading}>Scanstelle${own ? ` ${own}` : ''}<//>
    ${isOwn &&
    html`<div class="tabs" role="group" aria-label="Ansicht">
      <button type="button" class="tabs__tab" aria-current=${tab === 'day' ? 'true' : undefined} onClick=${() => setTab('day')}>Scans</button>
      <button type="button" class="tabs__tab" aria-current=${tab === 'batches' ? 'true' : undefined} onClick=${() => setTab('batches')}>Stapel</button>
      <button type="button" class="tabs__tab" aria-current=${tab === 'letterbox' ? 'true' : undefined} onClick=${() => setTab('letterbox')}>Briefkasten</button>
      <button type="button" class="tabs__tab" aria-current=${tab === 'whereabouts' ? 'true' : undefined} onClick=${() => setTab('whereabouts')}>Auskunft</button>
    </div>`}
    ${tab === 'batches' && html`<${Batches} session=${session} version=${version} />`}
    ${tab === 'whereabouts' && html`<${Whereabouts} />`}
    ${tab === 'letterbox' && html`<${Letterbox} version=${version} />`}
    ${tab === 'day' &&
    html`${isOwn && html`<${Upload} uploads=${uploads} onReceipt=${setReceipt} />`}
      <div class="filters">
        ${!isOwn && html`<${Select} id="site" label="Standort" value=${site} options=${session.sites.map((name) => [name, name])} onValue=${setSite} />`}
        <div class="kern-form-input">
          <label class="kern-label" for="day">Tag</label>
          <input class="kern-form-input__input" id="day" type="date" value=${day ?? todayStamp()} onInput=${(event) => setDay(otherThanToday(event.currentTarget.value))} />
        </div>
        ${chosen.length > 0 && html`<${Button} look="primary" onClick=${() => setReceipt(chosen)}>Beleg für ${countWords(chosen.length, 'Scan', 'Scans')}<//>`}
        ${chosen.length > 0 && html`<${AddToBatch} scans=${chosen} onDone=${(words) => { setChosen([]); setNotice(words); }} />`}
      </div>
      ${notice && html`<${Alert} look="success" title=${notice} role="status" />`}
      ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
      ${!value && !error && html`<${Loading} />`}
      ${value && html`<${Numbers} numbers=${numbersOf(value)} />`}
      ${isOwn && value?.counts.to_do > 0 &&
      html`<${Alert} look="warning" title="${countWords(value.counts.to_do, 'Scan kam', 'Scans kamen')} zurück" role="status">
        Sehen Sie nach, legen Sie neu ein oder ziehen Sie zurück. Die Dateien liegen mit dem Grund im Ordner „_refused“.
      <//>`}
      ${value && scans.length === 0 && html`<p class="kern-body empty" role="status">Am ${dayWords(value.since)} kam kein Scan an.</p>`}
      ${scans.length > 0 &&
      html`<${Table} caption="Scans vom ${dayWords(value.since)}, die neuesten zuerst" columns=${columns}>
        ${scans.map((scan) => html`<${Row}
          key=${scan.scan}
          scan=${scan}
          isOwn=${isOwn}
          isChosen=${chosen.includes(scan.scan)}
          onChoose=${() => toggle(scan.scan)}
          onChanged=${() => refresh(true)}
        />`)}
      <//>`}
      ${next && html`<div class="pager"><${Button} onClick=${loadMore}>Ältere zeigen<//></div>`}`}
    ${isOwn && (tab === 'day' || tab === 'batches') && html`<${NotToScan} />`}
    ${receipt && html`<${Receipt} scans=${receipt} session=${session} version=${version} onClose=${() => { setReceipt(null); setChosen([]); }} />`}`;
}

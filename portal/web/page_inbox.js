// page_inbox.js - the inbox: the list on the left, the document beside it.
//
// The list is read in portions, each from where the last one ended; what comes meanwhile is loaded
// unseen, and the portions that were opened stay open.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { address, get } from './api.js';
import { GuardBadges } from './guard.js';
import { DueBadge } from './law.js';
import { DocumentView } from './page_document.js';
import { Alert, Button, Flags, Heading, html, Loading, Select, StateBadge, TextInput, useLoaded } from './parts.js';
import { countWords, dayWords, documentStates, kindNames, kindWords, shareWords, timeWords } from './words.js';

const PORTION = 25;
const deciders = ['caseworker', 'lead', 'registry'];

/** [name, words, query, the count of /desk that belongs to it] */
const lists = [
  ['inbox', 'Neu', { view: 'inbox' }, 'inbox'],
  ['own', 'Meine', { view: 'inbox', own: '1' }, 'own'],
  ['unread', 'Ungelesen', { view: 'inbox', unread: '1' }, 'unread'],
  ['deadlines', 'Fristen', { path: '/api/v1/deadlines' }, null],
  ['clearing', 'In Klärung', { view: 'clearing' }, 'clearing'],
  ['done', 'Erledigt', { view: 'done' }, null],
  ['all', 'Alle', { view: 'all' }, null],
];

const nothingChosen = { kind: '', site: '', team: '', from: '', until: '', flag: '' };

/** What was chosen last, while the page is left for another. */
let remembered = { list: null, chosen: nothingChosen };

const startList = (role) => (role === 'caseworker' || role === 'lead' ? 'inbox' : 'all');

// ---- choosing ------------------------------------------------------------------------------------

function Tabs({ current, counts, onList }) {
  return html`<nav class="tabs" aria-label="Listen">
    ${lists.map(([name, words, , key]) => {
      const count = key && counts ? counts[key] : null;
      return html`<button
        key=${name}
        type="button"
        class="tabs__tab"
        aria-current=${name === current ? 'true' : undefined}
        onClick=${() => onList(name)}
      >
        ${words}
        ${count !== null && html` <span class="tabs__count">${count >= counts.most ? `${counts.most}+` : count}</span>`}
      </button>`;
    })}
  </nav>`;
}

function Filters({ session, chosen, onChosen }) {
  const set = (name) => (value) => onChosen({ ...chosen, [name]: value });
  const count = Object.values(chosen).filter(Boolean).length;
  const teams = Object.keys(session.teams);
  return html`<details class="filter">
    <summary>Filter${count > 0 && html` <span class="tabs__count">(${count})</span>`}</summary>
    <div class="filter__fields">
      <${Select} id="f-kind" label="Art" value=${chosen.kind} onValue=${set('kind')}
        options=${[['', 'Alle'], ...kindNames.map((name) => [name, kindWords(name)])]} />
      <${Select} id="f-site" label="Standort" value=${chosen.site} onValue=${set('site')}
        options=${[['', 'Alle'], ...session.sites.map((name) => [name, name])]} />
      ${teams.length > 1 &&
      html`<${Select} id="f-team" label="Team" value=${chosen.team} onValue=${set('team')}
        options=${[['', 'Alle'], ...teams.map((name) => [name, session.teams[name]])]} />`}
      <${Select} id="f-flag" label="Kennzeichen" value=${chosen.flag} onValue=${set('flag')}
        options=${[['', 'Alle'], ['deadline', 'Frist'], ['urgent', 'Eilig']]} />
      <${TextInput} id="f-from" label="Eingang von" type="date" value=${chosen.from} onValue=${set('from')} />
      <${TextInput} id="f-until" label="bis" type="date" value=${chosen.until} onValue=${set('until')} />
      ${count > 0 && html`<${Button} look="tertiary" onClick=${() => onChosen(nothingChosen)}>Filter entfernen<//>`}
    </div>
  </details>`;
}

// ---- the list ------------------------------------------------------------------------------------

/** How sure the program was; of a person's decision it says nothing. */
function sureness(document) {
  if (!document.case_number) return null;
  return document.decided_by === 'auto' ? shareWords(document.confidence) : 'von Hand';
}

function Card({ document, isOpen }) {
  return html`<li>
    <a
      class="card ${document.unread ? 'card--unread' : ''}"
      href="#/dokument/${document.document}"
      aria-current=${isOpen ? 'true' : undefined}
    >
      <span class="card__title">
        ${document.unread && html`<span class="card__dot" title="Ungelesen"></span><span class="kern-sr-only">Ungelesen: </span>`}
        ${kindWords(document.kind)}
      </span>
      <span class="card__flags"><${Flags} flags=${document.flags.filter((flag) => flag !== 'deadline' || !document.due)} /><${DueBadge} document=${document} /><${GuardBadges} guards=${document.guards} /></span>
      <span class="card__line">
        <span class="case-number">${document.case_number ?? 'kein Fall'}</span>
        ${sureness(document) && html`<span>${sureness(document)}</span>`}
      </span>
      <span class="card__line"><span>${document.receipt_day ? `Eingang ${dayWords(document.receipt_day)}` : timeWords(document.received)}</span><span>${document.site}</span></span>
      ${document.state !== 'filed' && html`<span class="card__line"><${StateBadge} states=${documentStates} state=${document.state} /></span>`}
    </a>
  </li>`;
}

/** All portions that are open, one after the other. */
async function loadPortions(query, portions, background) {
  const { path = '/api/v1/documents', ...rest } = query;
  let found = { results: [], count: null, next: address(path, { ...rest, limit: PORTION }) };
  for (let portion = 0; portion < portions && found.next; portion++) {
    const more = await get(found.next, { background });
    found = { ...more, results: [...found.results, ...more.results] };
  }
  return found;
}

function countedWords(found) {
  if (found.count === null) return found.next ? 'Viele Dokumente' : countWords(found.results.length, 'Dokument', 'Dokumente');
  const count = found.count.toLocaleString('de-DE');
  return `${count} ${found.count === 1 ? 'Dokument' : 'Dokumente'}`;
}

function List({ query, open, version }) {
  const key = JSON.stringify(query);
  const [portions, setPortions] = useState(1);
  useEffect(() => setPortions(1), [key]);
  const { value, error } = useLoaded(
    (background) => loadPortions(query, portions, background),
    `${key} ${portions}`,
    version,
  );
  if (!value && error) return html`<${Alert} look="danger" title=${error} role="alert" />`;
  if (!value) return html`<${Loading} />`;
  if (value.results.length === 0) return html`<p class="kern-body empty" role="status">Hier ist nichts.</p>`;
  return html`<p class="muted list__count" role="status">${countedWords(value)}</p>
    <ul class="list" aria-label="Dokumente">
      ${value.results.map((document) => html`<${Card} key=${document.document} document=${document} isOpen=${document.document === open} />`)}
    </ul>
    ${value.next && html`<${Button} onClick=${() => setPortions(portions + 1)}>Weitere anzeigen<//>`}`;
}

// ---- the page ------------------------------------------------------------------------------------

export function InboxPage({ session, version, id: open }) {
  const [list, setList] = useState(remembered.list ?? startList(session.user.role));
  const [chosen, setChosen] = useState(remembered.chosen);
  const [changes, setChanges] = useState(0);
  useEffect(() => { remembered = { list, chosen }; }, [list, chosen]);
  const look = `${version} ${changes}`;
  const counts = useLoaded((background) => get('/api/v1/desk', { background }), 'desk', look);
  const [, , query] = lists.find(([name]) => name === list);

  return html`<div class="desk ${open ? 'desk--open' : ''}">
    <section class="desk__list" aria-label="Posteingang">
      ${open ? html`<h2 class="kern-heading-small desk__title">Posteingang</h2>` : html`<${Heading}>Posteingang<//>`}
      <${Tabs} current=${list} counts=${counts.value} onList=${setList} />
      ${!query.path && html`<${Filters} session=${session} chosen=${chosen} onChosen=${setChosen} />`}
      <${List} query=${query.path ? query : { ...query, ...chosen }} open=${open} version=${look} />
    </section>
    <div class="desk__document">
      ${open
        ? html`<p class="desk__back"><a class="kern-link" href="#/posteingang">Zurück zur Liste</a></p>
            <${DocumentView}
              id=${open}
              session=${session}
              version=${version}
              mayDecide=${deciders.includes(session.user.role)}
              onChanged=${() => setChanges(changes + 1)}
            />`
        : html`<p class="kern-body empty">Wählen Sie links ein Schreiben.</p>`}
    </div>
  </div>`;
}

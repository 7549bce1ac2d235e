// page_arrange.js - pages put in order: a letter split, letters merged, pages moved and turned.
//
// What is to come of it is a row of new documents, each a row of pages. Nothing happens until it is
// sent; then a reader makes the new documents, and the old ones can be brought back.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Arranged } from './arranged.js';
import { Alert, Button, Heading, html, Loading, useLoaded } from './parts.js';
import { loadPages, pictureOf, thumbnailOf } from './viewer.js';
import { countWords, kindWords, timeWords } from './words.js';

const SOURCES_MOST = 32;
const canBeTaken = (document) => document.state === 'filed' || document.state === 'clearing';

// ---- what is to come of it -----------------------------------------------------------------------
// A group is a new document: {key, keepsCase, pages}; a page: {key, source, place, number, turn}.

/** The document as it stands. */
function groupOf({ document, pages }) {
  return {
    key: document.document,
    keepsCase: true,
    pages: pages.map((page, index) => ({
      key: `${document.document}-${index + 1}`, source: document.document, place: index + 1,
      number: page.number, turned: page.turned ?? 0, turn: 0, hasPicture: page.preview,
    })),
  };
}

/** Where a page stands: [group, index in it]. */
function find(groups, key) {
  for (const [at, group] of groups.entries()) {
    const index = group.pages.findIndex((page) => page.key === key);
    if (index >= 0) return [at, index];
  }
  return [-1, -1];
}

const withoutEmpty = (groups) => groups.filter((group) => group.pages.length > 0);
const copy = (groups) => groups.map((group) => ({ ...group, pages: [...group.pages] }));

/** One place on, over the end of its document into the next; `step` is -1 or 1. */
function moved(groups, key, step) {
  const result = copy(groups);
  const [at, index] = find(result, key);
  const target = index + step;
  const isWithin = target >= 0 && target < result[at].pages.length;
  if (!isWithin && !result[at + step]) return groups;
  const [page] = result[at].pages.splice(index, 1);
  if (isWithin) result[at].pages.splice(target, 0, page);
  else if (step > 0) result[at + 1].pages.unshift(page);
  else result[at - 1].pages.push(page);
  return withoutEmpty(result);
}

/** In front of another page, or at the end of that group. */
function dropped(groups, key, target) {
  if (key === target.page) return groups;
  const result = copy(groups);
  const [from, index] = find(result, key);
  const [page] = result[from].pages.splice(index, 1);
  const to = result.findIndex((group) => group.key === target.group);
  const before = result[to].pages.findIndex((each) => each.key === target.page);
  result[to].pages.splice(before < 0 ? result[to].pages.length : before, 0, page);
  return withoutEmpty(result);
}

/** The page and those behind it become a document of their own. */
function splitAt(groups, key) {
  const [at, index] = find(groups, key);
  if (index === 0) return groups;
  const result = copy(groups);
  const rest = result[at].pages.splice(index);
  result.splice(at + 1, 0, { key: `new-${key}-${groups.length}`, keepsCase: result[at].keepsCase, pages: rest });
  return result;
}

function mergedUp(groups, key) {
  const [at] = find(groups, key);
  if (at === 0) return groups;
  const result = copy(groups);
  const [group] = result.splice(at, 1);
  result[at - 1].pages.push(...group.pages);
  return result;
}

function turnedBy(groups, key, degrees) {
  const result = copy(groups);
  const [at, index] = find(result, key);
  const page = result[at].pages[index];
  result[at].pages[index] = { ...page, turn: (page.turn + degrees) % 360 };
  return result;
}

/** Whether nothing is to be done: each group is a source as it stands. */
const isAsItWas = (groups, sources) =>
  groups.length === sources.length &&
  groups.every(({ pages }) => {
    const source = sources.find((each) => each.document.document === pages[0].source);
    return pages.length === source.pages.length &&
      pages.every((page, index) => page.source === pages[0].source && page.place === index + 1 && page.turn === 0);
  });

/** As the API wants it. */
function wishOf(groups, sources) {
  const numbers = new Map(sources.map(({ document }, index) => [document.document, index]));
  return {
    sources: sources.map(({ document }) => ({ document: document.document, revision: document.revision })),
    outcomes: groups.map((group) => ({
      keeps_case: group.keepsCase,
      pages: group.pages.map((page) => [numbers.get(page.source), page.place, page.turn]),
    })),
  };
}

// ---- on the screen -------------------------------------------------------------------------------

function PageTile({ page, label, isChosen, onChoose, onKey, onDrop }) {
  const turn = (page.turned + page.turn) % 360;
  return html`<li
    class="arrange__place"
    onDragOver=${(event) => event.preventDefault()}
    onDrop=${(event) => {
      event.preventDefault();
      event.stopPropagation();
      onDrop(event.dataTransfer.getData('text/plain'));
    }}
  >
    <button
      type="button"
      id="page-${page.key}"
      class="arrange__page"
      draggable="true"
      aria-pressed=${isChosen ? 'true' : 'false'}
      aria-label=${label}
      onDragStart=${(event) => event.dataTransfer.setData('text/plain', page.key)}
      onClick=${onChoose}
      onFocus=${onChoose}
      onKeyDown=${onKey}
    >
      <span class="arrange__picture arrange__picture--${turn}">
        ${page.hasPicture
          ? html`<img src=${thumbnailOf(page.source, page.number)} alt="" loading="lazy" draggable=${false} />`
          : html`<span class="thumbnails__paper" aria-hidden="true"></span>`}
      </span>
    </button>
  </li>`;
}

/** Whether it stays in the case of its first page. */
function CaseChoice({ group, number, source, onKeeps }) {
  if (source.document.state !== 'filed') return html`<p class="muted arrange__case">Wird neu zugeordnet.</p>`;
  const id = `keeps-${group.key}`;
  return html`<div class="kern-form-check">
    <input class="kern-form-check__checkbox" type="checkbox" id=${id} checked=${group.keepsCase} onChange=${(event) => onKeeps(event.currentTarget.checked)} />
    <label class="kern-label" for=${id}><span class="kern-sr-only">Dokument ${number} </span>bleibt in ${source.document.case_number}</label>
  </div>`;
}

function Group({ group, number, source, count, children, onKeeps, onDrop }) {
  return html`<section
    class="arrange__group panel"
    aria-labelledby="group-${group.key}"
    onDragOver=${(event) => event.preventDefault()}
    onDrop=${(event) => {
      event.preventDefault();
      onDrop(event.dataTransfer.getData('text/plain'));
    }}
  >
    <div class="arrange__head">
      <h2 class="kern-heading-small" id="group-${group.key}">Dokument ${number}</h2>
      <span class="muted">${countWords(count, 'Seite', 'Seiten')}</span>
      <${CaseChoice} group=${group} number=${number} source=${source} onKeeps=${onKeeps} />
    </div>
    <ol class="arrange__pages">${children}</ol>
  </section>`;
}

/** [key, words, what it does]: what can be done with the chosen page. */
const tools = [
  ['Umschalt+←', 'Nach vorn', (groups, key) => moved(groups, key, -1)],
  ['Umschalt+→', 'Nach hinten', (groups, key) => moved(groups, key, 1)],
  ['T', 'Hier trennen', splitAt],
  ['V', 'Mit vorigem verbinden', mergedUp],
  ['D', 'Drehen', (groups, key) => turnedBy(groups, key, 90)],
];

function Tools({ groups, chosen, onGroups }) {
  return html`<div class="arrange__tools" role="toolbar" aria-label="Gewählte Seite">
    ${tools.map(
      ([key, words, work]) => html`<button
        key=${words}
        type="button"
        class="kern-btn kern-btn--secondary kern-btn--small"
        disabled=${!chosen || work(groups, chosen) === groups}
        onClick=${() => onGroups(work(groups, chosen))}
      ><span class="kern-label kern-label--small">${words} <kbd class="key">${key}</kbd></span></button>`,
    )}
  </div>`;
}

function Others({ others, taken, onTake }) {
  const free = others.filter((each) => !taken.has(each.document));
  if (free.length === 0) return null;
  return html`<section class="panel" aria-labelledby="others">
    <h2 class="kern-heading-small" id="others">Seiten anderer Dokumente dazunehmen</h2>
    <ul class="related arrange__others">
      ${free.map(
        (document) => html`<li key=${document.document}>
          <span>${kindWords(document.kind)}</span>
          <span class="muted">${timeWords(document.received)}, ${countWords(document.pages.length, 'Seite', 'Seiten')}${document.case_number ? `, ${document.case_number}` : ''}</span>
          <button type="button" class="link-button" disabled=${taken.size >= SOURCES_MOST} onClick=${() => onTake(document)}>
            Dazunehmen<span class="kern-sr-only">: ${kindWords(document.kind)} vom ${timeWords(document.received)}</span>
          </button>
        </li>`,
      )}
    </ul>
  </section>`;
}

function Preview({ page, label }) {
  if (!page) return html`<p class="muted">Wählen Sie eine Seite; hier sehen Sie sie groß.</p>`;
  const turn = (page.turned + page.turn) % 360;
  return html`<figure class="arrange__large">
    <figcaption class="muted">${label}</figcaption>
    ${page.hasPicture
      ? html`<div class="arrange__picture arrange__picture--${turn}">
          <img src=${pictureOf(page.source, page.number)} alt="${label}, groß" />
        </div>`
      : html`<p class="muted">Von dieser Seite gibt es kein Bild.</p>`}
  </figure>`;
}

// ---- the page ------------------------------------------------------------------------------------

async function loadOne(document) {
  return { document, pages: await loadPages(document.document) };
}

/** The document, and those whose pages may belong to it. */
async function loadAll(id) {
  const document = await get(`/api/v1/documents/${id}`);
  const [pages, around, related] = await Promise.all([
    loadPages(id),
    get(`/api/v1/documents/${id}/arrangement`),
    get(`/api/v1/documents/${id}/related`).catch(() => ({ results: [] })),
  ]);
  const others = new Map();
  for (const each of [...around.neighbours, ...related.results]) {
    if (canBeTaken(each) && each.document !== id) others.set(each.document, each);
  }
  return { source: { document, pages }, others: [...others.values()], last: around.arrangement };
}

function Workbench({ loaded, onSent }) {
  const [sources, setSources] = useState([loaded.source]);
  const [groups, setGroups] = useState(() => [groupOf(loaded.source)]);
  const [chosen, setChosen] = useState(null);
  const [said, setSaid] = useState('');
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const refocus = useRef(null);
  const taken = useMemo(() => new Set(sources.map(({ document }) => document.document)), [sources]);
  const all = groups.flatMap((group) => group.pages);
  const page = all.find((each) => each.key === chosen);
  const isSame = isAsItWas(groups, sources);

  const labelOf = (key) => {
    const [at, index] = find(groups, key);
    return `Seite ${index + 1} von Dokument ${at + 1}`;
  };

  // A page that changed its document is another element now; the focus goes with it.
  useLayoutEffect(() => {
    if (refocus.current) document.getElementById(`page-${refocus.current}`)?.focus();
    refocus.current = null;
    if (chosen && find(groups, chosen)[0] >= 0) setSaid(labelOf(chosen));
  }, [groups]);

  function change(next, key) {
    if (next === groups) return;
    if (key) refocus.current = key;
    setGroups(next);
  }

  function onKey(event, key) {
    const at = all.findIndex((each) => each.key === key);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const letter = tools.find(([name]) => name.length === 1 && name.toLowerCase() === event.key.toLowerCase());
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (step && event.shiftKey) change(moved(groups, key, step), key);
    else if (step) document.getElementById(`page-${all[at + step]?.key}`)?.focus();
    else if (letter) change(letter[2](groups, key), key);
    else return;
    event.preventDefault();
  }

  async function take(other) {
    setError(null);
    try {
      const source = await loadOne(other);
      setSources((old) => [...old, source]);
      setGroups((old) => [...old, groupOf(source)]);
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  async function send() {
    setBusy(true);
    setError(null);
    try {
      const { document } = loaded.source;
      onSent(await post(`/api/v1/documents/${document.document}/arrange`, wishOf(groups, sources)));
    } catch (refusal) {
      setBusy(false);
      setError(refusal.message);
    }
  }

  function reset() {
    setSources([loaded.source]);
    setGroups([groupOf(loaded.source)]);
    setChosen(null);
  }

  return html`<div class="arrange">
    <div class="arrange__work">
      <${Tools} groups=${groups} chosen=${page ? chosen : null} onGroups=${(next) => change(next, null)} />
      <p class="kern-sr-only" role="status">${said}</p>
      ${groups.map(
        (group, at) => html`<${Group}
          key=${group.key}
          group=${group}
          number=${at + 1}
          count=${group.pages.length}
          source=${sources.find(({ document }) => document.document === group.pages[0].source)}
          onKeeps=${(keepsCase) => setGroups(groups.map((each) => (each === group ? { ...each, keepsCase } : each)))}
          onDrop=${(key) => change(dropped(groups, key, { group: group.key }), key)}
        >
          ${group.pages.map(
            (each) => html`<${PageTile}
              key=${each.key}
              page=${each}
              label=${labelOf(each.key)}
              isChosen=${each.key === chosen}
              onChoose=${() => setChosen(each.key)}
              onKey=${(event) => onKey(event, each.key)}
              onDrop=${(key) => change(dropped(groups, key, { group: group.key, page: each.key }), key)}
            />`,
          )}
        <//>`,
      )}
      <${Others} others=${loaded.others} taken=${taken} onTake=${take} />
      ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
      <div class="arrange__send">
        <p class="kern-body" role="status">
          ${isSame ? 'Noch ist alles, wie es war.' : `Aus ${countWords(sources.length, 'Dokument', 'Dokumenten')} ${groups.length === 1 ? 'wird' : 'werden'} ${groups.length}.`}
        </p>
        <button type="button" class="kern-btn kern-btn--primary" disabled=${isSame || isBusy} onClick=${send}>
          <span class="kern-label">So zusammenstellen</span>
        </button>
        <${Button} disabled=${isSame && sources.length === 1} onClick=${reset}>Von vorn<//>
      </div>
    </div>
    <div class="arrange__side"><${Preview} page=${page} label=${page ? labelOf(chosen) : ''} /></div>
  </div>`;
}

export function ArrangePage({ id, version }) {
  const { value, error } = useLoaded(() => loadAll(id), id, 0);
  const [answer, setAnswer] = useState(null);
  useEffect(() => setAnswer(null), [id]);
  const isFree = value && canBeTaken(value.source.document);
  return html`<${Heading} aside=${html`<a class="kern-link" href="#/dokument/${id}">Zum Schreiben</a>`}>Seiten ordnen<//>
    ${error && !value && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && !answer && isFree && html`
      <p class="kern-body">Ziehen Sie Seiten mit der Maus, oder gehen Sie mit den Pfeiltasten zu einer Seite und nutzen Sie die Tasten. Die Bilder selbst ändern sich nie; alles lässt sich zurücknehmen.</p>
      ${value.last?.state === 'failed' && html`<${Alert} look="warning" title="Der letzte Versuch ist gescheitert.">${value.last.reason}<//>`}
      <${Workbench} key=${id} loaded=${value} onSent=${setAnswer} />`}
    ${value && (answer || !isFree) && html`<${Arranged} id=${id} start=${answer} version=${version} />`}`;
}

// page_clearing.js - clearing: one document after the other, decided by keyboard.
//
// The next documents are loaded while one is looked at. A number key puts the document into that
// case at once; "U" takes the last decision back. Single keys can be switched off (WCAG 2.1.4) and
// mean nothing while something is typed. Who types faster than the next document is shown loses no
// letter: what was typed goes into the form that its first key opens. Keys that decide wait for the
// document that they are about.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { address, get } from './api.js';
import { act, DiscardForm, ForwardForm, MoveForm } from './actions.js';
import { loadDocument } from './page_document.js';
import { Alert, Flags, Heading, html, Loading } from './parts.js';
import { EvidenceList, loadCase, Persons } from './reasons.js';
import { loadWords, marksOf, pictureOf, Viewer } from './viewer.js';
import { kindWords, shareWords, timeWords } from './words.js';

const AHEAD = 2; // documents that are loaded before their turn
const PORTION = 30;
const CANDIDATES = 9; // number keys

/** Loads a document whole: facts, candidates with their persons, and its first page. */
async function loadWhole(id) {
  const whole = await loadDocument(id, false);
  for (const candidate of whole.explanation?.candidates ?? []) loadCase(candidate.case_number);
  const [first] = whole.pages;
  if (first) loadWords(id, first.number).catch(() => {});
  if (first?.preview) new Image().src = pictureOf(id, first.number);
  return whole;
}

/** The documents in clearing, one at a time, the next ones loaded already. */
function useQueue(view) {
  const [queue, setQueue] = useState(null); // ids
  const [error, setError] = useState(null);
  const loaded = useRef(new Map());
  const settled = useRef(new Set()); // decided here; the list may not know yet

  const load = async () => {
    try {
      const found = await get(address('/api/v1/documents', { view, limit: PORTION }));
      setQueue((old) => {
        const fresh = found.results.map((each) => each.document).filter((id) => !settled.current.has(id));
        const head = old?.[0] && fresh.includes(old[0]) ? old[0] : null; // never away under one's eyes
        return head ? [head, ...fresh.filter((id) => id !== head)] : fresh;
      });
      setError(null);
    } catch (refusal) {
      setError(refusal.message);
    }
  };
  useEffect(() => {
    loaded.current.clear();
    settled.current.clear();
    setQueue(null);
    load();
  }, [view]);

  const whole = (id) => {
    if (!loaded.current.has(id)) {
      const asked = loadWhole(id);
      asked.catch(() => loaded.current.delete(id));
      loaded.current.set(id, asked);
    }
    return loaded.current.get(id);
  };

  return {
    queue,
    error,
    load,
    whole,
    /** Decided: off the queue. */
    settle(id) {
      settled.current.add(id);
      loaded.current.delete(id);
      setQueue((old) => old.filter((each) => each !== id));
      if (queue.length <= AHEAD + 1) load();
    },
    /** Later: to the end of the queue. */
    postpone: (id) => setQueue((old) => [...old.filter((each) => each !== id), id]),
    /** Back again: the first. */
    restore(id) {
      settled.current.delete(id);
      loaded.current.delete(id);
      setQueue((old) => [id, ...(old ?? []).filter((each) => each !== id)]);
    },
    forget: (id) => loaded.current.delete(id),
  };
}

// ---- choosing ------------------------------------------------------------------------------------

function Key({ children }) {
  return html`<kbd class="key">${children}</kbd>`;
}

function Candidate({ candidate, number, marks, onChoose, onLight, isBusy }) {
  return html`<li class="proposal">
    <button
      type="button"
      class="proposal__button"
      disabled=${isBusy}
      onClick=${onChoose}
    >
      <${Key}>${number}<//>
      <span class="case-number">${candidate.case_number}</span>
      <span class="candidate__share">${shareWords(candidate.probability)}</span>
      <span class="kern-sr-only">, in diesen Fall ablegen</span>
    </button>
    <${Persons} number=${candidate.case_number} />
    <${EvidenceList} candidate=${candidate} marks=${marks} onLight=${onLight} />
  </li>`;
}

/** [key, words, what happens] */
const outcomes = [
  ['S', 'Im Register suchen', 'search'],
  ['N', 'Neuer Fall, noch nicht im Register', 'wait'],
  ['W', 'Weiterleiten (Irrläufer)', 'forward'],
  ['X', 'Aussortieren', 'discard'],
  ['P', 'Seiten ordnen: teilen, verbinden, drehen', 'pages'],
  ['L', 'Später entscheiden', 'later'],
  ['U', 'Letzte Entscheidung zurücknehmen', 'undo'],
];

function Outcomes({ onOutcome, isWaiting, canUndo, isBusy }) {
  return html`<ul class="outcomes">
    ${outcomes.map(
      ([key, words, name]) => html`<li key=${key}>
        <button
          type="button"
          class="outcomes__button"
          disabled=${isBusy || (name === 'undo' && !canUndo)}
          onClick=${() => onOutcome(name)}
        ><${Key}>${key}<//><span>${name === 'wait' && isWaiting ? 'Fall ist jetzt im Register' : words}</span></button>
      </li>`,
    )}
  </ul>`;
}

/** Before the browser can have another key. */
function useKeys(isOn, onKey) {
  useLayoutEffect(() => {
    if (!isOn) return undefined;
    const listen = (event) => {
      const isTyping = event.target.closest?.('input, select, textarea, form');
      if (isTyping || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (onKey(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
}

/** Kept in this browser: whether single keys decide. */
function useKeysSwitch() {
  const [isOn, setOn] = useState(localStorage.getItem('keys') !== 'off');
  const set = (on) => {
    localStorage.setItem('keys', on ? 'on' : 'off');
    setOn(on);
  };
  return [isOn, set];
}

const TYPED_MOST = 60;

/** What is typed while no document is there to take it, if its first key opens a form. */
function useTypedAhead(isOn, isSending) {
  const typed = useRef('');
  useLayoutEffect(() => {
    if (!isOn) {
      typed.current = '';
      return undefined;
    }
    const listen = (event) => {
      const isElsewhere = !isSending && event.target.closest?.('input, select, textarea, form');
      if (isElsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
      const opens = outcomes.some(([key, , name]) => forms[name] && key.toLowerCase() === event.key.toLowerCase());
      if (event.key === 'Escape') typed.current = '';
      if (event.key.length !== 1 || (typed.current === '' && !opens) || typed.current.length > TYPED_MOST) return;
      typed.current += event.key;
      event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [isOn, isSending]);
  /** [name of the form or null, its first words]; asked once. */
  return () => {
    const [first, ...words] = typed.current;
    typed.current = '';
    const outcome = outcomes.find(([key]) => key.toLowerCase() === first?.toLowerCase());
    return [outcome?.[2] ?? null, words.join('').trimStart()];
  };
}

const forms = { search: MoveForm, forward: ForwardForm, discard: DiscardForm };
const formWords = { search: 'In den Fall abgelegt', forward: 'Weitergeleitet', discard: 'Aussortiert' };

// ---- one document --------------------------------------------------------------------------------

function Case({ whole, last, keys: [areKeysOn, setKeysOn], takeTyped, onBusy, onSettled, onLater, onUndo, onTooLate }) {
  const { document, explanation, pages } = whole;
  const [[typedForm, typedWords], setTyped] = useState(takeTyped); // faster than this was shown
  const [open, setOpen] = useState(typedForm);
  const [lit, setLit] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const marks = useMemo(() => marksOf(explanation), [whole]);
  const candidates = (explanation?.candidates ?? []).slice(0, CANDIDATES);

  async function run(work, words) {
    setBusy(true);
    onBusy(true);
    setError(null);
    try {
      onSettled(await work(), words);
    } catch (refusal) {
      setBusy(false);
      onBusy(false);
      takeTyped(); // it was meant for the next one
      setError(refusal.message);
      if (refusal.status === 409) onTooLate();
    }
  }

  const choose = (candidate) =>
    run(() => act(document, 'assign', { case_number: candidate.case_number }), `In Fall ${candidate.case_number} abgelegt`);

  function decide(name) {
    if (forms[name]) {
      setTyped([null, '']);
      setOpen(open === name ? null : name);
    }
    if (name === 'wait') {
      run(() => act(document, 'wait', { waiting: !document.waiting }), document.waiting ? 'Zurück in die Klärung' : 'Wartet auf den neuen Fall');
    }
    if (name === 'pages') window.location.hash = `#/dokument/${document.document}/seiten`;
    if (name === 'later') onLater();
    if (name === 'undo' && last) onUndo();
  }

  useKeys(areKeysOn && !isBusy && !open, (key) => {
    const candidate = candidates[Number(key) - 1];
    const outcome = outcomes.find(([each]) => each.toLowerCase() === key.toLowerCase());
    if (candidate) choose(candidate);
    if (outcome) decide(outcome[2]);
    return Boolean(candidate || outcome);
  });

  const Opened = open && forms[open];
  return html`<div class="clearing">
    <${Viewer} id=${document.document} pages=${pages} marks=${marks} lit=${lit} />
    <div class="clearing__side">
      <section class="panel" aria-labelledby="what">
        <h2 class="kern-heading-small" id="what">${kindWords(document.kind)} <${Flags} flags=${document.flags} /></h2>
        <p class="muted clearing__facts">Eingang ${timeWords(document.received)}, ${document.site}</p>
        ${document.reason && html`<p class="clearing__reason">${document.reason}</p>`}
        ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
      </section>
      ${Opened
        ? html`<section class="panel panel--decide">
            <${Opened}
              document=${document}
              start=${typedWords}
              onBusy=${onBusy}
              onDone=${(changed) => onSettled(changed, formWords[open])}
              onClose=${() => setOpen(null)}
            />
          </section>`
        : html`<section class="panel panel--decide" aria-labelledby="whose">
            <h2 class="kern-heading-small" id="whose">Zu welchem Fall gehört das?</h2>
            ${candidates.length === 0 && html`<p class="kern-body">Das Programm hat keinen Fall gefunden.</p>`}
            <ol class="proposals">
              ${candidates.map(
                (candidate, index) => html`<${Candidate}
                  key=${candidate.case_number}
                  candidate=${candidate}
                  number=${index + 1}
                  marks=${marks}
                  isBusy=${isBusy}
                  onLight=${setLit}
                  onChoose=${() => choose(candidate)}
                />`,
              )}
            </ol>
            <${Outcomes} onOutcome=${decide} isWaiting=${document.waiting} canUndo=${last !== null} isBusy=${isBusy} />
            <div class="kern-form-check">
              <input class="kern-form-check__checkbox" type="checkbox" id="keys" checked=${areKeysOn} onChange=${(event) => setKeysOn(event.currentTarget.checked)} />
              <label class="kern-label" for="keys">Tasten entscheiden (1 bis 9 und Buchstaben)</label>
            </div>
          </section>`}
    </div>
  </div>`;
}

// ---- the page ------------------------------------------------------------------------------------

const views = [['clearing', 'Zu klären'], ['new_cases', 'Neue Fälle']];

export function ClearingPage({ version }) {
  const [view, setView] = useState('clearing');
  const queue = useQueue(view);
  const [whole, setWhole] = useState(null);
  const [error, setError] = useState(null);
  const [last, setLast] = useState(null); // {document, words}: what "U" takes back
  const current = queue.queue?.[0] ?? null;
  const [isBusy, setBusy] = useState(false);
  const isShown = Boolean(current && whole && whole.document.document === current);
  const [areKeysOn, setKeysOn] = useKeysSwitch();
  const takeTyped = useTypedAhead(areKeysOn && (isBusy || (current !== null && !isShown)), isBusy);

  useEffect(() => { if (queue.queue && queue.queue.length < PORTION / 2) queue.load(); }, [version]);
  useEffect(() => {
    let isGone = false;
    if (!current) {
      setWhole(null);
      return undefined;
    }
    setError(null);
    queue.whole(current).then(
      (loaded) => {
        if (isGone) return;
        setWhole(loaded);
        for (const id of queue.queue.slice(1, 1 + AHEAD)) queue.whole(id).catch(() => {});
      },
      (refusal) => !isGone && setError(refusal.message),
    );
    return () => { isGone = true; };
  }, [current, queue.queue?.[1]]);

  async function undo() {
    try {
      const changed = await act(last.document, 'undo');
      if (changed.state === 'clearing') queue.restore(changed.document);
      setLast(null);
      setError(null);
    } catch (refusal) {
      setError(refusal.message);
    }
  }

  const count = queue.queue?.length ?? 0;
  const countWords = count >= PORTION ? `mindestens ${count}` : count;
  return html`<div class="clearing-head">
      <${Heading} aside=${html`<nav class="tabs" aria-label="Listen">
        ${views.map(
          ([name, words]) => html`<button
            key=${name}
            type="button"
            class="tabs__tab"
            aria-current=${name === view ? 'true' : undefined}
            onClick=${() => setView(name)}
          >${words}</button>`,
        )}
      </nav>`}>Klärung<//>
      <p class="muted clearing-head__words" role="status">
        ${queue.queue && html`${count === 0 ? 'Nichts zu klären' : `Noch ${countWords}`}. `}
        ${last && html`<strong>${last.words}.</strong>${' '}<button type="button" class="link-button" onClick=${undo}>Zurücknehmen</button>`}
      </p>
    </div>
    ${(error || queue.error) && html`<${Alert} look="danger" title=${error ?? queue.error} role="alert" />`}
    ${!queue.queue && !queue.error && html`<${Loading} />`}
    ${queue.queue && count === 0 && html`<p class="kern-body empty">Hier ist nichts zu klären.</p>`}
    ${isShown &&
    html`<${Case}
      key=${`${current} ${whole.document.revision}`}
      whole=${whole}
      last=${last}
      keys=${[areKeysOn, setKeysOn]}
      takeTyped=${takeTyped}
      onBusy=${setBusy}
      onSettled=${(changed, words) => {
        setBusy(false);
        setLast({ document: changed, words });
        queue.settle(changed.document);
      }}
      onLater=${() => queue.postpone(current)}
      onUndo=${undo}
      onTooLate=${() => {
        queue.forget(current);
        queue.load();
      }}
    />`}`;
}

// actions.js - what a person can do with a document, and the small forms in which they say why.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { address, get, post } from './api.js';
import { Alert, Button, html, Icon, TextInput } from './parts.js';
import { personWords } from './reasons.js';
import { kindNames, kindWords, todayStamp } from './words.js';

/** `post` about a document as it was seen. */
export const act = (document, what, body = {}) =>
  post(`/api/v1/documents/${document.document}/${what}`, { revision: document.revision, ...body });

// ---- forms ---------------------------------------------------------------------------------------

/**
 * Puts the focus into its first field, before the browser can have another key, and calls `onClose`
 * at Escape.
 */
export function Form({ title, send, sendWords, isReady = true, onClose, children, error, isBusy }) {
  const form = useRef(null);
  useLayoutEffect(() => {
    form.current.querySelector('input, select, textarea')?.focus();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    if (isReady && !isBusy) send();
  };
  return html`<form
    class="act-form"
    ref=${form}
    aria-label=${title}
    onSubmit=${submit}
    onKeyDown=${(event) => event.key === 'Escape' && onClose()}
  >
    <h3 class="kern-heading-x-small">${title}</h3>
    ${children}
    ${error && html`<p class="kern-error" role="alert"><${Icon} name="danger" />${error}</p>`}
    <div class="act-form__buttons">
      <button type="submit" class="kern-btn kern-btn--primary" disabled=${!isReady || isBusy}>
        <span class="kern-label">${sendWords}</span>
      </button>
      <${Button} look="tertiary" onClick=${onClose}>Abbrechen<//>
    </div>
  </form>`;
}

/** Runs one action at a time; what went wrong stands in `error`. `onBusy` hears when it runs. */
export function useAct(onDone, onBusy = () => {}) {
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  async function run(work) {
    setBusy(true);
    onBusy(true);
    setError(null);
    try {
      onDone(await work());
    } catch (refusal) {
      setError(refusal.message);
    }
    setBusy(false);
    onBusy(false);
  }
  return { error, isBusy, run };
}

const SEARCH_FROM = 3; // letters

/** Persons of the register, chosen with the arrow keys. `start`: what was typed already. */
export function CaseSearch({ id, onCase, start = '' }) {
  const [typed, setTyped] = useState(start);
  const [hits, setHits] = useState(null);
  const [chosen, setChosen] = useState(0);
  const isEnough = typed.trim().length >= SEARCH_FROM;

  useEffect(() => {
    let isGone = false;
    if (!isEnough) {
      setHits(null);
      onCase(null);
      return undefined;
    }
    const timer = setTimeout(async () => {
      const found = await get(address('/api/v1/register', { q: typed.trim() })).catch(() => null);
      if (isGone) return;
      setHits(found?.results ?? []);
      setChosen(0);
      onCase(found?.results[0] ?? null);
    }, 200);
    return () => { isGone = true; clearTimeout(timer); };
  }, [typed]);

  function choose(index) {
    setChosen(index);
    onCase(hits[index]);
  }

  function move(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (!step || !hits?.length) return;
    event.preventDefault();
    choose(Math.min(hits.length - 1, Math.max(0, chosen + step)));
  }

  const words = !isEnough ? 'Mindestens drei Zeichen: Name, Geburtsdatum oder Aktenzeichen.'
    : hits === null ? 'Es wird gesucht …'
      : hits.length === 0 ? 'Niemand gefunden.'
        : `${hits.length === 20 ? 'Die ersten 20' : hits.length} gefunden. Pfeiltasten wählen.`;
  return html`<div class="case-search">
    <${TextInput}
      id=${id}
      label="Im Register suchen"
      value=${typed}
      onValue=${setTyped}
      autocomplete="off"
      role="combobox"
      aria-expanded=${hits?.length > 0 ? 'true' : 'false'}
      aria-controls="${id}-hits"
      aria-activedescendant=${hits?.length > 0 ? `${id}-hit-${chosen}` : undefined}
      onKeyDown=${move}
    />
    <p class="kern-body muted case-search__words" role="status">${words}</p>
    <ul class="case-search__hits" id="${id}-hits" role="listbox" aria-label="Gefundene Fälle">
      ${hits?.map(
        (hit, index) => html`<li
          key=${`${hit.case_number} ${index}`}
          id="${id}-hit-${index}"
          role="option"
          aria-selected=${index === chosen ? 'true' : 'false'}
          onClick=${() => choose(index)}
        >
          <span class="case-number">${hit.case_number}</span>${' '}
          <span>${personWords(hit)}</span>
        </li>`,
      )}
    </ul>
  </div>`;
}

function ReasonInput({ value, onValue, isNeeded = true }) {
  return html`<${TextInput}
    id="reason"
    label=${isNeeded ? 'Begründung' : 'Begründung (freiwillig)'}
    value=${value}
    onValue=${onValue}
    maxlength="300"
    autocomplete="off"
  />`;
}

export function MoveForm({ document, start, onBusy, onDone, onClose }) {
  const isFiled = document.state === 'filed';
  const [found, setFound] = useState(null);
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone, onBusy);
  return html`<${Form}
    title=${isFiled ? 'In einen anderen Fall' : 'In einen Fall legen'}
    sendWords=${found ? `In ${found.case_number} ablegen` : 'Ablegen'}
    isReady=${found !== null && (!isFiled || reason.trim() !== '')}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'assign', { case_number: found.case_number, reason }))}
  >
    <${CaseSearch} id="move" start=${start} onCase=${setFound} />
    <${ReasonInput} value=${reason} onValue=${setReason} isNeeded=${isFiled} />
  <//>`;
}

export function ReleaseForm({ document, onDone, onClose }) {
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Nicht meins: zurück in die Klärung"
    sendWords="Zurückgeben"
    isReady=${reason.trim() !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'release', { reason }))}
  >
    <${ReasonInput} value=${reason} onValue=${setReason} />
  <//>`;
}

export function RecallForm({ document, onDone, onClose }) {
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Fehlablage zurückrufen"
    sendWords="Zurückrufen"
    isReady=${reason.trim() !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'recall', { reason }))}
  >
    <p class="kern-body">
      Das Dokument wird aus ${document.case_number} genommen und neu zugeordnet. Wer es geöffnet hat, steht im
      Datenschutzvermerk; ab jetzt laufen die 72 Stunden nach Art. 33 DSGVO.
    </p>
    <${ReasonInput} value=${reason} onValue=${setReason} />
  <//>`;
}

/** The bodies of the configuration; asked once. */
let bodiesAsked = null;
const askBodies = () => {
  bodiesAsked ??= get('/api/v1/bodies', { background: true }).then(({ bodies }) => bodies, () => []);
  return bodiesAsked;
};

/** The body that the letter is addressed to, as the matcher saw it; nothing when it saw none. */
const seenBody = (document) => (document.flags ?? []).find((flag) => flag.startsWith('to:'))?.slice(3);

export function ForwardForm({ document, start = '', onBusy, onDone, onClose }) {
  const [target, setTarget] = useState(start);
  const [bodies, setBodies] = useState([]);
  useEffect(() => {
    askBodies().then((known) => {
      setBodies(known);
      const seen = known.find((body) => body.name === seenBody(document));
      if (seen) setTarget((typed) => typed || seen.title);
    });
  }, []);
  const address = bodies.find((body) => body.title === target)?.address;
  const [day, setDay] = useState(todayStamp());
  const [reason, setReason] = useState('');
  const { error, isBusy, run } = useAct(onDone, onBusy);
  return html`<${Form}
    title="Irrläufer: weitergeleitet"
    sendWords="Als weitergeleitet vermerken"
    isReady=${target.trim() !== '' && day !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'forward', { target, day, reason }))}
  >
    <${TextInput} id="target" label="An wen" value=${target} onValue=${setTarget} list="targets" autocomplete="off" />
    <datalist id="targets">${bodies.map((body) => html`<option key=${body.name} value=${body.title} />`)}</datalist>
    ${address && html`<p class="note">${address}</p>`}
    <${TextInput} id="day" label="Wann" type="date" value=${day} onValue=${setDay} />
    <${ReasonInput} value=${reason} onValue=${setReason} isNeeded=${false} />
  <//>`;
}

const scannedTwice = 'Doppelt gescannt';
const discardReasons = ['Werbung', scannedTwice, 'Leer oder unleserlich', 'Ohne Bezug zum Sozialamt'];

export function DiscardForm({ document, onBusy, onDone, onClose }) {
  const [chosen, setChosen] = useState(0);
  const [other, setOther] = useState('');
  const { error, isBusy, run } = useAct(onDone, onBusy);
  const reason = chosen < discardReasons.length ? discardReasons[chosen] : other.trim();
  return html`<${Form}
    title="Aussortieren"
    sendWords="Aussortieren"
    isReady=${reason !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'discard', { reason, duplicate: reason === scannedTwice }))}
  >
    <fieldset class="kern-fieldset">
      <legend class="kern-label">Warum</legend>
      <div class="kern-fieldset__body">
        ${[...discardReasons, 'Anderer Grund'].map(
          (words, index) => html`<div key=${words} class="kern-form-check">
            <input
              class="kern-form-check__radio"
              type="radio"
              name="discard"
              id="discard-${index}"
              checked=${chosen === index}
              onChange=${() => setChosen(index)}
            />
            <label class="kern-label" for="discard-${index}">${words}</label>
          </div>`,
        )}
      </div>
    </fieldset>
    ${chosen === discardReasons.length &&
    html`<${TextInput} id="other" label="Grund" value=${other} onValue=${setOther} maxlength="300" autocomplete="off" />`}
  <//>`;
}

function KindForm({ document, onDone, onClose }) {
  const [kind, setKind] = useState(document.kind ?? '');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Art des Schreibens"
    sendWords="Übernehmen"
    isReady=${kind !== '' && kind !== document.kind}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'kind', { kind }))}
  >
    <div class="kern-form-input">
      <label class="kern-label" for="kind">Art</label>
      <div class="kern-form-input__select-wrapper">
        <select class="kern-form-input__select" id="kind" onChange=${(event) => setKind(event.currentTarget.value)}>
          ${!document.kind && html`<option value="">Bitte wählen</option>`}
          ${kindNames.map(
            (name) => html`<option key=${name} value=${name} selected=${name === kind}>${kindWords(name)}</option>`,
          )}
        </select>
      </div>
    </div>
  <//>`;
}

function NoteForm({ document, onDone, onClose }) {
  const [words, setWords] = useState('');
  const { error, isBusy, run } = useAct(onDone);
  return html`<${Form}
    title="Notiz"
    sendWords="Notiz speichern"
    isReady=${words.trim() !== ''}
    isBusy=${isBusy}
    error=${error}
    onClose=${onClose}
    send=${() => run(() => act(document, 'note', { words }))}
  >
    <div class="kern-form-input">
      <label class="kern-label" for="note">Was andere zu diesem Schreiben wissen sollen</label>
      <textarea
        class="kern-form-input__input"
        id="note"
        rows="4"
        maxlength="2000"
        value=${words}
        onInput=${(event) => setWords(event.currentTarget.value)}
      ></textarea>
    </div>
  <//>`;
}

// ---- the bar -------------------------------------------------------------------------------------

const forms = {
  move: MoveForm, release: ReleaseForm, recall: RecallForm, forward: ForwardForm, discard: DiscardForm, kind: KindForm, note: NoteForm,
};

/** What can be done in this state: [name of the form, words]. */
function choices(document) {
  const isFiled = document.state === 'filed';
  const isClearing = document.state === 'clearing';
  return [
    (isFiled || isClearing) && ['move', isFiled ? 'Anderer Fall' : 'In einen Fall'],
    isFiled && ['release', 'Nicht meins'],
    isFiled && ['recall', 'Fehlablage'],
    (isFiled || isClearing) && ['forward', 'Weiterleiten'],
    (isFiled || isClearing) && ['discard', 'Aussortieren'],
    (isFiled || isClearing) && ['kind', 'Art ändern'],
    ['note', 'Notiz'],
  ].filter(Boolean);
}

const canTakeBack = (document) =>
  document.decided_by && document.decided_by !== 'auto' &&
  ['matching', 'forwarded', 'discarded'].includes(document.state);

/** `onDone(document, words)`: the document as it is now, and what happened in words. */
export function ActionBar({ document, onDone }) {
  const [open, setOpen] = useState(null);
  const opener = useRef(null);
  const done = (words) => (changed) => {
    setOpen(null);
    onDone(changed, words);
  };
  const quick = useAct((changed) => onDone(changed, changed.done ? 'Erledigt.' : 'Wieder offen.'));
  const back = useAct((changed) => onDone(changed, 'Zurückgenommen.'));
  const close = () => {
    setOpen(null);
    opener.current?.focus();
  };
  const happened = {
    move: 'Wird in den Fall abgelegt.', release: 'Zurück in die Klärung gegeben.', forward: 'Als weitergeleitet vermerkt.',
    recall: 'Zurückgerufen. Der Datenschutzvermerk ist vorbereitet.', discard: 'Aussortiert.', kind: 'Die Art ist geändert.', note: 'Die Notiz ist gespeichert.',
  };
  const Opened = open && forms[open];
  return html`<div class="act">
    <div class="act__bar" role="toolbar" aria-label="Bearbeiten">
      ${document.state === 'filed' &&
      html`<${Button}
        look=${document.done ? 'secondary' : 'primary'}
        disabled=${quick.isBusy}
        onClick=${() => quick.run(() => act(document, 'done', { done: !document.done }))}
      >${document.done ? 'Doch nicht erledigt' : 'Erledigt'}<//>`}
      ${canTakeBack(document) &&
      html`<${Button} disabled=${back.isBusy} onClick=${() => back.run(() => act(document, 'undo'))}>Zurücknehmen<//>`}
      ${choices(document).map(
        ([name, words]) => html`<button
          key=${name}
          type="button"
          class="kern-btn kern-btn--secondary kern-btn--small"
          aria-expanded=${open === name ? 'true' : 'false'}
          onClick=${(event) => {
            opener.current = event.currentTarget;
            setOpen(open === name ? null : name);
          }}
        ><span class="kern-label kern-label--small">${words}</span></button>`,
      )}
      ${['filed', 'clearing'].includes(document.state) &&
      html`<a class="kern-btn kern-btn--secondary kern-btn--small" href="#/dokument/${document.document}/seiten">
        <span class="kern-label kern-label--small">Seiten ordnen</span>
      </a>`}
    </div>
    ${(quick.error || back.error) && html`<${Alert} look="danger" title=${quick.error ?? back.error} role="alert" />`}
    ${Opened && html`<${Opened} key=${open} document=${document} onDone=${done(happened[open])} onClose=${close} />`}
  </div>`;
}

// page_document.js - one document: what it is, why it is where it is, and the decision of a person.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { address, get, getText, post } from './api.js';
import {
  Alert, Button, Fact, Flags, Heading, html, Icon, Loading, StateBadge, TextInput, useLoaded,
} from './parts.js';
import {
  countWords, dayWords, deciderWords, documentStates, evidenceWords, kindWords, shareWords,
  timeWords,
} from './words.js';

/** Decided by a person, of which the machine's probability says nothing. */
const isPersons = (document) => document.decided_by && document.decided_by !== 'auto';

async function load(id, background) {
  const document = await get(`/api/v1/documents/${id}`, { background });
  const explanation = document.has_explanation
    ? await get(`/api/v1/documents/${id}/explanation`, { background }).catch(() => null)
    : null;
  return { document, explanation };
}

// ---- facts ---------------------------------------------------------------------------------------

function Facts({ document, teams }) {
  return html`<dl class="kern-description-list facts">
    <${Fact} name="Zustand"><${StateBadge} states=${documentStates} state=${document.state} /><//>
    <${Fact} name=${document.state === 'clearing' ? 'Vorschlag' : 'Aktenzeichen'}><span class="case-number">${document.case_number ?? '–'}</span><//>
    ${document.case_number &&
    !isPersons(document) &&
    html`<${Fact} name="Sicherheit">${shareWords(document.confidence)}<//>`}
    ${document.team && html`<${Fact} name="Team">${teams[document.team] ?? document.team}<//>`}
    <${Fact} name="Eingang">${timeWords(document.received)}, ${document.site}<//>
    <${Fact} name="Seiten">${document.pages.join(', ')} des Scans<//>
    ${document.decided_by && document.state !== 'clearing' && html`<${Fact} name="Entschieden von">${deciderWords(document.decided_by)}<//>`}
    <${Fact} name="Datei"><span class="file-name">${document.source}</span><//>
  </dl>`;
}

// ---- why ---------------------------------------------------------------------------------------

function Evidence({ evidence }) {
  const speaksFor = evidence.weight >= 0;
  return html`<li class="evidence ${speaksFor ? '' : 'evidence--against'}">
    <span class="evidence__mark" aria-hidden="true">${speaksFor ? '+' : '−'}</span>
    <span class="evidence__kind">${evidenceWords(evidence.kind)}</span>
    <span class="evidence__words">
      ${evidence.read
        ? html`gelesen „${evidence.read}“${evidence.page ? `, Seite ${evidence.page}` : ''}`
        : 'nicht gefunden'}
      ${evidence.registered && html`<br />im Register „${evidence.kind === 'birth_date' ? dayWords(evidence.registered) : evidence.registered}“`}
    </span>
    <span class="kern-sr-only">${speaksFor ? 'spricht dafür' : 'spricht dagegen'}</span>
  </li>`;
}

function Candidate({ candidate, isBest }) {
  return html`<details class="candidate" open=${isBest}>
    <summary>
      <span class="case-number">${candidate.case_number}</span>
      <span class="candidate__share">${shareWords(candidate.probability)}</span>
    </summary>
    <ul class="evidence-list">
      ${candidate.evidence.map((evidence, index) => html`<${Evidence} key=${index} evidence=${evidence} />`)}
    </ul>
  </details>`;
}

function Why({ explanation }) {
  if (!explanation || explanation.candidates.length === 0) return null;
  return html`<section class="panel" aria-labelledby="why">
    <h2 class="kern-heading-small" id="why">Was das Programm gefunden hat</h2>
    ${explanation.candidates.map(
      (candidate, index) =>
        html`<${Candidate} key=${candidate.case_number} candidate=${candidate} isBest=${index === 0} />`,
    )}
  </section>`;
}

// ---- deciding ----------------------------------------------------------------------------------

function Person({ person }) {
  return html`<li>
    <strong>${person.surname}, ${person.given_names}</strong>, geb.${' '}
    ${person.birth_date ? dayWords(person.birth_date) : 'unbekannt'}, ${person.city}
  </li>`;
}

/** Who the case belongs to, before anything is filed there. */
function CaseCheck({ number, onKnown }) {
  const { value, error, isFresh } = useLoaded(
    () => (number ? get(address('/api/v1/case', { number })) : Promise.resolve(null)),
    number,
    0,
  );
  const found = isFresh && !error ? value : null;
  useEffect(() => onKnown(Boolean(found)), [found]);
  if (!number) return null;
  if (isFresh && error) return html`<p class="kern-error" role="alert"><${Icon} name="danger" />${error}</p>`;
  if (!found) return html`<p class="kern-body muted" role="status">Fall wird gesucht …</p>`;
  return html`<div class="case-check" role="status">
    <p class="kern-body">Fall <span class="case-number">${found.case_number}</span>${found.team ? `, ${found.team}` : ''}:</p>
    <ul>${found.persons.map((person, index) => html`<${Person} key=${index} person=${person} />`)}</ul>
  </div>`;
}

function Choice({ id, checked, onChoose, children }) {
  return html`<div class="kern-form-check">
    <input class="kern-form-check__radio" type="radio" name="case" id=${id} checked=${checked} onChange=${onChoose} />
    <label class="kern-label" for=${id}>${children}</label>
  </div>`;
}

function Clearing({ document, candidates, onAssigned }) {
  const [chosen, setChosen] = useState(candidates.length > 0 ? candidates[0].case_number : null);
  const [typed, setTyped] = useState('');
  const [sought, setSought] = useState('');
  const [isKnown, setKnown] = useState(false);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const number = chosen ?? sought;

  useEffect(() => {
    const timer = setTimeout(() => setSought(typed.trim()), 400);
    return () => clearTimeout(timer);
  }, [typed]);

  async function assign(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onAssigned(await post(`/api/v1/documents/${document.document}/assign`, { case_number: number }));
    } catch (refusal) {
      setError(refusal.message);
      setBusy(false);
    }
  }

  return html`<section class="panel panel--decide" aria-labelledby="decide">
    <h2 class="kern-heading-small" id="decide">Zu welchem Fall gehört das?</h2>
    <form class="stack" onSubmit=${assign}>
      ${candidates.length > 0 &&
      html`<fieldset class="kern-fieldset">
        <legend class="kern-sr-only">Vorschläge</legend>
        <div class="kern-fieldset__body">
          ${candidates.map(
            (candidate, index) =>
              html`<${Choice}
                key=${candidate.case_number}
                id="case-${index}"
                checked=${chosen === candidate.case_number}
                onChoose=${() => setChosen(candidate.case_number)}
              >
                <span class="case-number">${candidate.case_number}</span>
                <span class="muted"> ${shareWords(candidate.probability)}</span>
              <//>`,
          )}
          <${Choice} id="case-other" checked=${chosen === null} onChoose=${() => setChosen(null)}>
            Anderes Aktenzeichen
          <//>
        </div>
      </fieldset>`}
      ${chosen === null &&
      html`<${TextInput}
        id="case-number"
        label="Aktenzeichen"
        hint="So, wie es im Fallregister steht"
        value=${typed}
        onValue=${setTyped}
        autocomplete="off"
        spellcheck=${false}
      />`}
      <${CaseCheck} number=${number} onKnown=${setKnown} />
      ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
      <${Button} look="primary" type="submit" disabled=${isBusy || !isKnown}>In diesen Fall ablegen<//>
    </form>
  </section>`;
}

// ---- looking -----------------------------------------------------------------------------------

function TextOfPages({ id }) {
  const { value, error } = useLoaded(() => getText(`/api/v1/documents/${id}/text`), id, 0);
  if (error) return html`<${Alert} look="danger" title=${error} role="alert" />`;
  if (value === null) return html`<${Loading} />`;
  const pages = value.split('\f');
  return pages.map(
    (page, index) => html`<section key=${index} class="text-page">
      ${pages.length > 1 && html`<h3 class="kern-heading-x-small">Seite ${index + 1}</h3>`}
      <pre tabindex="0" aria-label="Erkannter Text, Seite ${index + 1}">${page.trim()}</pre>
    </section>`,
  );
}

function Viewer({ id, pages }) {
  const [isText, setText] = useState(false);
  const pdf = `/api/v1/documents/${id}/pdf`;
  return html`<section class="panel viewer" aria-label="Das Schreiben">
    <div class="viewer__bar">
      <div class="tabs">
        <button type="button" class="tabs__tab" aria-current=${isText ? undefined : 'true'} onClick=${() => setText(false)}>Bild</button>
        <button type="button" class="tabs__tab" aria-current=${isText ? 'true' : undefined} onClick=${() => setText(true)}>Text</button>
      </div>
      <span class="kern-body muted">${countWords(pages.length, 'Seite', 'Seiten')}</span>
      <a class="kern-link" href=${pdf} target="_blank" rel="noopener">In neuem Fenster<${Icon} name="open-in-new" /></a>
      <a class="kern-link" href="${pdf}?download=1" download>Herunterladen<${Icon} name="download" /></a>
    </div>
    ${isText
      ? html`<${TextOfPages} id=${id} />`
      : html`<iframe class="viewer__frame" src="${pdf}#navpanes=0&view=FitH" title="Das Schreiben als PDF"></iframe>`}
  </section>`;
}

// ---- the page ----------------------------------------------------------------------------------

export function DocumentPage({ id, session, version }) {
  const { value, error, refresh } = useLoaded((background) => load(id, background), id, version);
  const [assigned, setAssigned] = useState(null);
  useEffect(() => setAssigned(null), [id]);

  if (!value && error) {
    return html`<${Heading}>Dokument<//><${Alert} look="danger" title=${error} role="alert" />`;
  }
  if (!value) return html`<${Loading} />`;
  const { document, explanation } = value;
  const candidates = explanation?.candidates ?? [];
  const done = (changed) => {
    setAssigned(changed.case_number);
    refresh(true);
  };

  return html`<p class="back"><a class="kern-link" href="#/posteingang"><${Icon} name="arrow-back" />Zum Posteingang</a></p>
    <${Heading} aside=${html`<${Flags} flags=${document.flags} />`}>${kindWords(document.kind)}<//>
    ${assigned &&
    html`<${Alert} look="success" title="Zugeordnet" role="status">
      Das Dokument wird im Fall ${assigned} abgelegt.
    <//>`}
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    <div class="columns">
      <div class="columns__facts">
        ${document.reason &&
        !assigned &&
        html`<${Alert}
          look=${document.state === 'clearing' ? 'warning' : 'info'}
          title=${document.state === 'clearing' ? 'Bitte prüfen' : 'Warum hier'}
        >${document.reason}<//>`}
        ${document.state === 'clearing' &&
        html`<${Clearing} key=${id} document=${document} candidates=${candidates} onAssigned=${done} />`}
        <section class="panel" aria-label="Angaben zum Dokument">
          <${Facts} document=${document} teams=${session.teams} />
        </section>
        <${Why} explanation=${explanation} />
      </div>
      <div class="columns__letter"><${Viewer} id=${id} pages=${document.pages} /></div>
    </div>`;
}

// reasons.js - why a document is where it is: candidates, and the evidence for and against each.
// Looking at a reason lights its words on the page.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { address, get } from './api.js';
import { html } from './parts.js';
import { dayWords, evidenceWords, shareWords } from './words.js';
import { markOf } from './viewer.js';

const casesOf = new Map(); // number -> promise; the register changes slowly
const REMEMBERED = 200;

/** Who a case belongs to; null for one that the register does not know. */
export function loadCase(number) {
  if (!casesOf.has(number)) {
    if (casesOf.size >= REMEMBERED) casesOf.delete(casesOf.keys().next().value);
    casesOf.set(number, get(address('/api/v1/case', { number })).catch(() => null));
  }
  return casesOf.get(number);
}

export const personWords = (person) =>
  `${person.surname}, ${person.given_names}, geb. ${person.birth_date ? dayWords(person.birth_date) : 'unbekannt'}${person.city ? `, ${person.city}` : ''}`;

export function Persons({ number }) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let isGone = false;
    setFound(null);
    loadCase(number).then((value) => !isGone && setFound(value));
    return () => { isGone = true; };
  }, [number]);
  if (!found) return null;
  return html`<ul class="persons">
    ${found.persons.map((person, index) => html`<li key=${index}>${personWords(person)}</li>`)}
  </ul>`;
}

function registeredWords(evidence) {
  return evidence.kind === 'birth_date' ? dayWords(evidence.registered) : evidence.registered;
}

/** What was read and what the register has; or, of what was known before, where it is known from. */
function evidenceFacts(evidence) {
  if (evidence.kind.startsWith('same_'))
    return html`ein <a class="kern-link" href="#/dokument/${evidence.read}">anderes Schreiben</a> zu ${evidence.registered}`;
  if (evidence.kind === 'expected_paper') return html`Anforderung ${evidence.read} zu ${evidence.registered}`;
  return html`${evidence.read ? html`gelesen „${evidence.read}“` : 'nicht gefunden'}
    ${evidence.registered && html`, im Register „${registeredWords(evidence)}“`}
    ${evidence.page > 0 && html` <span class="muted">(Seite ${evidence.page})</span>`}`;
}

function Evidence({ evidence, mark, onLight }) {
  const speaksFor = evidence.weight >= 0;
  const light = mark ? { onMouseEnter: () => onLight(mark), onMouseLeave: () => onLight(null) } : {};
  const words = html`<span class="evidence__mark" aria-hidden="true">${speaksFor ? '+' : '−'}</span>
    <span class="evidence__words">
      <span class="evidence__kind">${evidenceWords(evidence.kind)}</span>${' '}
      ${evidenceFacts(evidence)}
    </span>
    <span class="kern-sr-only">${speaksFor ? 'spricht dafür' : 'spricht dagegen'}</span>`;
  return html`<li class="evidence ${speaksFor ? '' : 'evidence--against'}" ...${light}>
    ${mark
      ? html`<button
          type="button"
          class="evidence__button"
          onFocus=${() => onLight(mark)}
          onBlur=${() => onLight(null)}
          onClick=${() => onLight(mark)}
        >${words}</button>`
      : html`<div class="evidence__button evidence__button--plain">${words}</div>`}
  </li>`;
}

export function EvidenceList({ candidate, marks, onLight }) {
  return html`<ul class="evidence-list">
    ${candidate.evidence.map(
      (evidence, index) =>
        html`<${Evidence} key=${index} evidence=${evidence} mark=${markOf(marks, evidence)} onLight=${onLight} />`,
    )}
  </ul>`;
}

function Candidate({ candidate, isBest, marks, onLight }) {
  return html`<details class="candidate" open=${isBest}>
    <summary>
      <span class="case-number">${candidate.case_number}</span>
      <span class="candidate__share">${shareWords(candidate.probability)}</span>
    </summary>
    <${Persons} number=${candidate.case_number} />
    <${EvidenceList} candidate=${candidate} marks=${marks} onLight=${onLight} />
  </details>`;
}

export function Why({ explanation, marks, onLight }) {
  if (!explanation || explanation.candidates.length === 0) return null;
  return html`<section class="panel" aria-labelledby="why">
    <h2 class="kern-heading-small" id="why">Was das Programm gefunden hat</h2>
    ${explanation.candidates.map(
      (candidate, index) => html`<${Candidate}
        key=${candidate.case_number}
        candidate=${candidate}
        isBest=${index === 0}
        marks=${marks}
        onLight=${onLight}
      />`,
    )}
  </section>`;
}

// page_document.js - one document: its pages, what it is, why it is here, what happened to it, and
// what a person does with it. Shown beside its list, or alone.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useMemo, useState } from 'preact/hooks';
import { get } from './api.js';
import { ActionBar } from './actions.js';
import { Anomalies } from './anomalies.js';
import { Arranged } from './arranged.js';
import { Alert, Fact, Flags, Heading, html, Loading, StateBadge, useLoaded } from './parts.js';
import { GuardBadges, Guards } from './guard.js';
import { Deadlines, ReceiptDate } from './law.js';
import { Persons, Why } from './reasons.js';
import { loadPages, marksOf, Viewer } from './viewer.js';
import { deciderWords, documentStates, kindWords, shareWords, timeWords } from './words.js';

/** Decided by a person, of which the machine's probability says nothing. */
const isPersons = (document) => document.decided_by && document.decided_by !== 'auto';

export async function loadDocument(id, background) {
  const document = await get(`/api/v1/documents/${id}`, { background });
  const [explanation, pages] = await Promise.all([
    document.has_explanation
      ? get(`/api/v1/documents/${id}/explanation`, { background }).catch(() => null)
      : null,
    loadPages(id).catch(() => []),
  ]);
  return { document, explanation, pages };
}

// ---- facts ---------------------------------------------------------------------------------------

function Facts({ document, teams, role }) {
  const isSuggestion = document.state === 'clearing';
  return html`<dl class="kern-description-list facts">
    <${Fact} name=${isSuggestion ? 'Vorschlag' : 'Aktenzeichen'}>
      <span class="case-number">${document.case_number ?? '–'}</span>
      ${document.case_number && html`<${Persons} number=${document.case_number} />`}
    <//>
    ${document.case_number &&
    !isPersons(document) &&
    html`<${Fact} name="Sicherheit">${shareWords(document.confidence)}<//>`}
    ${document.case_number &&
    ['caseworker', 'lead'].includes(role) &&
    html`<${Fact} name="Unterlagen">
      <a class="kern-link" href="#/unterlagen/${encodeURIComponent(document.case_number)}">angefordert und offen</a>
    <//>`}
    ${document.team && html`<${Fact} name="Team">${teams[document.team] ?? document.team}<//>`}
    <${Fact} name="Gescannt">${timeWords(document.received)}, ${document.site}<//>
    <${Fact} name="Seiten">${document.pages.join(', ')} des Scans<//>
    ${isPersons(document) && html`<${Fact} name="Entschieden von">${deciderWords(document.decided_by)}<//>`}
    ${document.has_transfer_note && html`<${Fact} name=${'Transfer\u00ADvermerk'}><a class="kern-link" href="/api/v1/documents/${document.document}/transfer" download>herunterladen (XML)</a><//>`}
    <${Fact} name="Datei"><span class="file-name">${document.source}</span><//>
  </dl>`;
}

// ---- what happened, what belongs to it -----------------------------------------------------------

const eventWords = (event) => {
  if (event.kind === 'note') return `„${event.words}“`;
  if (event.kind === 'handover') {
    const words = event.outcome === 'forwarded' ? `Weitergeleitet an ${event.target} am ${event.day.split('-').reverse().join('.')}` : 'Aussortiert';
    return event.words ? `${words}: ${event.words}` : words;
  }
  return event.case_number ? `${event.case_number}: ${event.words ?? ''}` : (event.words ?? 'Entscheidung, die nur mit besonderem Recht zu sehen ist');
};

function History({ id, revision }) {
  const { value } = useLoaded((background) => get(`/api/v1/documents/${id}/history`, { background }), id, revision);
  if (!value || value.results.length === 0) return null;
  return html`<section class="panel" aria-labelledby="history">
    <h2 class="kern-heading-small" id="history">Verlauf und Notizen</h2>
    <ol class="history">
      ${value.results.map(
        (event, index) => html`<li key=${index} class="history__event history__event--${event.kind}">
          <span class="muted">${timeWords(event.at)}, ${deciderWords(event.actor)}</span>
          <span>${eventWords(event)}</span>
        </li>`,
      )}
    </ol>
  </section>`;
}

function Related({ id, revision }) {
  const { value } = useLoaded((background) => get(`/api/v1/documents/${id}/related`, { background }), id, revision);
  if (!value || value.results.length === 0) return null;
  return html`<section class="panel" aria-labelledby="related">
    <h2 class="kern-heading-small" id="related">Gehört dazu</h2>
    <ul class="related">
      ${value.results.map(
        (document) => html`<li key=${document.document}>
          <a class="kern-link" href="#/dokument/${document.document}">${kindWords(document.kind)}</a>
          <span class="muted">${' '}${timeWords(document.received)}${document.relation === 'household' ? `, Haushalt (${document.case_number})` : ''}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}

// ---- the document --------------------------------------------------------------------------------

/** `onChanged` when something was done; `mayDecide`: whether this role does. */
export function DocumentView({ id, session, version, mayDecide, onChanged }) {
  const { value, error, isFresh, refresh } = useLoaded((background) => loadDocument(id, background), id, version);
  const [lit, setLit] = useState(null);
  const [notice, setNotice] = useState(null);
  const [changes, setChanges] = useState(1);
  const marks = useMemo(() => marksOf(value?.explanation), [value]);
  useEffect(() => {
    setNotice(null);
    setLit(null);
  }, [id]);

  if (error && (!value || !isFresh)) return html`<${Alert} look="danger" title=${error} role="alert" />`;
  if (!value || value.document.document !== id) return html`<${Loading} />`;
  const { document, explanation, pages } = value;
  const done = (changed, words) => {
    setNotice(words);
    setChanges(changes + 1);
    refresh(true);
    onChanged?.(changed);
  };

  return html`<article class="document" aria-label="Dokument">
    <header class="document__head">
      <${Heading} title="Schreiben" aside=${html`<${StateBadge} states=${documentStates} state=${document.state} /><${Flags} flags=${document.flags} /><${GuardBadges} guards=${document.guards} />`}>
        ${kindWords(document.kind)}
      <//>
      ${mayDecide && html`<${ActionBar} key=${id} document=${document} onDone=${done} />`}
      ${notice && html`<${Alert} look="success" title=${notice} role="status" />`}
    </header>
    <div class="document__body">
      <${Viewer} id=${id} pages=${pages} marks=${marks} lit=${lit} />
      <div class="document__facts">
        ${document.reason &&
        html`<${Alert}
          look=${document.state === 'clearing' ? 'warning' : 'info'}
          title=${document.state === 'clearing' ? 'Bitte prüfen' : 'Warum hier'}
        >${document.reason}<//>`}
        <section class="panel" aria-label="Angaben zum Dokument">
          <${Facts} document=${document} teams=${session.teams} role=${session.user.role} />
        </section>
        <${Deadlines} document=${document} revision=${`${document.revision} ${changes}`} mayDecide=${mayDecide} onChanged=${(words) => done(document, words)} />
        <${Why} explanation=${explanation} marks=${marks} onLight=${setLit} />
        <${ReceiptDate} document=${document} revision=${`${document.revision} ${changes}`} mayDecide=${mayDecide} onChanged=${(words) => done(document, words)} />
        <${Guards} document=${document} revision=${`${document.revision} ${changes}`} role=${session.user.role} onChanged=${(words) => done(document, words)} />
        ${document.arranged && html`<${Arranged} id=${id} version=${version} mayUndo=${mayDecide} />`}
        <${Anomalies} document=${document} revision=${`${document.revision} ${changes}`} mayDecide=${mayDecide} onChanged=${(words) => done(document, words)} />
        <${History} id=${id} revision=${changes} />
        <${Related} id=${id} revision=${changes} />
      </div>
    </div>
  </article>`;
}

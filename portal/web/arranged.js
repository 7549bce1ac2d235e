// arranged.js - what became of pages that were put in order: the new documents, and the way back.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { get, post } from './api.js';
import { Alert, Button, html, StateBadge } from './parts.js';
import { documentStates, kindWords, timeWords } from './words.js';

const titles = {
  open: ['info', 'Die Seiten werden neu zusammengestellt …'],
  done: ['success', 'Die Seiten sind neu zusammengestellt.'],
  failed: ['danger', 'Die Seiten konnten nicht zusammengestellt werden.'],
  undone: ['info', 'Die Zusammenstellung ist zurückgenommen.'],
};

function Documents({ title, documents, current }) {
  if (documents.length === 0) return null;
  return html`<div>
    <h3 class="kern-heading-x-small">${title}</h3>
    <ul class="related">
      ${documents.map(
        (document) => html`<li key=${document.document}>
          ${document.document === current
            ? html`<strong>${kindWords(document.kind)}</strong>`
            : html`<a class="kern-link" href="#/dokument/${document.document}">${kindWords(document.kind)}</a>`}
          <span class="muted"> ${document.pages.length} S.</span>${' '}
          <${StateBadge} states=${documentStates} state=${document.state} />
        </li>`,
      )}
    </ul>
  </div>`;
}

/** `start`: the answer that is known already; asked again with every new `version`. */
export function Arranged({ id, start, version, mayUndo = true }) {
  const [found, setFound] = useState(start ?? null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    let isGone = false;
    get(`/api/v1/documents/${id}/arrangement`, { background: true }).then(
      (answer) => !isGone && setFound(answer),
      () => {}, // who cleared the old document may see the new ones only
    );
    return () => { isGone = true; };
  }, [id, version]);

  async function undo() {
    setBusy(true);
    setError(null);
    try {
      setFound(await post(`/api/v1/documents/${id}/arrange_back`, { number: found.arrangement.number }));
    } catch (refusal) {
      setError(refusal.message);
    }
    setBusy(false);
  }

  const arrangement = found?.arrangement;
  if (!arrangement) return null;
  const [look, title] = titles[arrangement.state];
  return html`<section class="panel" aria-label="Zusammenstellung">
    <${Alert} look=${look} title=${title} role="status">
      ${arrangement.reason ?? `${arrangement.actor}, ${timeWords(arrangement.made)}`}
    <//>
    <${Documents} title="Daraus wurden" documents=${arrangement.outcomes} current=${id} />
    <${Documents} title="Aus" documents=${arrangement.sources} current=${id} />
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${mayUndo && arrangement.may_undo && html`<div><${Button} disabled=${isBusy} onClick=${undo}>Zusammenstellung zurücknehmen<//></div>`}
  </section>`;
}

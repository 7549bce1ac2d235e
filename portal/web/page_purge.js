// page_purge.js - misdirected mail until its receiver has confirmed it, and deletion by two persons.
// SPDX-License-Identifier: EUPL-1.2

import { useState } from 'preact/hooks';
import { address, get, post } from './api.js';
import { Alert, Badge, Button, Cell, Heading, html, Loading, Select, Table, TextInput, useLoaded } from './parts.js';
import { countWords, dayWords, kindWords, timeWords } from './words.js';

function useAsked(refresh) {
  const [error, setError] = useState(null);
  const ask = async (path, body) => {
    setError(null);
    try {
      await post(path, body);
      refresh(true);
      return true;
    } catch (refusal) {
      setError(refusal.message);
      return false;
    }
  };
  return { error, ask };
}

// ---- misdirected mail ----------------------------------------------------------------------------

function standOf(one) {
  if (one.deleted) return ['Kopie gelöscht', 'success'];
  if (one.confirmed) return ['bestätigt', 'success'];
  return one.overdue ? ['Bestätigung überfällig', 'danger'] : ['wartet auf Bestätigung', 'info'];
}

function Confirm({ one, ask }) {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const send = (event) => {
    event.preventDefault();
    ask(`/api/v1/forwardings/${one.document}/confirm`, { words });
  };
  if (!isOpen) return html`<${Button} onClick=${() => setOpen(true)} aria-label="Erhalt vermerken: ${one.target}, ${dayWords(one.day)}">Erhalt vermerken<//>`;
  return html`<form class="form-row" onSubmit=${send}>
    <${TextInput} id="confirm-${one.document}" label="Wie bestätigt" value=${words} onValue=${setWords} maxlength="200" autocomplete="off" required />
    <${Button} look="primary" type="submit">Vermerken<//><${Button} look="tertiary" onClick=${() => setOpen(false)}>Abbrechen<//>
  </form>`;
}

export function ForwardingsPage({ session, version }) {
  const { value, error, refresh } = useLoaded((background) => get('/api/v1/forwardings', { background }), 'forwardings', version);
  const { error: refused, ask } = useAsked(refresh);
  const mayConfirm = ['lead', 'registry'].includes(session.user.role);
  return html`<${Heading}>Weitergeleitet<//>
    <p class="note">Irrläufer gehen unverzüglich weiter (§ 16 Abs. 2 SGB I); der Eingangstag hier gilt. Wenn der Empfänger den Erhalt bestätigt, vermerkt das eine andere Person als die, die weitergeleitet hat. Dann wird unsere Kopie gelöscht; Tag und Empfänger bleiben als Nachweis.</p>
    ${(refused ?? error) && html`<${Alert} look="danger" title=${refused ?? error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.results.length === 0 && html`<p class="kern-body empty" role="status">Nichts ist weitergeleitet.</p>`}
    ${value?.results.length > 0 &&
    html`<${Table} caption="Weitergeleitet, das Neueste zuerst" columns=${[['Weitergeleitet', ''], ['An', ''], ['Eingang hier', ''], ['Art', ''], ['Von', ''], ['Stand', ''], ...(mayConfirm ? [['Eingreifen', '']] : [])]}>
      ${value.results.map((one) => {
        const [words, look] = standOf(one);
        return html`<tr class="kern-table__row" key=${one.document}>
          <${Cell}><span class="nowrap">${dayWords(one.day)}</span><//><${Cell}><span class="words">${one.target}</span><//>
          <${Cell}>${one.received ? dayWords(one.received) : '–'}<//><${Cell}>${kindWords(one.kind)}<//><${Cell}>${one.actor}<//>
          <${Cell}><${Badge} look=${look}>${words}<//>${one.confirmed_by ? ` ${timeWords(one.confirmed)}, ${one.confirmed_by}` : ''}<//>
          ${mayConfirm && html`<${Cell}>${!one.confirmed && html`<${Confirm} one=${one} ask=${ask} />`}<//>`}
        </tr>`;
      })}
    <//>`}`;
}

// ---- deletion ------------------------------------------------------------------------------------

function Propose({ rules, ask }) {
  const [rule, setRule] = useState(rules[0] ?? '');
  const [reason, setReason] = useState('');
  const send = async (event) => {
    event.preventDefault();
    if (await ask('/api/v1/purges', { rule, reason })) setReason('');
  };
  return html`<section class="panel" aria-labelledby="propose-title">
    <h2 class="kern-heading-small" id="propose-title">Vorschlagen</h2>
    <form class="form-row" onSubmit=${send}>
      <${Select} id="purge-rule" label="Löschregel" value=${rule} options=${rules.map((name) => [name, name])} onValue=${setRule} />
      <${TextInput} id="purge-reason" label="Begründung" value=${reason} onValue=${setReason} maxlength="500" required />
      <${Button} look="primary" type="submit" disabled=${rules.length === 0}>Fälliges vorschlagen<//>
    </form>
  </section>`;
}

/** A link once it can be asked for, because the answer is a file. */
function Disclosure() {
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const isReady = number.trim() !== '' && reason.trim() !== '';
  return html`<section class="panel" aria-labelledby="disclosure-title">
    <h2 class="kern-heading-small" id="disclosure-title">Auskunft an eine Person (Art. 15 DSGVO)</h2>
    <div class="form-row">
      <${TextInput} id="disclosure-case" label="Aktenzeichen" value=${number} onValue=${setNumber} autocomplete="off" />
      <${TextInput} id="disclosure-reason" label="Wer hat wann gefragt" value=${reason} onValue=${setReason} maxlength="500" />
      ${isReady
        ? html`<a class="kern-btn kern-btn--secondary" href=${address('/api/v1/disclosure', { case: number.trim(), reason })} download><span class="kern-label">Paket herunterladen</span></a>`
        : html`<${Button} disabled>Paket herunterladen<//>`}
    </div>
  </section>`;
}

function purgeStand(purge) {
  if (purge.done) return [`gelöscht ${timeWords(purge.done)}`, 'success'];
  return purge.approved ? ['genehmigt, wird gelöscht', 'info'] : ['wartet auf Genehmigung', 'warning'];
}

function Purges({ purges, session, ask }) {
  const mayApprove = ['lead', 'registry'].includes(session.user.role);
  return html`<${Table} caption="Löschungen, die neueste zuerst" columns=${[['Nummer', 'numeric'], ['Regel', ''], ['Begründung', ''], ['Umfang', ''], ['Vorgeschlagen', ''], ['Genehmigt', ''], ['Stand', ''], ...(mayApprove ? [['Eingreifen', '']] : [])]}>
    ${purges.map((purge) => {
      const [words, look] = purgeStand(purge);
      const isOwn = purge.proposed_by === session.user.name;
      return html`<tr class="kern-table__row" key=${purge.number}>
        <${Cell} numeric>${purge.number}<//><${Cell}>${purge.rule}<//><${Cell}><span class="words">${purge.reason}</span><//>
        <${Cell}>${countWords(purge.documents, 'Dokument', 'Dokumente')}${purge.spared > 0 ? `, ${purge.spared} ausgenommen` : ''}<//>
        <${Cell}>${timeWords(purge.proposed)}, ${purge.proposed_by}<//><${Cell}>${purge.approved_by ?? '–'}<//>
        <${Cell}><${Badge} look=${look}>${words}<//><//>
        ${mayApprove && html`<${Cell}>${!purge.approved && (isOwn
          ? html`<span class="note">genehmigt eine andere Person</span>`
          : html`<${Button} onClick=${() => ask(`/api/v1/purges/${purge.number}/approve`, {})} aria-label="Genehmigen: Löschung ${purge.number}">Genehmigen<//>`)}<//>`}
      </tr>`;
    })}
  <//>`;
}

export function PurgePage({ session, version }) {
  const mayPropose = session.user.role !== 'auditor';
  const load = async (background) => {
    const [purges, tables] = await Promise.all([
      get('/api/v1/purges', { background }),
      mayPropose ? get('/api/v1/bodies', { background }) : { purge_rules: [] },
    ]);
    return { purges: purges.results, rules: tables.purge_rules };
  };
  const { value, error, refresh } = useLoaded(load, 'purges', version);
  const { error: refused, ask } = useAsked(refresh);
  return html`<${Heading}>Löschung<//>
    <p class="note">Eine Person schlägt vor, eine andere genehmigt. Gelöscht wird nachts; was bleibt, ist der Nachweis. Festgehaltenes und offene Fälle bleiben.</p>
    ${(refused ?? error) && html`<${Alert} look="danger" title=${refused ?? error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && mayPropose && html`<${Propose} key=${value.rules.join()} rules=${value.rules} ask=${ask} />`}
    ${value?.purges.length === 0 && html`<p class="kern-body empty" role="status">Noch wurde nichts vorgeschlagen.</p>`}
    ${session.user.role === 'lead' && html`<${Disclosure} />`}
    ${value?.purges.length > 0 && html`<${Purges} purges=${value.purges} session=${session} ask=${ask} />`}`;
}

// pages_test.mjs - every page of portal/web/pages.js, as every role that has it, in every state: with
// what there is, empty, with very much, loading, failing, and for who has no right to it. Each is
// looked at by axe, at 320 CSS pixels and at 200 %; the keyboard reaches everything.
//
// `node pages_test.mjs` sees each page with what there is, as one of its roles, and that nobody else has
// it; with --all every state, as every role, which takes some minutes.
//
// What there is, is real. Empty and very much are made of the portal's own answers on their way to
// the browser, and so are delays and failures. A page of the table without a row here, or a row
// without its states, fails: pages cannot be forgotten.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { accountPage, pages } from '../../portal/web/pages.js';
import { makeInstance, openBrowser, startPortal, stopPortal } from './instance.mjs';
import {
  assertAccessible, assertKeyboard, lookEverywhere, lookOver, runSteps, WIDE,
} from './looking.mjs';
import { become, CASE, fillOffice } from './office.mjs';

const people = {
  mailroom: 'anna', caseworker: 'bernd', lead: 'lena', quality: 'quirin', registry: 'rita', auditor: 'rolf', admin: 'clara',
};
const isAll = process.argv.includes('--all');
const allPages = [...pages, accountPage];
const keyOf = (page) => page.path ?? String(page.pattern);

/** Every page is seen so; "none": by somebody who has no right to it. */
const always = ['real', 'loading', 'error'];
const withList = [...always, 'empty', 'many'];

// ---- what each page is asked -----------------------------------------------------------------------

const type = (label, words) => async (page) => page.getByLabel(label).first().fill(words);
/** By its whole name, or by what it begins with. */
const press = (name) => async (page) => page.getByRole('button', { name, exact: true }).first().click();

/**
 * `page`: its key. `at`: the address, of what setUp() made. `of`: the role, when not every role of the
 * page is to see it. `shown`: is there when there is something; `rows`: one for each thing. `open`:
 * what a person does first.
 */
const views = [
  { page: '/posteingang', states: withList, rows: '.list > li', open: press('Alle') },
  { page: '/posteingang', name: 'fristen', of: 'caseworker', states: ['real', 'empty'], open: press('Fristen') },
  { page: '/posteingang', name: 'schreiben', of: 'caseworker', at: ({ clearing }) => `/dokument/${clearing}`, shown: '.document', states: always },
  {
    page: '/posteingang', name: 'schuetzen', of: 'caseworker', at: ({ clearing }) => `/dokument/${clearing}`, states: ['real'], shown: '#guard-reason',
    open: press('Schützen'),
  },
  { page: '/posteingang', name: 'schreiben-qs', of: 'quality', at: ({ filed }) => `/dokument/${filed}`, shown: '.document', states: ['real'] },
  { page: '/klaerung', states: withList, shown: '.proposals', many: '.clearing-head__words' },
  { page: '/klaerung', name: 'neue-faelle', of: 'registry', states: ['real', 'empty'], open: press('Neue Fälle') },
  { page: '/unterlagen', states: withList, rows: 'section.panel' },
  { page: '/unterlagen', name: 'fall', of: 'lead', at: () => `/unterlagen/${CASE}`, shown: 'section.panel', states: always },
  { page: '/unterlagen', name: 'anfordern', of: 'caseworker', states: ['real'], open: press('Unterlagen anfordern'), shown: '.act-form .request-item' },
  { page: '/suche', states: withList, rows: '.hit', open: async (page) => page.getByRole('searchbox').fill('widerspruch') },
  { page: 'document', at: ({ clearing }) => `/dokument/${clearing}`, shown: '.document', states: always },
  { page: 'arrange', at: ({ clearing }) => `/dokument/${clearing}/seiten`, shown: '.arrange__page', states: always },
  { page: '/scanstelle', states: withList, rows: 'tbody tr' },
  { page: '/scanstelle', name: 'stapel', states: withList, rows: '.batch', open: press('Stapel') },
  { page: '/scanstelle', name: 'briefkasten', states: withList, rows: 'tbody tr', open: press('Briefkasten') },
  {
    page: '/scanstelle', name: 'auskunft', states: ['real'], shown: '.proofs li',
    open: async (page, { receipt }) => {
      await press('Auskunft')(page);
      await type('Zeichen auf dem Beleg', receipt)(page);
      await press('Nachsehen')(page);
    },
  },
  { page: '/scanstelle', name: 'auskunft-unbekannt', states: ['real'], shown: '[role=alert]', answers: 404,
    open: async (page) => {
      await press('Auskunft')(page);
      await type('Zeichen auf dem Beleg', 'ZZZZ-ZZZZ')(page);
      await press('Nachsehen')(page);
    } },
  { page: '/qualitaet', states: withList, rows: 'tbody tr' },
  { page: '/qualitaet', name: 'pruefen', states: ['real'], open: press(/^Prüfen:/), shown: '.checks' },
  { page: '/betrieb', states: withList, rows: '.kern-table-responsive tbody tr:visible' },
  { page: '/scans', states: withList, rows: 'tbody tr' },
  { page: '/personen', states: [...always, 'many'], rows: 'tbody tr' },
  { page: '/personen', name: 'rolle', states: ['real'], open: press('Rolle ändern: bernd'), shown: 'tbody form' },
  { page: '/rechte', states: withList, rows: 'tbody tr' },
  { page: '/protokoll', states: withList, rows: 'tbody tr' },
  { page: '/papier', states: withList, rows: 'tbody tr' },
  { page: '/weitergeleitet', states: withList, rows: 'tbody tr' },
  { page: '/weitergeleitet', name: 'bestaetigen', of: 'registry', states: ['real'], open: press(/^Erhalt vermerken:/), shown: 'tbody form' },
  { page: '/rueckrufe', states: withList, rows: 'tbody tr' },
  { page: '/rueckrufe', name: 'entscheiden', of: 'lead', states: ['real'], open: press(/^Entscheiden:/), shown: 'tbody form' },
  { page: '/loeschung', states: withList, rows: 'tbody tr' },
  { page: '/loeschung', name: 'auskunft', of: 'lead', states: ['real'], shown: 'a[href*=disclosure]',
    open: async (page) => {
      await page.locator('#disclosure-case').fill(CASE);
      await page.locator('#disclosure-reason').fill('Schreiben vom 2. März');
    } },
  { page: '/einstellungen', states: always, shown: '.configuration' },
  { page: '/konto', states: [...always, 'many'], rows: 'tbody tr' },
  { page: '/konto', name: 'hinweise', of: 'caseworker', states: ['real'], shown: 'text=Sie bekommen Hinweise per E-Mail.',
    open: async (page) => {
      await type('E-Mail-Adresse', 'bernd@sozialamt.example')(page);
      await press('Hinweise bestellen')(page);
    } },
];

/** The two pages that only have a pattern. */
const patterns = { document: pages.find((page) => !page.path && !/seiten/.test(page.pattern)), arrange: pages.find((page) => /seiten/.test(page.pattern)) };
const pageOf = (view) => patterns[view.page] ?? allPages.find((page) => page.path === view.page);
const rolesOf = (page) => page.roles ?? Object.keys(people);

// ---- answers on their way --------------------------------------------------------------------------

const LONG = 'Rechtsbehelfsbelehrungsergänzungsschreiben';

/** Another one of its kind, with an id of its own; the first has very long words. */
function another(thing, number) {
  const copy = structuredClone(thing);
  for (const [key, value] of Object.entries(copy)) {
    if (typeof value === 'string' && number > 0 && /^[0-9a-f-]{36}$/.test(value)) copy[key] = value.slice(0, -4) + number.toString(16).padStart(4, '0');
    else if (['number', 'request', 'id'].includes(key) && typeof value === 'number') copy[key] = value + number;
    else if (['batch', 'name', 'session'].includes(key) && typeof value === 'string') copy[key] = `${value}-${number}`;
    else if (number === 0 && ['reason', 'words', 'source', 'target', 'last_error'].includes(key) && typeof value === 'string') copy[key] = `${value} ${LONG.repeat(3)}`;
  }
  return copy;
}

const MANY = 15;
const changes = {
  empty: (list) => [],
  many: (list) => (list.length === 0 ? [] : Array.from({ length: MANY }, (_, number) => another(list[number % list.length], number))),
};

/** All lists in the first two floors of an answer. */
function changed(answer, change) {
  if (Array.isArray(answer) || answer === null || typeof answer !== 'object') return answer;
  const lists = ['results', 'workers', 'purge_rules'];
  const made = Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, lists.includes(key) && Array.isArray(value) ? change(value) : value]));
  if (typeof made.count === 'number' && made.results) made.count = made.results.length;
  return made;
}

/** The frame's own questions are answered as ever. */
const isOfFrame = (url) => /\/api\/v1\/(session|events|login)$/.test(url.pathname);

async function between(page, state) {
  await page.goto('about:blank'); // what is on its way is not the next state's
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  if (state === 'real') return;
  await page.route('**/api/v1/**', async (route) => {
    const url = new URL(route.request().url());
    if (isOfFrame(url) || route.request().method() !== 'GET') return route.fallback();
    if (state === 'loading') return undefined; // it never comes
    if (state === 'error') {
      return route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":"Das Portal ist gerade beschäftigt. Bitte versuchen Sie es gleich noch einmal."}' });
    }
    const response = await route.fetch();
    if (!(response.headers()['content-type'] ?? '').startsWith('application/json')) return route.fulfill({ response });
    const isOfOne = /\/documents\/[0-9a-f-]{36}/.test(url.pathname);
    return route.fulfill({ response, json: isOfOne ? await response.json() : changed(await response.json(), changes[state]) });
  });
}

// ---- going there -----------------------------------------------------------------------------------

async function goTo({ page, url }, address) {
  await page.goto(`${url}/#${address}`);
}

const arrived = {
  real: (page, view) => page.locator(view.shown ?? view.rows ?? '.content h1').first().waitFor(),
  empty: (page) => page.locator('.empty, [role=status]:has-text("Nichts gefunden")').first().waitFor(),
  many: (page, view) => (view.rows ? page.locator(view.rows).nth(MANY - 1).waitFor() : page.locator(view.many).waitFor()),
  loading: (page) => page.getByText(/Einen Augenblick …|Es wird gesucht …/).first().waitFor(),
  error: (page) => page.locator('[role=alert]').first().waitFor(),
};

/** What the browser says of answers that a state is about. */
function forgive(faults, status) {
  for (let at = faults.length - 1; at >= 0; at--) if (faults[at].includes(String(status))) faults.splice(at, 1);
}

async function see(given, view, role, state) {
  const { page, faults } = given;
  await page.setViewportSize(WIDE);
  await between(page, state);
  forgive(faults, 503); // of the page before
  await goTo(given, view.at ? view.at(given.ids) : view.page);
  if (view.open) await view.open(page, given.ids);
  await arrived[state](page, view);
  const name = ['seite', (view.page.match(/\w+/) ?? [''])[0], view.name, role, state].filter(Boolean).join('-');
  const isFirst = (view.of ?? rolesOf(pageOf(view))[0]) === role;
  const isWhole = isFirst && (state === 'real' || state === 'many');
  await (isWhole || process.env.SHOTS === 'all' ? lookEverywhere : lookOver)(page, name);
  if (isFirst && state === 'real') await assertKeyboard(page, name);
  if (state === 'error') forgive(faults, 503);
  if (state === 'many') forgive(faults, 404); // of what was made up
  if (view.answers) forgive(faults, view.answers);
  assert.deepEqual(faults.splice(0), [], `${name}: the console is silent`);
  given.seen.add(`${keyOf(pageOf(view))} ${state}`);
  given.seen.add(`${keyOf(pageOf(view))} as ${role}`);
}

// ---- the steps -------------------------------------------------------------------------------------

const setUp = {
  'the office has one of everything': fillOffice,

  async 'every page of the table has its states in this test'() {
    const known = new Set(views.map((view) => keyOf(pageOf(view))));
    assert.deepEqual(allPages.map(keyOf).filter((key) => !known.has(key)), [], 'pages without a row');
    for (const page of allPages) {
      const states = new Set(views.filter((view) => pageOf(view) === page).flatMap((view) => view.states));
      assert.deepEqual(always.filter((state) => !states.has(state)), [], `states of ${keyOf(page)}`);
    }
  },
};

/** Each role once: what is real as everybody who has the page, the other states as the first. */
const roleSteps = Object.fromEntries(Object.entries(people).map(([role, name]) => [
  `all pages of ${role}, in their states`,
  async (given) => {
    const problems = []; // all of them, not the first alone
    await become(given, name);
    for (const view of views) {
      const roles = view.of ? [view.of] : rolesOf(pageOf(view));
      if (!roles.includes(role)) continue;
      for (const state of view.states) {
        if ((state !== 'real' || !isAll) && roles[0] !== role) continue;
        if (state !== 'real' && !isAll) continue;
        await see(given, view, role, state).catch((error) => problems.push(error.message.split('\n    at ')[0]));
      }
    }
    await between(given.page, 'real');
    for (const page of pages.filter((each) => !each.roles.includes(role))) {
      const at = page.path ?? (page === patterns.arrange ? `/dokument/${given.ids.clearing}/seiten` : null);
      const isOthersToo = !page.path && pages.some((each) => each.pattern?.source === page.pattern.source && each.roles.includes(role));
      if (at === null || isOthersToo) continue;
      await goTo(given, at); // the frame alone moves
      await given.page.getByRole('heading', { name: 'Hier ist nichts' }).waitFor();
      given.seen.add(`${keyOf(page)} none`);
    }
    await assertAccessible(given.page, `no right, ${role}`);
    assert.deepEqual(problems, []);
  },
]));

const last = {
  async 'no page and no state was left out'({ seen }) {
    const wanted = allPages.flatMap((page) => [
      ...new Set(views.filter((view) => pageOf(view) === page).flatMap((view) => view.states)),
      ...rolesOf(page).map((role) => `as ${role}`),
      ...(page.roles && page.path ? ['none'] : []),
    ].map((what) => `${keyOf(page)} ${what}`));
    assert.deepEqual(wanted.filter((each) => !seen.has(each)), []);
  },
};

async function main() {
  const { file, ids } = makeInstance(path.resolve('instance'), [['months: 3', 'months: 0'], ["server: ''", 'server: 127.0.0.1:1']]);
  const portal = await startPortal(file);
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const given = { page, url: portal.url, ids, faults, file, bin: process.env.BIN_DIR, seen: new Set() };
  const only = process.env.ONLY?.split(','); // roles, while a page is being made
  const chosen = Object.entries(roleSteps).filter((_, at) => !only || only.includes(Object.keys(people)[at]));
  process.exitCode = await runSteps({ ...setUp, ...Object.fromEntries(chosen), ...(isAll && !only ? last : {}) }, given);
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  const code = await stopPortal(portal);
  if (code !== 0) {
    console.log(`FAILED  the portal ended with ${code}\n${portal.log()}`);
    process.exitCode = 1;
  }
}

await main();

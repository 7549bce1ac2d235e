// office.mjs - the invented office on a busy day: what tests and pictures need beside what
// tests/portal/seed.h makes.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { PASSWORD } from './instance.mjs';

export const CASE = '50.21.000815-1';

/** Logs in by the API, which is quicker than by hand; the cookie is the browser's. */
export async function become({ page, url }, name) {
  const answer = await page.context().request.post(`${url}/api/v1/login`, {
    headers: { 'X-Posteingang': 'person' }, data: { name, password: PASSWORD },
  });
  assert.equal(answer.status(), 200, `${name} logs in`);
}

/** Posts as who is logged in; what was answered. */
async function post({ page, url }, path, data, status = [200, 201]) {
  const answer = await page.context().request.post(`${url}/api/v1${path}`, { headers: { 'X-Posteingang': 'person' }, data });
  const words = await answer.text();
  assert.ok(status.includes(answer.status()), `${path}: ${answer.status()} ${words}`);
  return JSON.parse(words);
}

const inAMonth = () => new Date(Date.now() + 30 * 86400000).toISOString().slice(0, 10);

/** One of everything: made as people make it, by the API. `ids` gets the receipt's code. */
export async function fillOffice(given) {
  const { page, url, ids, file, bin } = given;
  for (const what of ['three', 'checked']) execFileSync(path.join(bin, '../tests-bin/seed_portal'), [file, what], { stdio: 'inherit' });
  await become(given, 'anna');
  await post(given, '/batches', { operator: 'anna', prepared: 12, received_day: '2026-03-02', channel: 'post', letterbox: 0 });
  await post(given, '/letterbox', { compartment: 'all', day: '2026-03-02', time: '07:30', pieces: 14 });
  const scans = await (await page.context().request.get(`${url}/api/v1/scans`)).json();
  ids.receipt = (await post(given, '/receipts', { scans: [scans.results.at(-1).scan], sheets: 2 })).code;
  await become(given, 'bernd');
  await post(given, '/requests', { case_number: CASE, due_day: inAMonth(), items: [{ kind: 'mietvertrag', words: 'Mietvertrag der neuen Wohnung' }, { kind: 'kontoauszug', words: 'Kontoauszüge der letzten drei Monate' }] });
  const waiting = await (await page.context().request.get(`${url}/api/v1/documents?view=clearing`)).json();
  const others = waiting.results.map((each) => each.document).filter((id) => id !== ids.clearing);
  await post(given, `/documents/${others[0]}/forward`, { target: 'Jobcenter Mecklenburgische Seenplatte Süd', day: '2026-03-02', reason: '' });
  await post(given, `/documents/${others[1]}/discard`, { reason: 'Werbung' });
  await become(given, 'clara');
  for (const name of ['address', 'staff']) await post(given, '/rights', { account: 'bernd', class: name });
  await become(given, 'lena');
  await post(given, '/rights/confirm', { account: 'bernd', class: 'staff' });
  await post(given, '/purges', { rule: 'aussortiert', reason: 'Werbung wird nicht aufgehoben' });
  const listed = await (await page.context().request.get(`${url}/api/v1/documents?view=all&state=filed`)).json();
  const filed = listed.results.filter((each) => each.document !== ids.filed);
  await post(given, `/documents/${filed[0].document}/recall`, { reason: 'gehört zu einem anderen Fall' });
}

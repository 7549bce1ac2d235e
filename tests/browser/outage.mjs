// outage.mjs - the portal is stopped under a person who writes, and started again: their browser says
// so, keeps what was typed, and goes on by itself. `node outage.mjs [SECONDS]` does it for a minute
// unless told otherwise; the caseworker's day does it for a few seconds, by the same function.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeInstance, openBrowser, startPortal, stopPortal } from './instance.mjs';
import { logIn, runSteps } from './looking.mjs';

/** Where it was: an office's address does not change when the portal is started again. */
async function startAgain(file, url) {
  writeFileSync(file, readFileSync(file, 'utf8').replace('port: 0', `port: ${new URL(url).port}`));
  return startPortal(file);
}

/** On the page of a document that is in clearing; a note is being written. Leaves it saved. */
export async function outlive(given, seconds) {
  const { page, url, file, faults } = given;
  const note = page.getByLabel('Was andere zu diesem Schreiben wissen sollen');
  const cut = page.getByText('Das Portal antwortet nicht');
  await page.getByRole('button', { name: 'Notiz' }).click();
  await note.fill('Rückruf am Dienstag, ');
  assert.equal(await stopPortal(given.portal), 0);
  await cut.waitFor({ timeout: 60000 });
  await note.press('End');
  await note.pressSequentially('nach zehn Uhr');
  await page.waitForTimeout(seconds * 1000);
  assert.ok(await cut.isVisible(), 'the page says that it is cut off');
  given.portal = await startAgain(file, url);
  const from = Date.now();
  await cut.waitFor({ state: 'detached', timeout: 60000 });
  given.backAfter = Date.now() - from;
  assert.equal(await note.inputValue(), 'Rückruf am Dienstag, nach zehn Uhr');
  await page.getByRole('button', { name: 'Notiz speichern' }).click(); // still logged in, too
  await page.getByText('„Rückruf am Dienstag, nach zehn Uhr“').waitFor();
  faults.splice(0); // the browser reports each request that did not get through
}

async function main(seconds) {
  const { file, ids } = makeInstance(path.resolve('instance'));
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  const portal = await startPortal(file);
  const given = { page, url: portal.url, ids, faults, file, portal };
  page.setDefaultTimeout(30000);
  process.exitCode = await runSteps({
    async [`the portal is away for ${seconds} s`]() {
      await logIn(page, portal.url, 'bernd');
      await page.getByRole('heading', { name: 'Posteingang', level: 1 }).waitFor();
      await page.goto(`${portal.url}/#/dokument/${ids.clearing}`);
      await page.getByRole('heading', { name: 'Widerspruch' }).waitFor();
      await outlive(given, seconds);
      console.log(`back ${given.backAfter} ms after the portal was`);
    },
  }, given);
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  await stopPortal(given.portal);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 60));

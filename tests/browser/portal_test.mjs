// portal_test.mjs - what caseworkers, mailroom staff and admins do in the portal, in a real
// browser. Each step is a promise; screenshots are left in the current folder.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeInstance, openBrowser, PASSWORD, startPortal, stopPortal } from './instance.mjs';

const { AxeBuilder } = await import('@axe-core/playwright');

const CASE = '50.21.000815-1';

async function logIn(page, url, name, password = PASSWORD) {
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Kennwort').fill(password);
  await page.getByRole('button', { name: 'Anmelden' }).click();
}

async function logOut(page) {
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
}

/** WCAG 2.1 and 2.2, A and AA, as EN 301 549 asks of public bodies. */
async function assertAccessible(page, name) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .exclude('.viewer__frame')
    .analyze();
  const words = violations.map((each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target).join(', ')})`);
  assert.deepEqual(words, [], `${name} is accessible`);
}

/** No page may need sideways scrolling. */
async function assertFits(page, name) {
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= seen, `${name} fits: ${wide} of ${seen} px`);
}

async function look(page, name) {
  await page.screenshot({ path: `${name}.png` });
  await assertAccessible(page, name);
  await assertFits(page, name);
}

const steps = {
  async 'a wrong password is refused in plain words'({ page, url, faults }) {
    await logIn(page, url, 'bernd', 'falsch geraten');
    await page.getByText('Name oder Kennwort stimmen nicht.').waitFor();
    assert.equal(await page.getByLabel('Kennwort').inputValue(), '');
    await look(page, '1-login');
    // The browser itself reports every 401 on its console; this one was asked for.
    const expected = faults.findIndex((fault) => fault.includes('401'));
    assert.notEqual(expected, -1);
    faults.splice(expected, 1);
  },

  async 'a caseworker sees what is in clearing first'({ page, url }) {
    await logIn(page, url, 'bernd');
    await page.getByRole('heading', { name: 'Posteingang' }).waitFor();
    await page.getByRole('link', { name: 'Widerspruch' }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2); // the heading, and one
    await page.getByText('Frist', { exact: true }).waitFor();
    await look(page, '2-inbox-clearing');
  },

  async 'all documents are one click away, and filtered by site'({ page }) {
    await page.getByRole('button', { name: /^Alle/ }).click();
    await page.getByRole('link', { name: 'Kontoauszug' }).waitFor();
    assert.equal(await page.getByRole('row').count(), 3);
    await look(page, '3-inbox-all');
    await page.getByLabel('Standort').selectOption('Waren');
    await page.getByRole('link', { name: 'Widerspruch' }).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('row').count(), 2);
    await page.getByLabel('Standort').selectOption('');
  },

  async 'a document shows reason, evidence and text'({ page }) {
    await page.getByRole('link', { name: 'Widerspruch' }).click();
    await page.getByRole('heading', { name: 'Widerspruch' }).waitFor();
    await page.getByText('die Anschrift ist eine andere').waitFor();
    await page.getByText('gelesen „12.03.1951“, Seite 1').waitFor();
    await page.getByText('Krögermann, Wilhelmine').first().waitFor();
    await page.waitForTimeout(1500); // the PDF viewer draws by itself
    await look(page, '4-document');
    await page.getByRole('button', { name: 'Text' }).click();
    await page.getByText('hiermit lege ich Widerspruch ein').waitFor();
    await page.getByRole('heading', { name: 'Seite 2' }).waitFor();
    await look(page, '5-document-text');
  },

  async 'the PDF comes as a file that says nothing'({ page, ids }) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Herunterladen' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${ids.clearing}.pdf`);
    assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), '%PDF-');
  },

  async 'an unknown case number is not accepted'({ page, faults }) {
    await page.getByLabel('Anderes Aktenzeichen').check();
    await page.getByLabel('Aktenzeichen', { exact: true }).fill('50.99.000000-0');
    await page.getByText('steht nicht im Fallregister').waitFor();
    assert.ok(await page.getByRole('button', { name: 'In diesen Fall ablegen' }).isDisabled());
    await look(page, '6-document-unknown-case');
    const expected = faults.findIndex((fault) => fault.includes('404'));
    assert.notEqual(expected, -1);
    faults.splice(expected, 1);
  },

  async 'the caseworker sees whose case it is, and assigns'({ page }) {
    await page.getByLabel(CASE).check();
    await page.getByText('geb. 12.03.1951').waitFor();
    await page.getByRole('button', { name: 'In diesen Fall ablegen' }).click();
    await page.getByText(`Das Dokument wird im Fall ${CASE} abgelegt.`).waitFor();
    await page.getByText('Entschieden von').waitFor();
    await look(page, '7-document-assigned');
  },

  async 'the inbox knows at once that nothing is left to clear'({ page }) {
    await page.getByRole('link', { name: 'Zum Posteingang' }).click();
    await page.getByRole('button', { name: /^In Klärung/ }).click();
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    await look(page, '8-inbox-empty');
  },

  async 'what changes elsewhere appears by itself'({ page, file, bin, ids }) {
    await page.getByRole('button', { name: /^Abgelegt/ }).click();
    await page.getByRole('link', { name: 'Kontoauszug' }).waitFor();
    await page.getByRole('button', { name: /^In Klärung/ }).click();
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    execFileSync(path.join(bin, '../tests-bin/seed_portal'), [file, 'more'], { stdio: 'inherit' });
    await page.getByRole('link', { name: 'Anhörung' }).waitFor({ timeout: 10000 });
    assert.ok(ids.clearing);
    await logOut(page);
  },

  async 'a narrow screen shows everything'({ page, url }) {
    await page.setViewportSize({ width: 380, height: 800 });
    await logIn(page, url, 'bernd');
    await page.getByRole('link', { name: 'Anhörung' }).click();
    await page.getByRole('heading', { name: 'Anhörung' }).waitFor();
    await look(page, '9-narrow');
    await page.setViewportSize({ width: 1440, height: 1000 });
    await logOut(page);
  },

  async 'the mailroom sees its scans of today, and why one came back'({ page, url }) {
    await logIn(page, url, 'anna');
    await page.getByRole('heading', { name: 'Scanstelle Demmin' }).waitFor();
    await page.getByText('vertrag.docx').waitFor();
    await page.getByText('Die Datei ist kein Scan').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Posteingang', exact: true }).count(), 0);
    await look(page, '10-scans');
    await logOut(page);
  },

  async 'the admin sees queue, workers and people'({ page, url }) {
    await logIn(page, url, 'clara');
    await page.getByRole('link', { name: 'Betrieb' }).click();
    await page.getByRole('heading', { name: 'Betrieb' }).waitFor();
    await page.getByText('reader-nb-1').waitFor();
    await page.getByRole('cell', { name: 'dirk' }).waitFor();
    await look(page, '11-operations');
    await logOut(page);
  },

  async 'names that look like markup are shown as they are'({ page, url, file, bin }) {
    execFileSync(path.join(bin, '../tests-bin/seed_portal'), [file, 'markup'], { stdio: 'inherit' });
    await logIn(page, url, 'anna');
    await page.getByText('<img src=x onerror=alert(1)>.tif').waitFor();
    await logOut(page);
  },
};

async function main() {
  const folder = path.resolve('instance');
  const { file, ids } = makeInstance(folder);
  const portal = await startPortal(file);
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step({ page, url: portal.url, ids, faults, file, bin: process.env.BIN_DIR });
      assert.deepEqual(faults.splice(0), [], 'nothing went wrong in the browser');
      console.log(`ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.stack}`);
      await page.screenshot({ path: `failed-${failed}.png` }).catch(() => {});
      break; // the steps build on each other
    }
  }
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  const code = await stopPortal(portal);
  if (code !== 0) {
    failed++;
    console.log(`FAILED  the portal ended with ${code}\n${portal.log()}`);
  }
  const passed = Object.keys(steps).length - failed;
  console.log(failed === 0 ? `${passed} passed, 0 failed` : `${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();

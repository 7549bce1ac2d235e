// portal_test.mjs - the portal's door and frame in a real browser: log-in, the mailroom's and the
// admin's first look. Each step is a promise; screenshots are left in the current folder. The days
// of caseworkers, mailroom and admins are in caseworker_test.mjs and ops_test.mjs.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { makeInstance, openBrowser, PASSWORD, startPortal, stopPortal } from './instance.mjs';

const { AxeBuilder } = await import('@axe-core/playwright');

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
    await look(page, '11-operations');
    await page.getByRole('link', { name: 'Personen' }).click();
    await page.getByRole('cell', { name: 'dirk', exact: true }).first().waitFor();
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

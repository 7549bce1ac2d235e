// portal_test.mjs - the portal's door and frame in a real browser: log-in, the mailroom's and the
// admin's first look. Each step is a promise; screenshots are left in
// build/screens/. The days
// of caseworkers, mailroom and admins are in caseworker_test.mjs and ops_test.mjs.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { makeInstance, openBrowser, PASSWORD, startPortal, stopPortal } from './instance.mjs';
import { expectFault, logIn, logOut, look, lookNarrow } from './looking.mjs';

/** The code that an app makes of the secret at this moment (RFC 6238). */
function codeOf(secret, stepsOn = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(' ', '')].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + stepsOn));
  const hash = createHmac('sha1', key).update(step).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, '0');
}

const steps = {
  async 'a wrong password is refused in plain words'({ page, url, faults }) {
    await logIn(page, url, 'bernd', 'falsch geraten');
    await page.getByText('Name oder Kennwort stimmen nicht.').waitFor();
    assert.equal(await page.getByLabel('Kennwort').inputValue(), '');
    await look(page, 'anmelden');
    expectFault(faults, '401'); // the browser itself reports every one on its console
  },

  async 'the mailroom sees its scans of today, and why one came back'({ page, url }) {
    await logIn(page, url, 'anna');
    await page.getByRole('heading', { name: 'Scanstelle Demmin' }).waitFor();
    await page.getByText('vertrag.docx').waitFor();
    await page.getByText('Die Datei ist kein Scan').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Posteingang', exact: true }).count(), 0);
    await look(page, 'scanstelle');
    await logOut(page);
  },

  async 'the admin sees queue, workers and people'({ page, url }) {
    await logIn(page, url, 'clara');
    await page.getByRole('link', { name: 'Betrieb' }).click();
    await page.getByRole('heading', { name: 'Betrieb' }).waitFor();
    await page.getByText('reader-nb-1').waitFor();
    await look(page, 'betrieb-geseedet');
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

  async 'who must have a second factor sets it up before anything else'({ page, url, given }) {
    await logIn(page, url, 'rita');
    await page.getByText('Ihre Rolle verlangt einen zweiten Faktor.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Klärung' }).count(), 0);
    await look(page, 'konto');
    await page.getByRole('button', { name: 'Zweiten Faktor einrichten' }).click();
    await page.getByLabel('Ihr Kennwort noch einmal').fill(PASSWORD);
    await page.getByRole('button', { name: 'Weiter' }).click();
    await page.getByRole('img', { name: 'QR-Code für die App' }).waitFor();
    await look(page, 'konto-code');
    await lookNarrow(page, 'konto-code-narrow');
    given.secret = await page.locator('.secret').textContent();
    await page.getByLabel('Code aus der App').fill(codeOf(given.secret));
    await page.getByRole('button', { name: 'Einrichten', exact: true }).click();
    await page.getByText('Codes auf Papier: nur dieses eine Mal zu sehen').waitFor();
    given.paper = await page.locator('.paper-codes code').allTextContents();
    assert.equal(given.paper.length, 10);
    await look(page, 'konto-papier');
    await page.getByRole('button', { name: 'Ich habe die Codes' }).click();
    await page.getByRole('link', { name: 'Klärung' }).waitFor(); // now everything is open
    await page.getByText('noch 10 Codes auf Papier').waitFor();
    await look(page, 'konto-eingerichtet');
    await logOut(page);
  },

  async 'the log-in asks for the code, and takes one on paper once'({ page, url, faults, given }) {
    await logIn(page, url, 'rita');
    await page.getByLabel('Code').and(page.locator(':focus')).waitFor();
    await look(page, 'anmelden-code');
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByText('Der Code stimmt nicht oder ist schon benutzt.').waitFor();
    await page.waitForTimeout(2100); // wrong codes are answered ever later
    await page.getByLabel('Code').fill(given.paper[0]);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Abmelden' }).waitFor();
    await page.getByRole('link', { name: 'rita' }).click();
    await page.getByText('noch 9 Codes auf Papier').waitFor();
    await page.getByRole('button', { name: 'Neue Codes auf Papier' }).click();
    await page.getByLabel('Code aus der App').fill(codeOf(given.secret, 1));
    await page.getByRole('button', { name: 'Neue Codes machen' }).click();
    await page.getByRole('button', { name: 'Ich habe die Codes' }).click();
    await page.getByText('noch 10 Codes auf Papier').waitFor();
    await logOut(page);
    faults.splice(0); // 401 twice, as asked for
  },

  async 'the admin takes a lost second factor away'({ page, url }) {
    await logIn(page, url, 'clara');
    await page.getByRole('link', { name: 'Personen' }).click();
    await page.getByRole('button', { name: 'Zweiten Faktor zurücksetzen: rita' }).click();
    await page.getByRole('button', { name: 'Zweiten Faktor zurücksetzen: rita' }).waitFor({ state: 'detached' });
    await logOut(page);
    await logIn(page, url, 'rita');
    await page.getByText('Ihre Rolle verlangt einen zweiten Faktor.').waitFor();
    await logOut(page);
  },
};

async function main() {
  const folder = path.resolve('instance');
  const { file, ids } = makeInstance(folder, [["required: ''", 'required: registry']]);
  const given = {}; // what one step found for the next
  const portal = await startPortal(file);
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step({ page, url: portal.url, ids, faults, file, given, bin: process.env.BIN_DIR });
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

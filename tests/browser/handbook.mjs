// handbook.mjs - the pictures of docs/handbuch.md: the real portal over an invented office, taken by the
// real browser. BIN_DIR=build/bin node tests/browser/handbook.mjs
// SPDX-License-Identifier: EUPL-1.2
//
// Pictures are reduced to few colours (Debian's python3-pil), so that all of them together stay small.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeInstance, openBrowser, startPortal, stopPortal } from './instance.mjs';
import { fillOffice } from './office.mjs';
import { logIn, logOut } from './looking.mjs';

const OUT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/pictures');
const SIZE = { width: 1180, height: 760 };
const REDUCE = `
import sys
from PIL import Image
for path in sys.argv[1:]:
    picture = Image.open(path).convert("RGB").quantize(48, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
`;
const taken = [];

async function take(page, name) {
  const file = path.join(OUT, `${name}.png`);
  await page.waitForTimeout(400); // for pictures of pages to be drawn
  await page.screenshot({ path: file });
  taken.push(file);
}

async function heading(page, name) {
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

const shots = [
  async (page, url) => {
    await page.goto(url);
    await page.getByLabel('Kennwort').waitFor();
    await take(page, 'anmelden');
  },
  async (page, url) => {
    await logIn(page, url, 'anna');
    await heading(page, 'Scanstelle');
    await take(page, 'scanstelle');
    await page.getByRole('button', { name: 'Stapel', exact: true }).click();
    await page.locator('.batch').first().waitFor();
    await take(page, 'stapel');
    await logOut(page);
  },
  async (page, url) => {
    await logIn(page, url, 'bernd');
    await heading(page, 'Posteingang');
    await page.getByRole('button', { name: 'Alle', exact: true }).click();
    await page.getByRole('link', { name: /Widerspruch/ }).first().waitFor();
    await take(page, 'posteingang');
    await page.getByRole('link', { name: /Widerspruch/ }).first().click();
    await page.locator('.page__mark').first().waitFor();
    await take(page, 'schreiben');
    await page.getByRole('link', { name: 'Suche' }).click();
    await page.getByRole('searchbox').fill('zeichen 50 22 104477 0');
    await page.locator('mark', { hasText: 'Zeichen' }).waitFor();
    await take(page, 'suche');
    await page.goto(`${url}/#/unterlagen/50.21.000815-1`);
    await page.locator('.asked__item').first().waitFor();
    await take(page, 'unterlagen');
    await logOut(page);
  },
  async (page, url) => {
    await logIn(page, url, 'rita');
    await page.goto(`${url}/#/klaerung`);
    await heading(page, 'Klärung');
    await page.locator('.proposal').first().waitFor();
    await take(page, 'klaerung');
    await page.goto(`${url}/#/weitergeleitet`);
    await page.locator('tbody tr').first().waitFor();
    await take(page, 'weitergeleitet');
    await page.goto(`${url}/#/loeschung`);
    await page.locator('tbody tr').first().waitFor();
    await take(page, 'loeschung');
    await logOut(page);
  },
  async (page, url) => {
    await logIn(page, url, 'quirin');
    await page.getByRole('link', { name: 'Qualität' }).click();
    await page.getByRole('button', { name: /^Prüfen:/ }).first().click();
    await page.getByRole('group', { name: 'Was nicht stimmt' }).waitFor();
    await take(page, 'qualitaet');
    await logOut(page);
  },
  async (page, url) => {
    await logIn(page, url, 'clara');
    await heading(page, 'Betrieb');
    await take(page, 'betrieb');
  },
];

const folder = mkdtempSync(path.join(tmpdir(), 'posteingang-handbook-'));
mkdirSync(OUT, { recursive: true });
process.env.BIN_DIR = path.resolve(process.env.BIN_DIR);
process.chdir(folder); // the seed leaves a file where it runs
const { file, ids } = makeInstance(path.join(folder, 'instance'), [['months: 3', 'months: 0']]);
const portal = await startPortal(file);
const browser = await openBrowser();
try {
  const page = await browser.context.newPage();
  await page.setViewportSize(SIZE);
  await fillOffice({ page, url: portal.url, ids, file, bin: process.env.BIN_DIR });
  await browser.context.clearCookies();
  for (const shot of shots) await shot(page, portal.url);
} finally {
  await browser.context.close();
  await stopPortal(portal);
  rmSync(browser.profile, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
execFileSync('/usr/bin/python3', ['-c', REDUCE, ...taken]);
const kilobytes = taken.reduce((sum, each) => sum + statSync(each).size, 0) / 1000;
console.log(`${taken.length} pictures in ${OUT}, ${Math.round(kilobytes)} kB`);

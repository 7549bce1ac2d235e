// pace.mjs - what the machine adds to clearing by keyboard: from a key to the next letter on the
// screen. `node pace.mjs` clears as a skilled person does, with a person's pauses (they read for about
// four seconds, which makes 12 a minute or more), and prints the times; the last line is JSON.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { makeInstance, openBrowser, startPortal, stopPortal } from './instance.mjs';
import { logIn } from './looking.mjs';

const READ_MS = 4000; // how long a skilled person looks at a letter
const SPREAD_MS = 1500;

/** Notes when a key is pressed and when the next letter (another heading, with its candidates) is painted. */
async function watch(page) {
  await page.evaluate(() => {
    window.pace = { from: 0, took: [] };
    let shown = null;
    window.addEventListener('keydown', () => { window.pace.from = performance.now(); }, true);
    new MutationObserver(() => {
      const now = document.querySelector('.clearing');
      if (now === shown) return;
      shown = now;
      if (!now || window.pace.from === 0) return;
      const { from } = window.pace;
      window.pace.from = 0;
      requestAnimationFrame(() => setTimeout(() => window.pace.took.push(performance.now() - from)));
    }).observe(document.getElementById('portal'), { childList: true, subtree: true });
  });
}

async function clear(page, count) {
  await page.locator('.proposal').first().waitFor();
  await watch(page);
  const begun = Date.now();
  for (let i = 0; i < count; i++) {
    await page.waitForTimeout(READ_MS - SPREAD_MS / 2 + (SPREAD_MS * ((i * 7) % 10)) / 9);
    await page.keyboard.press(i % 4 === 3 ? '2' : '1');
    await page.waitForFunction((seen) => window.pace.took.length > seen, i);
  }
  const took = await page.evaluate(() => window.pace.took);
  return { took: took.sort((one, other) => one - other), minutes: (Date.now() - begun) / 60000 };
}

async function main(letters) {
  const { file } = makeInstance(path.resolve('instance'));
  execFileSync(path.join(process.env.BIN_DIR, '../tests-bin/seed_portal'), [file, 'three'], { stdio: 'inherit' });
  const portal = await startPortal(file);
  const { context, profile } = await openBrowser();
  const page = await context.newPage();
  await logIn(page, portal.url, 'rita');
  const { took, minutes } = await clear(page, letters);
  const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(share * took.length))]);
  const figures = { letters, a_minute: Number((letters / minutes).toFixed(1)), key_to_next_p50_ms: at(0.5), key_to_next_p95_ms: at(0.95) };
  console.log(`${letters} letters, ${figures.a_minute} a minute; the machine adds ${figures.key_to_next_p50_ms} ms, 95 % within ${figures.key_to_next_p95_ms} ms`);
  console.log(JSON.stringify(figures));
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  assert.equal(await stopPortal(portal), 0);
}

await main(3); // the fourth is what the third makes room for

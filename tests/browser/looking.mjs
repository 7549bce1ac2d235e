// looking.mjs - a page as people see it: a screenshot, and whether everybody can use it.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { PASSWORD } from './instance.mjs';

/** Screenshots are kept with the build, to be looked at. */
const screens = path.resolve(process.env.BIN_DIR, '../screens');

export async function logIn(page, url, name, password = PASSWORD) {
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Kennwort').fill(password);
  await page.getByRole('button', { name: 'Anmelden' }).click();
}

export async function logOut(page) {
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
}

/** WCAG 2.1 and 2.2, A and AA, as EN 301 549 asks of public bodies. */
export async function assertAccessible(page, name) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const words = violations.map((each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target).join(', ')})`);
  assert.deepEqual(words, [], `${name} is accessible`);
}

/** No page may need sideways scrolling. */
export async function assertFits(page, name) {
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= seen, `${name} fits: ${wide} of ${seen} px`);
}

export async function look(page, name) {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: path.join(screens, `${name}.png`) });
  await assertAccessible(page, name);
  await assertFits(page, name);
}

/** At 320 CSS pixels, which is 1280 at a zoom of 400 %. */
export async function lookNarrow(page, name) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 800 });
  await look(page, name);
  await page.setViewportSize(before);
}

/** What the browser itself reports of an answer that was asked for. */
export function expectFault(faults, words) {
  const at = faults.findIndex((fault) => fault.includes(words));
  assert.notEqual(at, -1, `the browser reports ${words}`);
  faults.splice(at, 1);
}

/** Runs the steps in order; the exit code of the whole test. */
export async function runSteps(steps, given) {
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(given);
      assert.deepEqual(given.faults.splice(0), [], 'nothing went wrong in the browser');
      console.log(`ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.stack}`);
      await given.page.screenshot({ path: `failed-${failed}.png` }).catch(() => {});
      break; // the steps build on each other
    }
  }
  const passed = Object.keys(steps).length - failed;
  console.log(failed === 0 ? `${passed} passed, 0 failed` : `${failed} failed`);
  return failed === 0 ? 0 : 1;
}

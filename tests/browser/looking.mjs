// looking.mjs - a page as people see it: a screenshot, whether everybody can use it, whether anything
// is lost on a narrow screen, and whether the keyboard reaches everything.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { PASSWORD } from './instance.mjs';

/** Screenshots are kept with the build, to be looked at. */
export const screens = path.resolve(process.env.BIN_DIR, '../screens');

export const WIDE = { width: 1440, height: 1000 };
/** 320 CSS pixels, which is 1280 at a zoom of 400 % (WCAG 1.4.10), and 1440 at a zoom of 200 %. */
export const NARROW = { width: 320, height: 800 };
export const ZOOMED = { width: 720, height: 500 };

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
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .setLegacyMode() // one document without frames: no second page is needed
    .analyze();
  const words = violations.map((each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target).join(', ')})`);
  assert.deepEqual(words, [], `${name} is accessible`);
}

/** No page needs sideways scrolling, and nothing stands outside or is cut; tables scroll in themselves. */
export async function assertFits(page, name) {
  const lost = await page.evaluate(() => {
    const root = document.documentElement;
    const words = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} px wide`] : [];
    const scrolls = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return true;
      }
      return false;
    };
    const called = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    for (const element of document.querySelectorAll('a, button, input, select, textarea, summary, label, h1, h2, h3, p, dt, dd, li, .kern-badge')) {
      if (!element.checkVisibility() || element.closest('.kern-sr-only, .skip')) continue;
      const box = element.getBoundingClientRect();
      const isOut = box.right > root.clientWidth + 1 || box.left < -1;
      if (isOut && !scrolls(element)) words.push(`outside: ${called(element)}`);
      const style = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && ['hidden', 'clip'].includes(style.overflowX);
      if (isCut && element.clientWidth > 0 && !element.matches('input, select')) words.push(`cut: ${called(element)}`);
    }
    return words.slice(0, 5);
  });
  assert.deepEqual(lost, [], `${name} loses nothing`);
}

/** Everything that can be used is reached by Tab alone, and is seen to have the focus. */
export async function assertKeyboard(page, name) {
  const count = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
      (element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0 &&
        !(element.type === 'radio' && !element.checked));
    const seen = { left: new Set(all), dull: [] };
    const shows = (style) => (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none';
    window.keyboardSeen = seen;
    document.addEventListener('focusin', ({ target }) => {
      if (!seen.left.delete(target)) return;
      const shown = target.closest('.kern-sr-only') ? target.nextElementSibling : target;
      if (!shows(getComputedStyle(shown))) seen.dull.push(target);
    });
    document.activeElement?.blur();
    return all.reduce((sum, element) => sum + (['date', 'time'].includes(element.type) ? 5 : 1), 0);
  });
  for (let i = 0; i < count + 3; i++) await page.keyboard.press('Tab');
  const lost = await page.evaluate(() => {
    const called = (element) => `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent || element.id).trim().slice(0, 40)}"`;
    const { left, dull } = window.keyboardSeen;
    return [...[...left].filter((each) => each.isConnected).map((each) => `not reached: ${called(each)}`), ...dull.map((each) => `no focus to be seen: ${called(each)}`)];
  });
  assert.deepEqual(lost, [], `${name} goes by keyboard`);
}

async function shoot(page, name, options = {}) {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: path.join(screens, `${name}.png`), ...options });
}

/** As wide as on a desk. */
export async function look(page, name) {
  await shoot(page, name);
  await assertAccessible(page, name);
  await assertFits(page, name);
}

export async function lookNarrow(page, name) {
  await page.setViewportSize(NARROW);
  await shoot(page, name);
  await assertFits(page, name);
  await page.setViewportSize(WIDE);
}

/** As wide as on a desk, at 320 CSS pixels and at 200 %; shots are taken of the first two. */
export async function lookEverywhere(page, name) {
  await shoot(page, name, { fullPage: true });
  await assertAccessible(page, name);
  await assertFits(page, name);
  await page.setViewportSize(NARROW);
  await shoot(page, `${name}-320`, { fullPage: true });
  await assertFits(page, `${name} at 320 px`);
  await page.setViewportSize(ZOOMED);
  await assertFits(page, `${name} at 200 %`);
  await page.setViewportSize(WIDE);
}

/** The same without shots, for what differs little from what was looked at. */
export async function lookOver(page, name) {
  await assertAccessible(page, name);
  await page.setViewportSize(NARROW);
  await assertFits(page, `${name} at 320 px`);
  await page.setViewportSize(WIDE);
}

/** What the browser itself reports of an answer that was asked for. */
export function expectFault(faults, words) {
  const at = faults.findIndex((fault) => fault.includes(String(words)));
  assert.notEqual(at, -1, `the browser reports ${words}`);
  faults.splice(at, 1);
}

/** Runs the steps in order; the exit code of the whole test. */
export async function runSteps(steps, given) {
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    const begun = Date.now();
    try {
      await step(given);
      assert.deepEqual(given.faults.splice(0), [], 'nothing went wrong in the browser');
      console.log(`ok      ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error.stack}`);
      await shoot(given.page, 'failed').catch(() => {});
      if (!process.env.KEEP_GOING) break; // the steps build on each other
    }
  }
  const passed = Object.keys(steps).length - failed;
  console.log(failed === 0 ? `${passed} passed, 0 failed` : `${failed} failed`);
  return failed === 0 ? 0 : 1;
}

// instance.mjs - an instance with an invented office, its portal, and a browser to look at it.
// SPDX-License-Identifier: EUPL-1.2

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--lang=de', // its own words and fields, such as those for a date, are German (chromium-l10n)
];

export const PASSWORD = 'ein langes Kennwort';

function need(file, advice) {
  if (existsSync(file)) return;
  console.error(`${file} is not there: ${advice}`);
  process.exit(2);
}

/** `posteingang init`, any free port, and the office of seed_portal. `changes`: [from, to] in its configuration. */
export function makeInstance(folder, changes = []) {
  const bin = process.env.BIN_DIR;
  need(`${bin}/posteingang`, 'build the project first');
  execFileSync(`${bin}/posteingang`, ['init', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const file = path.join(folder, 'posteingang.yaml');
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, [['port: 8080', 'port: 0'], ...changes].reduce((text, [from, to]) => text.replace(from, to), written));
  const seeded = execFileSync(path.join(bin, '../tests-bin/seed_portal'), [file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ids = Object.fromEntries(seeded.trim().split('\n').map((line) => line.split(' ')));
  return { file, ids };
}

/** Starts the portal; `url` when it listens. */
export async function startPortal(file) {
  const portal = spawn(`${process.env.BIN_DIR}/posteingang-portal`, ['--config', file], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let log = '';
  const url = await new Promise((resolve, reject) => {
    portal.stderr.on('data', (bytes) => {
      log += bytes;
      const found = /listening on (http:\S+)/.exec(log);
      if (found) resolve(found[1]);
    });
    portal.on('exit', (code) => reject(new Error(`the portal ended with ${code}:\n${log}`)));
  });
  return { url, process: portal, log: () => log };
}

/** Ends it as systemd would; the exit code. */
export function stopPortal(portal) {
  return new Promise((resolve) => {
    portal.process.removeAllListeners('exit');
    portal.process.on('exit', (code) => resolve(code));
    portal.process.kill('SIGTERM');
  });
}

/** A browser with nothing of its own, that remembers everything that went wrong in it. */
export async function openBrowser() {
  need(CHROMIUM, 'apt-get install chromium');
  const { chromium } = await import('playwright-core').catch(() => {
    console.error('playwright-core is not there: run `npm ci` in tests/browser');
    process.exit(2);
  });
  const profile = mkdtempSync(path.join(tmpdir(), 'posteingang-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    headless: true,
    locale: 'de-DE',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 1000 },
    acceptDownloads: true,
    env: { ...process.env, LANGUAGE: 'de' },
  });
  const faults = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`page: ${error.error()}`));
  await context.exposeFunction('reportViolation', (words) => faults.push(`policy: ${words}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { context, faults, profile };
}

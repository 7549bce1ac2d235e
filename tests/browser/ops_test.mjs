// ops_test.mjs - each user's day, in a real browser against the real system with real workers: the
// mailroom's, the registry's, a caseworker's and the admin's. Screenshots are left in build/screens/.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openBrowser, PASSWORD } from './instance.mjs';
import { expectFault, logIn, logOut, lookEverywhere as look, runSteps, screens } from './looking.mjs';

const bin = process.env.BIN_DIR;
const samples = path.join(process.env.SOURCE_DIR, 'tests/samples');
const scan = path.join(samples, 'drop/Demmin');

/** Every role on this host: intake, dispatcher, reader, filer, portal. */
async function startSystem(folder) {
  const run = (words, input) => execFileSync(`${bin}/posteingang`, words, { input, stdio: ['pipe', 'ignore', 'inherit'] });
  run(['init', folder]);
  const file = path.join(folder, 'posteingang.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('port: 8080', 'port: 0').replace('port: 9181', 'port: 0'));
  const call = (words, input) => run(['--config', file, ...words], input);
  call(['register', 'import', path.join(samples, 'register.csv')]);
  call(['user', 'add', 'anna', '--role', 'mailroom', '--site', 'Demmin'], `${PASSWORD}\n`);
  call(['user', 'add', 'clara', '--role', 'admin'], `${PASSWORD}\n`);
  call(['user', 'add', 'rita', '--role', 'registry'], `${PASSWORD}\n`);
  call(['user', 'add', 'bernd', '--role', 'caseworker', '--team', 'SG 50.2'], `${PASSWORD}\n`);
  call(['user', 'add', 'rolf', '--role', 'auditor'], `${PASSWORD}\n`);
  const system = spawn(`${bin}/posteingang`, ['--config', file, 'run'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const url = await new Promise((resolve, reject) => {
    const hear = (bytes) => {
      log += bytes;
      const found = /listening on (http:\S+)/.exec(log);
      if (found) resolve(found[1]);
    };
    system.stdout.on('data', hear);
    system.stderr.on('data', hear);
    system.on('exit', (code) => reject(new Error(`it ended with ${code}:\n${log}`)));
  });
  return { file, folder, url, system, log: () => log };
}

function stopSystem({ system }) {
  return new Promise((resolve) => {
    system.removeAllListeners('exit');
    system.on('exit', resolve);
    system.kill('SIGTERM');
  });
}

/** The processes of a program below this one. */
function processesOf(parent, program) {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.flatMap((child) => {
    const own = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')[0].endsWith(program) ? [Number(child)] : [];
    return [...own, ...processesOf(child, program)];
  });
}

const steps = {
  async 'a dropped scan arrives while one looks on'({ page, world }) {
    await logIn(page, world.url, 'anna');
    await page.getByRole('heading', { name: 'Scanstelle Demmin' }).waitFor();
    await page.getByText('kam kein Scan an').waitFor();
    copyFileSync(world.scans[0], path.join(world.folder, 'drop/Demmin/brief-1.tif'));
    const row = page.getByRole('row').filter({ hasText: 'brief-1.tif' });
    await row.waitFor({ timeout: 30000 });
    await row.getByText('Gelesen').waitFor({ timeout: 120000 });
    await look(page, 'scanstelle-tag');
  },

  async 'what is no scan comes back with a reason, and is dropped again'({ page, world }) {
    writeFileSync(path.join(world.folder, 'drop/Demmin/notiz.txt'), 'kein Scan');
    const row = page.getByRole('row').filter({ hasText: 'notiz.txt' });
    await row.getByText('weder TIFF noch PDF').waitFor({ timeout: 60000 });
    await page.getByText('1 Scan kam zurück').waitFor();
    await look(page, 'scanstelle-zurueck');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('link', { name: 'Datei ansehen' }).click(),
    ]);
    assert.equal(readFileSync(await download.path(), 'utf8'), 'kein Scan');
    await row.getByRole('button', { name: 'Noch einmal einlegen' }).click();
    await page.getByText('noch einmal eingelegt').waitFor();
    await page.getByRole('row').filter({ hasText: 'notiz.txt' }).nth(1).waitFor({ timeout: 60000 });
    await page.getByRole('row').filter({ hasText: 'notiz.txt' }).first().getByRole('button', { name: 'Zurückziehen' }).click();
    await page.getByText('zurückgezogen').waitFor();
  },

  async 'uploaded files are taken over, and the citizen gets a receipt'({ page, world, faults }) {
    await page.getByLabel('Dateien auswählen').setInputFiles([
      { name: 'ausweis.tif', mimeType: 'image/tiff', buffer: readFileSync(world.scans[1]) },
      { name: 'gruss.docx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK kein Scan') },
    ]);
    await page.getByText('Abgelehnt').first().waitFor({ timeout: 30000 });
    await page.getByRole('button', { name: 'Beleg für 1 Datei' }).waitFor();
    await look(page, 'scanstelle-hochgeladen');
    await page.getByRole('button', { name: 'Beleg für 1 Datei' }).click();
    await page.getByLabel('Blätter Papier').fill('2');
    await page.getByRole('button', { name: 'Beleg erstellen' }).click();
    await page.getByText('Eingangsbestätigung').waitFor();
    assert.match(await page.locator('.receipt__code').textContent(), /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await look(page, 'beleg');
    await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: path.join(screens, 'beleg-gedruckt.png') });
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'Schließen' }).click();
    expectFault(faults, 422);
  },

  async 'several files are dragged onto the page; one is here already'({ page, world, faults }) {
    const files = [
      ['ausweis-noch-einmal.tif', readFileSync(world.scans[1]).toString('base64')],
      ['brief.odt', Buffer.from('PK kein Scan').toString('base64')],
    ];
    const dragged = await page.evaluateHandle((given) => {
      const transfer = new DataTransfer();
      for (const [name, bytes] of given) transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
      return transfer;
    }, files);
    await page.dispatchEvent('.dropzone', 'dragover', { dataTransfer: dragged });
    await page.locator('.dropzone--over').waitFor();
    await page.dispatchEvent('.dropzone', 'drop', { dataTransfer: dragged });
    await page.locator('.upload').filter({ hasText: 'ausweis-noch-einmal.tif' }).getByText('Dieselbe Datei kam schon einmal').waitFor({ timeout: 30000 });
    await page.locator('.upload').filter({ hasText: 'brief.odt' }).getByText('Abgelehnt').waitFor({ timeout: 30000 });
    await page.getByRole('button', { name: 'Liste leeren' }).click();
    await page.locator('.upload').first().waitFor({ state: 'detached' });
    expectFault(faults, 422);
  },

  async 'an upload outlives a lost connection, and so does what was typed'({ page, context, world, faults }) {
    await page.getByRole('button', { name: 'Stapel', exact: true }).click();
    await page.getByLabel('Seiten', { exact: true }).fill('7');
    await context.setOffline(true);
    await page.getByText('Das Portal antwortet nicht').waitFor({ timeout: 40000 });
    assert.equal(await page.getByLabel('Seiten', { exact: true }).inputValue(), '7');
    await context.setOffline(false);
    await page.getByText('Das Portal antwortet nicht').waitFor({ state: 'detached', timeout: 40000 });
    assert.equal(await page.getByLabel('Seiten', { exact: true }).inputValue(), '7');
    await page.getByRole('button', { name: 'Scans', exact: true }).click();
    const line = await context.newCDPSession(page); // it is cut while the file is on its way
    const carry = (offline, uploadThroughput) => line.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
    await line.send('Network.enable');
    await carry(false, 8000); // bytes a second
    await page.getByLabel('Dateien auswählen').setInputFiles([
      { name: 'spaeter.tif', mimeType: 'image/tiff', buffer: readFileSync(world.scans[2]) },
    ]);
    await page.waitForFunction(() => document.querySelector('.upload__share')?.value > 0);
    await carry(true, 8000);
    await page.getByText('Es geht von selbst weiter').first().waitFor();
    await carry(false, -1);
    await line.detach();
    await page.getByRole('row').filter({ hasText: 'spaeter.tif' }).first().waitFor({ timeout: 40000 });
    faults.splice(0); // the browser reports each request that did not get through
  },

  async 'a batch is begun, and closed with a reason'({ page }) {
    await page.getByRole('button', { name: 'Stapel', exact: true }).click();
    await page.getByLabel('Seiten', { exact: true }).fill('12');
    await page.getByRole('button', { name: 'Stapel beginnen' }).click();
    await page.getByText('offen', { exact: true }).waitFor();
    await page.getByLabel('Grund, warum').fill('zwei Seiten doppelt gezählt');
    await page.getByRole('button', { name: 'Stapel abschließen' }).click();
    await page.getByText('abgeschlossen', { exact: true }).waitFor();
    await logOut(page);
  },

  async 'three letters are cleared by keyboard alone'({ page, world }) {
    for (const name of ['Neubrandenburg/scan00004.tif', 'Waren/scan00008.tif']) {
      copyFileSync(path.join(samples, 'drop', name), path.join(world.folder, 'drop/Demmin', path.basename(name)));
    }
    await logIn(page, world.url, 'rita');
    await page.getByText('Noch 3.').waitFor({ timeout: 120000 });
    await page.locator('.page image').first().waitFor(); // the real picture of the real page
    await look(page, 'klaerung');
    await page.keyboard.press('w');
    await page.keyboard.type('Jobcenter'); // at once: no letter may be lost
    assert.equal(await page.getByLabel('An wen').inputValue(), 'Jobcenter');
    await page.keyboard.press('Enter');
    await page.getByText('Noch 2.').waitFor();
    await page.getByRole('heading', { name: 'Zu welchem Fall gehört das?' }).waitFor();
    await page.keyboard.press('s');
    await page.keyboard.type('kowalke');
    await page.getByRole('option', { name: /Kowalke/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Noch 1.').waitFor();
    await page.getByRole('heading', { name: 'Zu welchem Fall gehört das?' }).waitFor();
    await page.keyboard.press('n');
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    await logOut(page);
  },

  async 'a caseworker moves a letter to another case'({ page, world }) {
    await logIn(page, world.url, 'bernd');
    await page.getByRole('link', { name: /Widerspruch/ }).first().click();
    await page.getByRole('heading', { name: 'Widerspruch' }).waitFor();
    await page.getByRole('img', { name: 'Seite 2 von 2' }).waitFor();
    await page.locator('.page image').first().waitFor();
    await look(page, 'schreiben');
    await page.getByRole('button', { name: 'Anderer Fall' }).click();
    await page.keyboard.type('petzold');
    await page.getByRole('option', { name: /Petzold/ }).first().waitFor();
    await page.getByLabel('Begründung').fill('Gehört zur Nachbarin');
    await page.getByRole('button', { name: /^In 50.22.007154-2 ablegen/ }).click();
    await page.getByText('Wird in den Fall abgelegt.').waitFor();
    await page.locator('.document__head').getByText('Abgelegt', { exact: true }).waitFor({ timeout: 60000 });
    await page.locator('.facts').getByText('50.22.007154-2').first().waitFor();
  },

  async 'pages are parted, though the reader dies over it'({ page, world }) {
    await page.getByRole('link', { name: 'Seiten ordnen' }).click();
    await page.getByRole('button', { name: 'Seite 2 von Dokument 1' }).focus();
    await page.keyboard.press('t');
    await page.locator('.arrange__large img').waitFor();
    await look(page, 'seiten-ordnen');
    const readers = processesOf(world.system.pid, 'posteingang-reader');
    assert.notEqual(readers.length, 0);
    for (const reader of readers) process.kill(reader, 'SIGSTOP'); // whoever gets the job does not end it
    await page.getByRole('button', { name: 'So zusammenstellen' }).click();
    await page.getByText('Die Seiten werden neu zusammengestellt …').waitFor();
    await page.waitForTimeout(1000);
    for (const reader of readers) process.kill(reader, 'SIGKILL');
    await page.getByText('Die Seiten sind neu zusammengestellt.').waitFor({ timeout: 120000 });
    await page.locator('.related').getByText('Ersetzt').waitFor({ timeout: 60000 });
    await look(page, 'seiten-geordnet');
    await page.locator('.related').first().getByRole('link').first().click();
    await page.getByRole('img', { name: 'Seite 1 von 1' }).waitFor();
    await page.locator('.page image').first().waitFor();
    await page.locator('.facts').getByText('50.22.007154-2').first().waitFor();
  },

  async 'a misdirected letter is forwarded'({ page }) {
    await page.locator('.document__head').getByText('Abgelegt', { exact: true }).waitFor({ timeout: 60000 });
    await page.getByRole('button', { name: 'Weiterleiten' }).click();
    await page.keyboard.type('Wohngeldstelle');
    await page.getByRole('button', { name: 'Als weitergeleitet vermerken' }).click();
    await page.getByText('Als weitergeleitet vermerkt.').waitFor();
    await page.getByText(/Weitergeleitet an Wohngeldstelle/).waitFor();
    await look(page, 'weitergeleitet');
    await logOut(page);
  },

  async 'an admin drains a worker, sees it stop, and lets it go on'({ page, world }) {
    await logIn(page, world.url, 'clara');
    await page.getByRole('heading', { name: 'Betrieb' }).waitFor();
    const readers = page.getByRole('row').filter({ hasText: 'Leser auf' }).filter({ hasNotText: 'weg seit' });
    await readers.first().getByText('bereit').waitFor();
    const count = await readers.count();
    for (let i = 0; i < count; i++) {
      await readers.nth(i).getByRole('button', { name: /^Anhalten/ }).click();
      await readers.nth(i).getByText('angehalten').waitFor();
    }
    copyFileSync(world.scans[3], path.join(world.folder, 'drop/Demmin/wartet.tif'));
    const waiting = page.getByRole('row').filter({ hasText: /^Lesen/ }).getByRole('cell').nth(1);
    await waiting.filter({ hasText: /^1$/ }).waitFor({ timeout: 60000 });
    await look(page, 'betrieb');
    const before = processesOf(world.system.pid, 'posteingang-reader');
    for (const reader of before) process.kill(reader, 'SIGKILL'); // started again, they are still held back
    for (const reader of before) await readers.filter({ hasText: `-${reader}` }).waitFor({ state: 'detached', timeout: 60000 });
    await readers.nth(count - 1).getByText('angehalten').waitFor({ timeout: 60000 });
    assert.equal(await readers.getByText('angehalten').count(), count);
    await waiting.filter({ hasText: /^1$/ }).waitFor();
    for (let i = 0; i < count; i++) await readers.nth(i).getByRole('button', { name: /^Weiter/ }).click();
    await waiting.filter({ hasText: /^0$/ }).waitFor({ timeout: 60000 });
  },

  async 'people, sessions and tokens are in the hands of the admin'({ page, context, world }) {
    await page.getByRole('link', { name: 'Personen' }).click();
    await page.getByRole('heading', { name: 'Personen', exact: true }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('gerd');
    await page.getByLabel('Kennwort').fill(PASSWORD);
    await page.getByLabel('Rolle').first().selectOption('registry');
    await page.getByRole('button', { name: 'Anlegen', exact: true }).click();
    await page.getByRole('cell', { name: 'gerd', exact: true }).waitFor();
    await page.getByLabel('Name des Zugangs').fill('scanner-1');
    await page.getByRole('button', { name: 'Zugang anlegen' }).click();
    await page.locator('.secret').waitFor();
    await page.getByRole('button', { name: 'Sperren: gerd' }).click();
    await page.getByText('gesperrt', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Entziehen: Zugang scanner-1' }).click();
    await page.getByText(/^entzogen/).waitFor();
  },

  async 'the audit is searched, and settings are shown'({ page }) {
    await page.getByRole('link', { name: 'Protokoll' }).click();
    await page.getByLabel('Wer').fill('clara');
    await page.getByLabel('Was').selectOption('worker.');
    await page.getByRole('button', { name: 'Suchen' }).click();
    await page.getByRole('cell', { name: 'worker.drain' }).first().waitFor();
    await page.getByRole('link', { name: 'Einstellungen' }).click();
    await page.getByText('posteingang.yaml').first().waitFor();
    await logOut(page);
  },

  async 'a wrong role is refused'({ page, world, faults }) {
    await logIn(page, world.url, 'rolf');
    await page.getByRole('heading', { name: 'Protokoll' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Betrieb' }).count(), 0);
    await page.goto(`${world.url}/#/betrieb`);
    await page.getByRole('heading', { name: 'Hier ist nichts' }).waitFor();
    const status = await page.evaluate(async () => (await fetch('/api/v1/operations')).status);
    assert.equal(status, 403);
    expectFault(faults, 403);
    await logOut(page);
  },
};

async function main() {
  mkdirSync(screens, { recursive: true });
  const folder = path.resolve('instance');
  const world = await startSystem(folder);
  world.scans = execFileSync('find', [path.join(samples, 'drop'), '-name', '*.tif', '-size', '-400k'], { encoding: 'utf8' }).trim().split('\n').sort();
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  process.exitCode = await runSteps(steps, { page, context, world, faults });
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  const code = await stopSystem(world);
  if (code !== 0) {
    console.log(`FAILED  the system ended with ${code}\n${world.log()}`);
    process.exitCode = 1;
  }
}

await main();

// caseworker_test.mjs - a caseworker's day: the inbox, a document beside it, clearing by keyboard
// alone, and search. Each step is a promise.
// SPDX-License-Identifier: EUPL-1.2

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeInstance, openBrowser, startPortal, stopPortal } from './instance.mjs';
import { logIn, logOut, look, runSteps } from './looking.mjs';
import { outlive } from './outage.mjs';


const steps = {
  async 'the inbox shows what is new to the own team'({ page, url }) {
    await logIn(page, url, 'bernd');
    await page.getByRole('heading', { name: 'Posteingang', level: 1 }).waitFor();
    await page.getByRole('link', { name: /Kontoauszug/ }).waitFor();
    assert.equal(await page.getByRole('link', { name: /Widerspruch/ }).count(), 0); // in clearing
    await page.getByText('Ungelesen:').waitFor({ state: 'attached' });
  },

  async 'it is filtered, and all documents are one click away'({ page }) {
    await page.getByRole('button', { name: 'Alle', exact: true }).click();
    await page.getByRole('link', { name: /Widerspruch/ }).waitFor();
    await page.getByText('Filter', { exact: true }).click();
    await page.getByLabel('Art').selectOption({ label: 'Widerspruch' });
    await page.getByRole('link', { name: /Kontoauszug/ }).waitFor({ state: 'detached' });
    await look(page, 'inbox-filtered');
    await page.getByRole('button', { name: 'Filter entfernen' }).click();
    await page.getByRole('link', { name: /Kontoauszug/ }).waitFor();
  },

  async 'a document opens beside the list, with the evidence marked on its page'({ page }) {
    await page.getByRole('link', { name: /Widerspruch/ }).click();
    await page.getByRole('heading', { name: 'Widerspruch' }).waitFor();
    await page.getByText('die Anschrift ist eine andere').first().waitFor();
    await page.getByRole('img', { name: 'Seite 1 von 2' }).waitFor();
    await page.locator('.page__mark').first().waitFor();
    assert.equal(await page.locator('.page__mark').count(), 3);
    await page.getByRole('button', { name: /Geburtsdatum gelesen/ }).focus();
    await page.locator('.page__mark--lit').waitFor();
    await page.getByRole('link', { name: /Kontoauszug/ }).waitFor(); // the list is still there
    await look(page, 'document-evidence');
  },

  async 'the words of the page can be selected'({ page }) {
    const selected = await page.evaluate(() => {
      const words = [...document.querySelectorAll('.page__word')].slice(0, 2);
      getSelection().setBaseAndExtent(words[0], 0, words[1], words[1].childNodes.length);
      return getSelection().toString();
    });
    assert.match(selected, /Wilhelmine\s+Krögermann/);
    await page.evaluate(() => getSelection().removeAllRanges());
  },

  async 'the page is made larger, turned, and read as text'({ page }) {
    const svg = page.getByRole('img', { name: 'Seite 1 von 2' });
    const before = await svg.boundingBox();
    await page.getByRole('button', { name: 'Größer' }).click();
    await page.getByText('125 %').waitFor();
    assert.ok((await svg.boundingBox()).width > before.width);
    await page.getByRole('button', { name: 'Nach rechts drehen' }).click();
    const turned = await svg.boundingBox();
    assert.ok(turned.width > turned.height);
    await look(page, 'document-turned');
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    await page.getByText('hiermit lege ich Widerspruch ein').waitFor();
    await look(page, 'document-text');
    await page.getByRole('button', { name: 'Bild', exact: true }).click();
  },

  async 'the PDF comes as a file that says nothing'({ page, ids }) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'PDF' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${ids.clearing}.pdf`);
    assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), '%PDF-');
  },

  async 'a note stays beside the document'({ page }) {
    await page.getByRole('button', { name: 'Notiz' }).click();
    await page.getByLabel('Was andere zu diesem Schreiben wissen sollen').fill('Rückruf am Montag');
    await look(page, 'document-note');
    await page.getByRole('button', { name: 'Notiz speichern' }).click();
    await page.getByText('„Rückruf am Montag“').waitFor();
  },

  async 'the portal is stopped and started again, and no word is lost'(given) {
    await outlive(given, 1);
  },

  async 'a filed document is taken note of, and taken back'({ page }) {
    await page.getByRole('button', { name: /^Neu/ }).click();
    await page.getByRole('link', { name: /Kontoauszug/ }).click();
    await page.getByRole('heading', { name: 'Kontoauszug' }).waitFor();
    await page.locator('.act').getByRole('button', { name: 'Erledigt', exact: true }).click();
    await page.getByText('Erledigt.', { exact: true }).waitFor();
    await page.getByText('Hier ist nichts.').waitFor();
    await look(page, 'inbox-done');
    await page.getByRole('button', { name: 'Doch nicht erledigt' }).click();
    await page.getByText('Wieder offen.').waitFor();
  },

  async 'a filed document moves to another case, with a reason, and back'({ page }) {
    await page.getByRole('button', { name: 'Anderer Fall' }).click();
    await page.getByLabel('Im Register suchen').fill('krueger');
    await page.getByRole('option', { name: /Krügermann/ }).waitFor();
    assert.ok(await page.getByRole('button', { name: /^In 50/ }).isDisabled()); // why?
    await page.getByLabel('Begründung').fill('Gehört zum Nachbarn');
    await look(page, 'document-move');
    await page.getByRole('button', { name: 'In 50.21.000816-0 ablegen' }).click();
    await page.getByText('Wird in den Fall abgelegt.').waitFor();
    await page.getByText('Gehört zum Nachbarn').first().waitFor();
    await page.getByRole('button', { name: 'Zurücknehmen' }).click();
    await page.getByText('Zurückgenommen.').waitFor();
    await page.locator('.document').getByText('50.22.104477-0').first().waitFor();
  },

  async 'pages are turned and parted by keyboard, and put back'({ page }) {
    await page.getByRole('button', { name: 'Alle', exact: true }).click();
    await page.getByRole('link', { name: /Widerspruch/ }).click();
    await page.getByRole('heading', { name: 'Widerspruch' }).waitFor();
    await page.getByRole('link', { name: 'Seiten ordnen' }).click();
    await page.getByRole('heading', { name: 'Seiten ordnen' }).waitFor();
    await page.getByRole('button', { name: 'Seite 1 von Dokument 1' }).focus();
    assert.ok(await page.getByRole('button', { name: 'So zusammenstellen' }).isDisabled());
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('d');
    await page.keyboard.press('t'); // the second page is a document of its own
    await page.getByRole('heading', { name: 'Dokument 2' }).waitFor();
    await page.getByText('Aus 1 Dokument werden 2.').waitFor();
    await page.keyboard.press('Shift+ArrowLeft'); // and back again, in front of nothing
    await page.getByRole('heading', { name: 'Dokument 2' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Seite 2 von Dokument 1' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.getByRole('button', { name: 'Seite 1 von Dokument 1' }).and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'So zusammenstellen' }).click();
    await page.getByText('Die Seiten werden neu zusammengestellt …').waitFor();
    await look(page, 'arrange-open');
    await page.getByRole('button', { name: 'Zusammenstellung zurücknehmen' }).click();
    await page.getByText('Die Zusammenstellung ist zurückgenommen.').waitFor();
  },

  async 'three documents are cleared by keyboard alone'({ page, file, bin }) {
    execFileSync(path.join(bin, '../tests-bin/seed_portal'), [file, 'three'], { stdio: 'inherit' });
    await page.getByRole('link', { name: /^Klärung/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Zu welchem Fall gehört das?' }).waitFor();
    await page.getByText('Noch 4.').waitFor();

    await page.keyboard.press('1'); // the first candidate
    await page.keyboard.type('wJobcenter'); // forwarded: typed before the next one is shown
    await page.getByText('Noch 3.').waitFor();
    await page.getByLabel('An wen').and(page.locator(':focus')).waitFor();
    assert.equal(await page.getByLabel('An wen').inputValue(), 'Jobcenter');
    await look(page, 'clearing-forward');
    await page.keyboard.press('Enter');
    await page.keyboard.type('snadol'); // somebody of the register, at once again
    await page.getByText('Noch 2.').waitFor();
    await page.getByText('Weitergeleitet.').waitFor();
    await page.getByLabel('Im Register suchen').and(page.locator(':focus')).waitFor();
    assert.equal(await page.getByLabel('Im Register suchen').inputValue(), 'nadol');
    await page.getByRole('option', { name: /Nadolny/ }).waitFor();
    await look(page, 'clearing-search');
    await page.keyboard.press('Enter');
    await page.getByText('Noch 1.').waitFor();
  },

  async 'the last decision is taken back, and another one made'({ page }) {
    await page.getByRole('heading', { name: 'Zu welchem Fall gehört das?' }).waitFor();
    await page.keyboard.press('x');
    await page.getByLabel('Werbung').waitFor();
    await look(page, 'clearing-discard');
    await page.keyboard.press('Enter');
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    await page.getByRole('button', { name: 'Zurücknehmen' }).click();
    await page.getByText('Noch 1.').waitFor();
    await page.getByRole('heading', { name: 'Zu welchem Fall gehört das?' }).waitFor();
    await page.keyboard.press('n'); // its case comes with the next register
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    await page.getByRole('button', { name: 'Neue Fälle' }).click();
    await page.getByRole('button', { name: /Fall ist jetzt im Register/ }).waitFor();
    await look(page, 'clearing-new-cases');
    await page.keyboard.press('n');
    await page.getByText('Hier ist nichts zu klären.').waitFor();
    await page.getByRole('button', { name: 'Zu klären' }).click();
  },

  async 'keys can be switched off'({ page }) {
    await page.getByText('Noch 1.').waitFor();
    await page.getByLabel(/^Tasten entscheiden/).uncheck();
    await page.getByRole('heading', { name: 'Klärung', level: 1 }).focus();
    await page.keyboard.press('1');
    await page.waitForTimeout(300);
    await page.getByText('Noch 1.').waitFor();
    await page.getByLabel(/^Tasten entscheiden/).check();
    await page.getByRole('button', { name: /in diesen Fall ablegen/ }).first().click();
    await page.getByText('Hier ist nichts zu klären.').waitFor();
  },

  async 'what was written is found, and shown in its context'({ page }) {
    await page.getByRole('link', { name: 'Suche' }).click();
    await page.getByRole('searchbox').fill('zeichen 50 22 104477 0');
    await page.locator('mark', { hasText: 'Zeichen' }).waitFor();
    await page.getByText('So suchen Sie genauer').click();
    await look(page, 'search-help');
    await page.getByRole('searchbox').fill('typ:widerspruch eingang:1999');
    await page.getByText('Nichts gefunden.').waitFor();
    await page.getByRole('searchbox').fill('typ:kontoauszug');
    await page.getByRole('link', { name: 'Kontoauszug' }).click();
    await page.getByRole('heading', { name: 'Kontoauszug' }).waitFor();
  },

  async 'another team sees none of it'({ page, url, ids, faults }) {
    await logOut(page);
    await logIn(page, url, 'emil');
    await page.getByText('Hier ist nichts.').waitFor();
    await page.goto(`${url}/#/dokument/${ids.filed}`);
    await page.getByText('Hier ist nichts.').first().waitFor();
    await page.locator('.document, .desk__document .kern-alert').first().waitFor();
    for (let at = faults.length - 1; at >= 0; at--) if (faults[at].includes('404')) faults.splice(at, 1);
    await look(page, 'document-foreign');
    await logOut(page);
  },

  async 'the registry begins with clearing'({ page, url }) {
    await logIn(page, url, 'rita');
    await page.getByRole('heading', { name: 'Klärung', level: 1 }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Posteingang', exact: true }).count(), 0);
    await logOut(page);
  },
};

async function main() {
  const { file, ids } = makeInstance(path.resolve('instance'));
  const portal = await startPortal(file);
  const { context, faults, profile } = await openBrowser();
  const page = await context.newPage();
  page.setDefaultTimeout(30000);
  const given = { page, url: portal.url, ids, faults, file, portal, bin: process.env.BIN_DIR };
  process.exitCode = await runSteps(steps, given);
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  const code = await stopPortal(given.portal);
  if (code !== 0) {
    console.log(`FAILED  the portal ended with ${code}\n${given.portal.log()}`);
    process.exitCode = 1;
  }
}

await main();

// The files of all conversations in Chromium: the list, a preview that runs nothing, saving one and all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { PHONE, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import type { Eyrie } from './support/eyrie.ts';
import { officeEyrie, sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await officeEyrie();
  browser = await sharedBrowser();
});

test('a picture is drawn, a page is shown as text and never rendered, anything else as bytes', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files`);
  await page.getByText('56 files · 1.04 MB').waitFor();
  await page.getByRole('row', { name: /^lamp\.png/ }).click();
  const picture = page.getByRole('img', { name: 'lamp.png' });
  await picture.waitFor();
  assert.ok((await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)) > 0);
  await page
    .getByRole('row', { name: /^news\.html/ })
    .first()
    .click();
  const content = page.getByRole('region', { name: 'Content' });
  await content.filter({ hasText: /^<!doctype html>/ }).waitFor();
  assert.equal(await content.locator('*').count(), 0, 'no element of the page that was transferred');
  await page.getByLabel('Find a file').fill('plans');
  await page.getByRole('row', { name: /^plans\.zip/ }).click();
  await content.filter({ hasText: /^000000 {2}50 4b 03 04/ }).waitFor();
  await page.getByText('The first 16.4 kB; save it to see the rest.').waitFor();
  await page.reload();
  await content.filter({ hasText: /^000000 {2}50 4b 03 04/ }).waitFor();
  await page.keyboard.press('Escape');
  await content.waitFor({ state: 'detached' });
  await end();
});

test('a list that stopped at its bound says how far it came, and goes on when it is told to', async () => {
  const efforts: (string | null)[] = [];
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files`, {}, async (visited) => {
    await visited.route(/\/objects(\?|$)/, async (route) => {
      const effort = new URL(route.request().url()).searchParams.get('effort');
      efforts.push(effort);
      const body = await (await route.fetch()).json();
      if (effort === null)
        Object.assign(body, { items: body.items.slice(0, 5), packets: 300, is_whole: false });
      await route.fulfill({ json: body });
    });
  });
  await page.getByText('these are of the first 300 packets').waitFor();
  await page.getByText(/^5 files/).waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('56 files · 1.04 MB').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Go on' }).count(), 0);
  assert.deepEqual(efforts, [null, '4']);
  await end();
});

test('by the keys: arrows show one after the other, Enter leads to the packet, Back back to the file', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files?sort=-bytes`);
  await page.locator('tr[data-row="0"]').focus();
  await page.getByRole('heading', { name: 'plans.zip' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'plans.zip' }).waitFor({ state: 'detached' });
  await page.locator('.file-head h2').waitFor();
  const name = await page.locator('.file-head h2').textContent();
  await page.keyboard.press('Enter');
  await page.locator('.row[aria-selected="true"]').waitFor();
  assert.match(await page.inputValue('#filter'), /^tcp\.stream == \d+$/);
  await page.goBack();
  await page.getByRole('heading', { name: name! }).waitFor();
  await end();
});

test('finding and choosing what carried them narrow the list; nothing found says so and shows all again', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files`);
  await page.getByLabel('Carried by').selectOption('Mail');
  await page.getByRole('row', { name: /\.eml/ }).first().waitFor();
  assert.equal(await page.getByRole('row', { name: /lamp\.png/ }).count(), 0);
  await page.getByLabel('Find a file').fill('no such file');
  await page.getByText('No file is like that').waitFor();
  await page.getByRole('button', { name: 'Show all files' }).click();
  await page.getByText('56 files').waitFor();
  await page.goto(`${eyrie.url}#/analysis/files?q=arp`);
  await page.getByText('No files in what passes the filter').waitFor();
  await end();
});

test('one is saved under its name, all as an archive', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files?sort=-bytes`);
  await page.getByRole('row', { name: /^plans\.zip/ }).click();
  const [one] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  assert.equal(one.suggestedFilename(), 'plans.zip');
  assert.equal(readFileSync(await one.path()).length, 620_004);
  const [all] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save all as ZIP' }).click(),
  ]);
  const archive = readFileSync(await all.path());
  assert.equal(archive.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
  assert.equal(archive.readUInt16LE(archive.length - 22 + 10), 57, 'all files and the table');
  await end();
});

test('no barriers, in both themes; on a phone list and preview fit', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { bypassCSP: true, colorScheme, viewport: PHONE };
    const { page, end } = await visit(browser, `${eyrie.url}#/analysis/files`, options);
    await page.getByRole('row', { name: /^style\.css/ }).click();
    await page.getByRole('region', { name: 'Content' }).waitFor();
    assert.deepEqual(await complaints(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await end();
  }
});

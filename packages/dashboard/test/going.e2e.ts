// Tests of navigation in the packet list in a browser: marks, time reference, `Go to`, host names, copying bytes.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { until } from '../../../test/support/until.ts';
import { visit } from './support/browser.ts';
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

async function openList(path = 'packets') {
  const found = await visit(browser, `${eyrie.url}#/${path}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await found.page.locator('.row[data-row="9"] .cell-summary:not(:empty)').waitFor();
  return found;
}

async function chosen(page: Page, number: string): Promise<void> {
  await page.locator('.row[aria-selected="true"] .cell-number', { hasText: number }).waitFor();
}

test('Back restores the scroll position of a list, a link starts at the top', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows`);
  await page.locator('tr[data-row="0"]').waitFor();
  const top = () => page.locator('.table-box').evaluate((box) => box.scrollTop);
  await page.locator('.table-box').evaluate((box) => {
    box.scrollTop = 3000;
  });
  await page.locator('tr[data-row="110"]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Show its packets' }).click();
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.goBack();
  await page.locator('tr[data-row="110"]').waitFor();
  assert.equal(await top(), 3000);
  await page.getByRole('link', { name: 'Packets', exact: true }).click();
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.locator('.list').evaluate((list) => {
    list.scrollTop = 22_000;
  });
  await page.locator('.row[data-row="1005"] .cell-number:not(:empty)').waitFor();
  await page.getByRole('link', { name: 'Flows', exact: true }).click();
  await page.locator('tr[data-row="0"]').waitFor();
  assert.equal(await top(), 0);
  await page.goBack();
  await page.locator('.row[data-row="1005"] .cell-number:not(:empty)').waitFor();
  await end();
});

test('marks are set and revisited by key, also after a reload', async () => {
  const { page, end } = await openList();
  await page.locator('.row[data-row="1"]').click();
  await page.keyboard.press('m');
  await page.locator('.row[data-row="8"]').click();
  await page.keyboard.press('m');
  await page.locator('.row-marked').nth(1).waitFor();
  await page.reload();
  await page.locator('.row-marked').nth(1).waitFor();
  await page.keyboard.press('n');
  await chosen(page, '2');
  await page.keyboard.press('n');
  await chosen(page, '9');
  await page.keyboard.press('Shift+N');
  await chosen(page, '2');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Show marked packets only' }).click();
  await page.getByText('2 packets of 5,125').waitFor();
  // Waits for the row's packet: a row that is not loaded has no menu.
  await page.locator('.row-marked[data-row="0"] .cell-summary:not(:empty)').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Remove all marks' }).click();
  await page.locator('.row-marked').waitFor({ state: 'detached' });
  await end();
});

test('times are relative to the selected packet; g m opens a page and sets no mark', async () => {
  const { page, end } = await openList();
  await page.locator('.row[data-row="4"]').click();
  await page.keyboard.press('r');
  await page.locator('.row[data-row="4"] .cell-time', { hasText: /^0\.000000$/ }).waitFor();
  assert.match((await page.locator('.row[data-row="0"] .cell-time').textContent()) ?? '', /^−\d+\.\d{6}$/);
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.getByText('No peer on this machine').waitFor();
  await page.goBack();
  await page.locator('.row[data-row="4"] .cell-number:not(:empty)').waitFor();
  assert.equal(await page.locator('.row-marked').count(), 0);
  await end();
});

test('Go to accepts a packet number, a time of day, and seconds since the beginning', async () => {
  const { page, end } = await openList();
  const goTo = async (text: string) => {
    await page.keyboard.press('Control+g');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };
  await goTo('5,000');
  await chosen(page, '5,000');
  await goTo('0.5 s');
  await until(
    'the packet at 0.5 s is chosen',
    async () => Number(await timeOfChosen(page)) >= 0.5 && Number(await timeOfChosen(page)) < 5,
  );
  await goTo('11:54:00Z');
  await until(
    'the packet at 101 s is chosen',
    async () => Math.floor(Number(await timeOfChosen(page))) === 101,
  );
  await goTo('tomorrow');
  await page.getByText('Enter a packet number').waitFor();
  await end();
});

test('keys move to the next and previous packet of a conversation', async () => {
  const { page, end } = await openList();
  await page.keyboard.press('Control+g');
  await page.keyboard.type('208');
  await page.keyboard.press('Enter');
  await chosen(page, '208');
  await page.keyboard.press('.');
  await chosen(page, '209');
  for (const next of ['210', '211']) {
    await page.keyboard.press('.');
    await chosen(page, next);
  }
  await page.keyboard.press(',');
  await chosen(page, '210');
  await end();
});

test('names can replace addresses, and columns can be changed', async () => {
  const { page, end } = await openList('packets?q=dns');
  const columns = page.getByRole('button', { name: 'Columns' });
  await columns.click();
  await page.getByRole('menuitemcheckbox', { name: 'Names instead of addresses' }).click();
  await page.locator('.cell-src', { hasText: 'laptop-ana' }).first().waitFor();
  await columns.click();
  await page.getByRole('menuitem', { name: 'With ports and streams' }).click();
  await page.locator('.row .cell-src_port:not(:empty)').first().waitFor();
  await columns.click();
  await page.getByRole('menuitemcheckbox', { name: /UTC$/ }).click();
  await page.locator('.row[data-row="0"] .cell-time', { hasText: '2026-11-21 11:5' }).waitFor();
  await end();
});

test('the bytes of a field or of the packet are copied in the selected format', async () => {
  const { page, end } = await openList('packets?q=arp');
  await page.locator('.row[data-row="0"]').click();
  await page.getByRole('treeitem', { name: 'Address Resolution Protocol' }).click();
  await page.locator('.bytes-hex .on').first().waitFor();
  await page.locator('.bytes-box').focus();
  await page.keyboard.press('Shift+F10');
  await page.getByText('Marked, 28 bytes').waitFor();
  await page.getByRole('menuitem', { name: 'Copy as hexadecimal digits' }).first().click();
  await page.getByText('28 bytes copied').waitFor();
  assert.match(await page.evaluate('navigator.clipboard.readText()'), /^000108000604000[12][0-9a-f]{40}$/);
  await end();
});

async function timeOfChosen(page: Page): Promise<string> {
  return (await page.locator('.row[aria-selected="true"] .cell-time').textContent()) ?? '';
}

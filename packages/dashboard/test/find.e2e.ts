// Tests of Find in the packet list: text, filter, both directions, round the end, errors.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser } from 'playwright-core';
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

/** Numbers of the packets that pass a filter, as the API says. */
async function numbers(q: string): Promise<number[]> {
  const answer = await fetch(`${eyrie.url}packets?limit=1000&q=${encodeURIComponent(q)}`);
  const { items } = (await answer.json()) as { items: { number: number }[] };
  return items.map(({ number }) => number);
}

test('Ctrl F finds a filter’s packets one after the other in the whole list, and comes round its ends', async () => {
  const resets = await numbers('tcp.flags.reset == 1');
  assert.ok(resets.length > 3);
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  const chosen = (number: number) =>
    page
      .locator('.row[aria-selected="true"] .cell-number')
      .getByText(number.toLocaleString('en-US'), { exact: true })
      .waitFor();
  await page.keyboard.press('Control+f');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Display filter of the packet to find').fill('tcp.flags.reset == 1');
  await page.keyboard.press('Enter');
  await chosen(resets[0]!);
  await page.keyboard.press('Enter');
  await chosen(resets[1]!);
  await page.keyboard.press('Shift+Enter');
  await chosen(resets[0]!);
  await page.keyboard.press('F3');
  await chosen(resets[1]!);
  await page.keyboard.press('Shift+F3');
  await chosen(resets[0]!);
  await page.keyboard.press('Shift+F3');
  await chosen(resets.at(-1)!);
  await page.getByText('Found, from the other end').waitFor();
  assert.equal(await page.inputValue('#filter'), '', 'nothing was filtered');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowUp');
  await chosen(resets.at(-1)! - 1);
  await end();
});

test('a text is found in bytes and Info, in either case, and within the filter that applies', async () => {
  const [first] = await numbers('http && frame contains "plans.zip"');
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http`);
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Text to find').fill('PLANS.ZIP');
  await page.keyboard.press('Enter');
  await page
    .locator('.row[aria-selected="true"] .cell-number')
    .getByText(first!.toLocaleString('en-US'), { exact: true })
    .waitFor();
  await page.getByLabel('Text to find').fill('no such text anywhere');
  await page.keyboard.press('Enter');
  await page.getByText('Not found').waitFor();
  await end();
});

test('bytes are found by their hexadecimal digits, and All leaves only their packets in the list', async () => {
  const all = await numbers('frame contains 50:4b:03:04');
  assert.ok(all.length > 0);
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.keyboard.press('Control+f');
  await page.getByRole('button', { name: 'Bytes', exact: true }).click();
  await page.getByLabel('Bytes to find').fill('50 4b 03 0');
  await page.keyboard.press('Enter');
  await page.getByText('Write bytes as 0d 0a').waitFor();
  await page.getByLabel('Bytes to find').fill('50 4B 03 04');
  await page.keyboard.press('Enter');
  const chosen = page.locator('.row[aria-selected="true"] .cell-number');
  await chosen.getByText(all[0]!.toLocaleString('en-US'), { exact: true }).waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByText(new RegExp(`^${all.length} packets?\\b`)).waitFor();
  assert.equal(await page.inputValue('#filter'), 'frame contains 50:4b:03:04');
  await end();
});

test('a filter that is none is said to be', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  await page.keyboard.press('Control+f');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Display filter of the packet to find').fill('tcp.nonsense == 1');
  await page.keyboard.press('Enter');
  await page.locator('.find-message', { hasText: /tcp\.nonsense/ }).waitFor();
  await end(/400/);
});

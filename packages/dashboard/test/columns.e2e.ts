// Tests of fields as columns of the packet list: added from the tree, sorted, filtered by, removed, remembered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startBrowser, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { type Eyrie, startEyrie } from './support/eyrie.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await startEyrie();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await eyrie?.stop();
});

/** Adds the Host of HTTP as a column, from the tree of a packet far down in the list. */
async function addHost(page: Page): Promise<void> {
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.locator('.list').focus();
  for (let i = 0; i < 21; i++) await page.keyboard.press('ArrowDown');
  await page.locator('.row[data-row="20"][aria-selected="true"]').waitFor();
  const layer = page.getByRole('treeitem', { name: 'Hypertext Transfer Protocol' });
  await layer.waitFor();
  await page.locator('.tree').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: /^Host: / }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Apply as column' }).click();
}

const hosts = '[data-column="field:http.host"]';

test('Apply as column shows a field beside the others, keeps the selection in sight, and survives a reload', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http.request%20%26%26%20tcp`);
  await addHost(page);
  const scrolled = await page.locator('.list').evaluate((list) => list.scrollTop);
  assert.ok(scrolled > 0);
  const selected = page.locator(`.row[aria-selected="true"] ${hosts}`);
  await selected.filter({ hasText: /\w/ }).waitFor();
  assert.equal(await page.locator('.list').evaluate((list) => list.scrollTop), scrolled);
  const titles = () => page.locator('.list-head [role=columnheader] .head-title').allTextContents();
  assert.deepEqual((await titles()).slice(-3), ['Length', 'http.host', 'Info']);
  await page.reload();
  await selected.filter({ hasText: /\w/ }).waitFor();
  await page.getByRole('button', { name: 'http.host' }).click();
  await page.locator('.list').press('Home');
  await page.locator('.row[data-row="0"][aria-selected="true"]').waitFor();
  const shown = await page.locator(`.row ${hosts}`).allTextContents();
  assert.ok(shown.length > 10);
  assert.deepEqual(shown, shown.toSorted(new Intl.Collator('en', { numeric: true }).compare));
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'http.host' }).click();
  await page.getByRole('button', { name: 'http.host' }).waitFor({ state: 'detached' });
  await end();
});

test('a cell of a field’s column filters by its value', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http.request%20%26%26%20tcp`);
  await addHost(page);
  const cell = page.locator(`.row[aria-selected="true"] ${hosts}`);
  await cell.filter({ hasText: /\w/ }).waitFor();
  const value = await cell.textContent();
  await cell.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Only this' }).click();
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  assert.equal(await page.inputValue('#filter'), `http.host == "${value}"`);
  await end();
});

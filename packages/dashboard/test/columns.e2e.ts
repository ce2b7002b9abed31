// Tests of fields as columns of the packet list: added from the tree, sorted, filtered by, removed, remembered.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
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

/** Adds the Host of HTTP as a column, from the tree of a packet far down in the list. */
async function addHost(page: Page): Promise<void> {
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.locator('.list').focus();
  for (let i = 0; i < 21; i++) await page.keyboard.press('ArrowDown');
  const row = page.locator('.row[data-row="20"][aria-selected="true"]');
  const number = await row.locator('.cell-number').innerText();
  // The tree of a packet passed on the way would be replaced once its keys are pressed.
  await page
    .getByRole('treeitem', { name: new RegExp(`^Frame ${number.replaceAll(/\D/g, '')}\\b`) })
    .waitFor();
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
  // The new order keeps the selected packet in sight, once it has come.
  await page.waitForLoadState('networkidle');
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

test('a layer is a column too; a thirteenth is refused, and the list goes on', async () => {
  const fields = [
    'len',
    'seq',
    'ack',
    'window_size',
    'flags',
    'port',
    'srcport',
    'dstport',
    'stream',
    'nxtseq',
  ];
  const columns = ['number', ...fields.map((name) => `field:tcp.${name}`), 'field:ip.ttl', 'summary'];
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=tcp.segments`, {}, async (fresh) => {
    await fresh.addInitScript(
      (stored) => localStorage.getItem('eyrie.columns') ?? localStorage.setItem('eyrie.columns', stored),
      JSON.stringify(columns),
    );
  });
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.locator('.row[data-row="0"]').click();
  const apply = async (line: RegExp) => {
    await page.getByRole('treeitem', { name: line }).first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Apply as column' }).click();
  };
  await apply(/Reassembled TCP Segments/);
  const cell = page.locator('.row[data-row="0"] [data-column="field:tcp.segments"]');
  await cell.filter({ hasText: '✓' }).waitFor();
  await apply(/^Ethernet/);
  await page.getByText('At most 12 fields are shown as columns').waitFor();
  await page.locator('.row[data-row="1"] .cell-summary:not(:empty)').waitFor();
  assert.equal(await page.locator('[data-column="field:eth"]').count(), 0);
  await end();
});

test('a stored column whose field is unknown is named once, and the list comes when it is removed', async () => {
  const { page, problems, end } = await visit(browser, `${eyrie.url}#/packets`, {}, async (fresh) => {
    const columns = JSON.stringify(['number', 'field:tcp.gone', 'summary']);
    await fresh.addInitScript((stored) => localStorage.setItem('eyrie.columns', stored), columns);
  });
  await page.getByText('there is no field tcp.gone').waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'tcp.gone' }).click();
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  assert.ok(problems.length <= 3, `asked ${problems.length} times`);
  await end(/400/);
});

// The dialog that counts the values of a field.
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

test('from a field of the tree: its values with their counts; one filters, and Back undoes it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http.request`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').click();
  await page.locator('.tree-line').first().waitFor();
  await page.locator('.tree').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: /^Host: / }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Values of this field' }).click();
  const dialog = page.getByRole('dialog', { name: 'Values of http.host' });
  await dialog.getByText(/^\d+ values in \d+ packets$/).waitFor();
  const [first] = await dialog.getByRole('listitem').allInnerTexts();
  const [name, packets] = first!.split(/\s+/);
  const asked = await fetch(
    `${eyrie.url}packets?${new URLSearchParams({ limit: '1000', q: `http.request && http.host == "${name}"` })}`,
  );
  assert.equal(((await asked.json()) as { items: unknown[] }).items.length, Number(packets));
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'CSV' }).click();
  const csv = readFileSync((await (await saved).path())!, 'utf8');
  assert.ok(csv.startsWith(`"http.host",packets\r\n"${name}",${packets}\r\n`), csv);
  await dialog.getByRole('button', { name: name!, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await page.inputValue('#filter'), `http.request && http.host == "${name}"`);
  await page.getByText(new RegExp(`^${packets} packets`)).waitFor();
  await page.goBack();
  await page.getByText(/^\d+ packets/).waitFor();
  assert.equal(await page.inputValue('#filter'), 'http.request');
  await end();
});

test('a link opens it; without such packets it says so, and on a phone nothing is in anybody’s way', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http&values=http.host`, {
    viewport: PHONE,
    bypassCSP: true,
    reducedMotion: 'reduce',
  });
  await page.getByText(/^\d+ values in \d+ packets$/).waitFor();
  assert.deepEqual(await complaints(page), []);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.doesNotMatch(page.url(), /values/);
  await page.goto(`${eyrie.url}#/packets?q=arp&values=http.host`);
  await page.getByText('No packet that passes the filter has this field').waitFor();
  await end();
});

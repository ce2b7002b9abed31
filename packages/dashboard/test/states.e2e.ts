// What a page shows in place of its content: no peer, a link to what is no longer stored, and what a phone has room for.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser } from 'playwright-core';
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

for (const page of ['mesh', 'time'])
  test(`the page ${page} without a peer: it says so, and the console has no error`, async () => {
    const { page: shown, end } = await visit(browser, `${eyrie.url}#/${page}`);
    await shown.getByText('No peer on this machine').waitFor();
    const again = shown.waitForResponse((answer) => answer.url().endsWith('/status'));
    await shown.getByRole('button', { name: 'Look again' }).click();
    assert.equal((await again).status(), 200);
    await end();
  });

test('a link to a capture that is not stored: the page says so and leads to all captures', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?capture=99`);
  await page.getByText('Capture 99 is not stored any more').waitFor();
  await page.getByRole('button', { name: 'Show all captures' }).click();
  await page.getByText('5,125 packets').waitFor();
  await end();
});

test('a link to a packet that is not stored: its pane says so, until another packet is selected', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?packet=99999999`);
  await page.getByText('This packet is not stored any more').waitFor();
  await page.locator('.row[data-row="1"] .cell-summary:not(:empty)').click();
  await page.locator('.tree-line').first().waitFor();
  await end(/status of 404/);
});

test('Back with a dialog open: the dialog closes, and keys reach the page again', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await page.locator('tr[data-row="0"]').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await end();
});

test('a name from right to left, or with controls that reverse text, leaves the address beside it in place', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows`, {}, async (own) => {
    await own.route('**/flows?*', async (route) => {
      const answer = await route.fetch();
      const json = await answer.json();
      if (json.items.length < 2) return route.fulfill({ json });
      json.items[0].server_name = 'evil\u202egpj.exe';
      json.items[1].server_name = '\u05e9\u05e8\u05ea';
      await route.fulfill({ json });
    });
  });
  for (const [row, name] of [
    [0, 'evil\\u202egpj.exe'],
    [1, '\u05e9\u05e8\u05ea'],
  ] as const) {
    const cell = page.locator(`tr[data-row="${row}"]`);
    const left = async (what: string) => (await cell.locator(what).boundingBox())!.x;
    await cell.getByText(name, { exact: true }).waitFor();
    assert.ok((await left('.server-name + .mono')) > (await left('.server-name')), name);
  }
  await page.locator('tr[data-row="0"]').click({ button: 'right' });
  const filtered = page.waitForResponse((answer) => answer.url().includes('u202e'));
  await page.getByRole('menuitem', { name: 'Filter by name' }).click();
  assert.equal(await page.inputValue('#filter'), 'http.host == "evil\\u202egpj.exe"');
  assert.equal((await filtered).status(), 200);
  await end();
});

test('the session has ended: the page leads to the login', async () => {
  const error = {
    code: 'unauthorized',
    message: 'a token is needed',
    hint: 'send "Authorization: Bearer TOKEN"',
  };
  const { page, end } = await visit(browser, `${eyrie.url}#/hosts`, {}, async (own) => {
    await own.route('**/hosts?*', (route) => route.fulfill({ status: 401, json: { error } }));
  });
  assert.equal(await page.getByRole('link', { name: 'Log in' }).getAttribute('href'), '/login#/hosts');
  await end(/status of 401/);
});

test('a message is announced in a live region that was there before it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').waitFor();
  const region = page.locator('.toast');
  // A region without a box is not in the accessibility tree, and what appears with it is not announced.
  assert.equal(await region.evaluate((element) => element.getClientRects().length), 1);
  assert.equal(await region.evaluate((element) => getComputedStyle(element).opacity), '0');
  await page.getByLabel('Go to packet number or time').fill('nonsense');
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .getByText(/^Enter a packet number/)
    .waitFor();
  await end();
});

test('Follow stream opens with the focus on the data, so that arrow keys scroll it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').click();
  await page.keyboard.press('f');
  await page.locator('.piece').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'follow-body mono');
  await end();
});

test('a menu on which the pointer moves has one item in focus: the one below the pointer', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets`);
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy summary' }).hover();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Copy summary');
  await page.keyboard.press('ArrowUp');
  assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? '', /^Measure time/);
  await end();
});

/** The first element whose right edge is beyond its panel's. */
const OUTSIDE = () =>
  [...document.querySelectorAll('.panel-head *')].find(
    (each) =>
      each.getBoundingClientRect().right > each.closest('.panel')!.getBoundingClientRect().right + 0.5,
  )?.outerHTML ?? null;

test('on a phone all protocols are listed, in a list that can be scrolled', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview?protocols=list`, { viewport: PHONE });
  const list = page.locator('.protocol-lines');
  await list.getByRole('button', { name: 'TCP', exact: true }).waitFor();
  const [own, whole] = await list.evaluate(({ clientHeight, scrollHeight }) => [clientHeight, scrollHeight]);
  assert.ok(own! > 200 && whole! > own!, `${own} of ${whole}`);
  await end();
});

test('on a phone the tools of a panel stay within it, also with a second button', async () => {
  // One packet of 1970 makes the overview offer where the others are.
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { viewport: PHONE }, async (own) => {
    await own.route('**/timeline?*', async (route) => {
      const answer = await route.fetch();
      const timeline = await answer.json();
      const zeros = new Array(200).fill(0);
      const series = [{ key: 'TCP', packets: [1, ...zeros, 99], bytes: [1, ...zeros, 99] }];
      await route.fulfill({ json: { ...timeline, start: 0, step: 1e7, buckets: 202, series } });
    });
  });
  await page.getByRole('button', { name: 'Where the packets are' }).waitFor();
  assert.equal(await page.evaluate(OUTSIDE), null);
  await end();
});

test('a followed stream is part of the address: a link opens it, Back and Escape close it', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/packets?q=http`);
  const dialog = page.getByRole('dialog', { name: 'Follow stream' });
  await page.locator('.row[data-row="0"] .cell-summary:not(:empty)').click();
  await page.keyboard.press('f');
  const said = await dialog.locator('.piece').first().textContent();
  const link = page.url();
  assert.match(link, /[?&]follow=\d+/);
  await page.goBack();
  await dialog.waitFor({ state: 'detached' });
  assert.match(page.url(), /#\/packets\?q=http&packet=\d+$/);
  const other = await visit(browser, link);
  const linked = other.page.getByRole('dialog', { name: 'Follow stream' });
  assert.equal(await linked.locator('.piece').first().textContent(), said);
  await linked.getByRole('button', { name: /^tcp\.stream == \d+$/ }).waitFor();
  await other.page.keyboard.press('Escape');
  await linked.waitFor({ state: 'detached' });
  await other.page.waitForURL((address) => !address.hash.includes('follow'));
  await other.end();
  await end();
});

test('how a followed stream is shown is part of the address, too, and Back closes it at once', async () => {
  const { items } = (await (await fetch(`${eyrie.url}flows?q=http2%20%26%26%20tcp&limit=1`)).json()) as {
    items: { id: number }[];
  };
  const { page, end } = await visit(browser, `${eyrie.url}#/flows`);
  await page.evaluate((id) => (location.hash = `#/flows?follow=${id}`), items[0]!.id);
  const dialog = page.getByRole('dialog', { name: 'Follow stream' });
  await dialog.getByRole('button', { name: 'Hexadecimal' }).click();
  await dialog.getByRole('group', { name: 'Sides' }).getByRole('button').nth(2).click();
  await dialog.getByRole('button', { name: 'HTTP/2 stream' }).click();
  const chooser = dialog.getByLabel('Stream of the connection');
  await chooser.selectOption({ index: 1 });
  const shown = await dialog.locator('.piece').first().textContent();
  const link = page.url();
  assert.match(link, /follow=\d+&form=hex&side=1&as=http2&substream=\d+$/);
  await page.goBack();
  await dialog.waitFor({ state: 'detached' });
  assert.match(page.url(), /#\/flows$/);
  const other = await visit(browser, link);
  const linked = other.page.getByRole('dialog', { name: 'Follow stream' });
  assert.equal(await linked.locator('.piece').first().textContent(), shown);
  assert.equal(await linked.getByLabel('Stream of the connection').inputValue(), '1');
  await linked.getByRole('button', { name: 'Close' }).click();
  await other.page.waitForURL((address) => address.hash === '#/flows');
  await other.end();
  await end();
});

test('an address of another stream leads from one to the other; one that is not stored says so', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/flows?follow=1`);
  const dialog = page.getByRole('dialog', { name: 'Follow stream' });
  await dialog.locator('.piece').first().waitFor();
  await page.evaluate(() => (location.hash = '#/flows?follow=999999'));
  await dialog.getByText('This stream is not known').waitFor();
  assert.match(page.url(), /follow=999999$/);
  assert.equal(await dialog.getByRole('button', { name: 'Save' }).count(), 0);
  await page.keyboard.press('Escape');
  await page.waitForURL((address) => address.hash === '#/flows');
  for (const none of ['1.5', '1e999', '-1', 'x']) {
    await page.evaluate((text) => (location.hash = `#/flows?follow=${text}`), none);
    await page.waitForTimeout(50);
    assert.equal(await dialog.count(), 0, none);
  }
  await end(/status of 404/);
});

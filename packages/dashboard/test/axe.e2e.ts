// Nobody is kept out: axe-core finds nothing on any page, in both themes, on a desk and on a phone.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { complaints } from './support/axe.ts';
import { DESKTOP, PHONE, visit } from './support/browser.ts';
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

/** Each page, what must be there before it is judged, and what else is opened. */
const pages: [string, string, (page: Page) => Promise<void>][] = [
  ['overview', '.talker', async () => {}],
  [
    'packets?q=http.request',
    '.row[data-row="0"] .cell-summary:not(:empty)',
    async (page) => {
      await page.locator('.row[data-row="0"]').click();
      await page.locator('.tree-line').first().waitFor();
      await page.locator('.bytes-line').first().waitFor();
    },
  ],
  [
    'packets',
    '.row[data-row="0"] .cell-summary:not(:empty), .row[data-row="0"] .compact',
    async (page) => {
      await page.keyboard.press('Control+f');
      await page.getByLabel('Text to find').waitFor();
    },
  ],
  [
    'overview?protocols=list&q=frame.time_epoch >= 1795262000 %26%26 frame.time_epoch < 1795262050',
    '.protocol-lines .lines-share',
    async () => {},
  ],
  ['flows?follow=1', '.piece', async () => {}],
  ['packets?q=nosuch', '.state-title', async () => {}],
  ['flows/1', '.ladder-step', async () => {}],
  ['flows', 'tr[data-row="0"]', async () => {}],
  [
    'packets?q=arp',
    '.row[data-row="0"] .cell-summary:not(:empty), .row[data-row="0"] .compact',
    async (page) => {
      await page.locator('.row[data-row="0"]').click();
      await page.keyboard.press('m');
      await page.locator('.row-marked').waitFor();
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menu').waitFor();
    },
  ],
  ['hosts', 'tr[data-row="0"]', async () => {}],
  ['hosts?show=map', '.map canvas', async () => {}],
  ['analysis', '.io-canvas canvas', async () => {}],
  ['security', '.security-visits .state', async () => {}],
  // No peer runs here: that is what the page says.
  ['mesh', '.state', async () => {}],
  ['time', '.state', async () => {}],
  ['security?finder=expert', '.finding-card', async () => {}],
  ['hosts/192.168.10.101', '.host .lines', async () => {}],
  ['captures', '.capture-row', async () => {}],
  ['status', '.status-links', async () => {}],
  [
    'overview',
    '.talker',
    async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  ],
];

// Colours are judged in both themes and places in both sizes; test/palette.test.ts has every pair of colours.
for (const [size, viewport, colorScheme] of [
  ['desk', DESKTOP, 'light'],
  ['phone', PHONE, 'dark'],
] as const) {
  test(`${size}, ${colorScheme}: nothing to complain of`, async () => {
    const { page, end } = await visit(browser, `${eyrie.url}#/overview`, {
      viewport,
      colorScheme,
      bypassCSP: true,
      reducedMotion: 'reduce',
    });
    for (const [path, isThere, open] of pages) {
      await page.goto(`${eyrie.url}#/${path}`);
      await page.locator(isThere).first().waitFor();
      await open(page);
      assert.deepEqual(await complaints(page), [], path);
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(isWide, false, `${path} is wider than the screen`);
    }
    await end(/status of 400/);
  });
}

test('the page without findings: its links can be told from the text by more than their colour', async () => {
  const { page, end } = await visit(browser, 'about:blank', { bypassCSP: true }, async (own) => {
    const json = { items: [], next: null, is_exact: true };
    await own.route('**/findings?*', (route) => route.fulfill({ json }));
  });
  await page.goto(`${eyrie.url}#/security`);
  await page.getByText('The rules found nothing').waitFor();
  assert.deepEqual(await complaints(page), []);
  await page.getByRole('button', { name: 'Protocol expert' }).click();
  await page.getByText('The dissectors found nothing unusual').waitFor();
  await end(/asked/);
});

test("the theme is the system's, also when that changes, until the user chooses one", async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/overview`, { colorScheme: 'dark' });
  const isShown = (theme: string) =>
    page.locator(`html[data-theme="${theme}"]`).waitFor({ state: 'attached' });
  await isShown('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await isShown('light');
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await isShown('dark');
  await page.reload();
  await isShown('dark');
  await end();
});

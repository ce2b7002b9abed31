// The I/O graph in Chromium: series with filters, units and scales, zooming by mouse and by keys, and the way to the packets.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { until } from '../../../test/support/until.ts';
import { PHONE, visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import type { Eyrie } from './support/eyrie.ts';
import { swipe } from './support/fingers.ts';
import { officeEyrie, sharedBrowser } from './support/shared.ts';

let browser: Browser;
let eyrie: Eyrie;

before(async () => {
  bundle();
  eyrie = await officeEyrie();
  browser = await sharedBrowser();
});

const sumOf = (page: Page, i: number) => page.locator('.io-series').nth(i).locator('.io-sum');
const graph = (page: Page) => page.getByRole('slider', { name: 'I/O graph' });
const at = async (page: Page) => {
  // A graph that is drawn anew, as when a count comes, takes the place of the one before.
  const box = await until('the graph', () => page.locator('.io-canvas .u-over').boundingBox());
  return (share: number, y = 40): [number, number] => [box.x + box.width * share, box.y + y];
};

test('each series counts its filter; one that reads packets again is exact, a wrong one says so and is not applied', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis`);
  await sumOf(page, 0).filter({ hasText: '5,125 · 2.23 MB' }).waitFor();
  await page.getByRole('button', { name: 'Add a series' }).click();
  await page.getByRole('menuitem', { name: /^HTTP requests/ }).click();
  const rows = (await (await fetch(`${eyrie.url}packets?q=http.request&limit=1000`)).json()) as {
    items: object[];
  };
  await sumOf(page, 3)
    .filter({ hasText: `${rows.items.length} ·` })
    .waitFor();
  assert.ok(!(await sumOf(page, 3).textContent())!.includes('at most'));
  const field = page.getByLabel('Display filter of dns');
  await field.fill('dns &&');
  await field.press('Enter');
  await page.locator('#io-2-error').waitFor();
  await sumOf(page, 2).filter({ hasText: '404' }).waitFor();
  await field.fill('dns.flags.response == 1');
  await field.press('Enter');
  await page.getByLabel('Display filter of dns.flags.response == 1').waitFor();
  assert.match(
    decodeURIComponent(page.url()),
    /series=.*"dns.flags.response == 1"|series=.*dns\.flags\.response/,
  );
  await page.reload();
  await sumOf(page, 3)
    .filter({ hasText: `${rows.items.length} ·` })
    .waitFor();
  await end();
});

test('a drag zooms to a time, in finer steps; Back and a button show all again', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/graph`);
  await page.getByText('in steps of 1 s').waitFor();
  await page.locator('.io-canvas canvas').waitFor();
  const place = await at(page);
  await page.mouse.move(...place(0.3));
  await page.mouse.down();
  await page.mouse.move(...place(0.4), { steps: 4 });
  await page.mouse.up();
  await page.getByText('in steps of 100 ms').waitFor();
  assert.match(page.url(), /from=\d+&to=\d+/);
  await page.goBack();
  await page.getByText('in steps of 1 s').waitFor();
  await page.goForward();
  await page.getByText('in steps of 100 ms').waitFor();
  await page.getByRole('button', { name: 'Whole time' }).click();
  await page.getByText('in steps of 1 s').waitFor();
  await end();
});

test('by the keys: arrows read values, Shift and Enter zoom, 0 shows all, Enter lists the packets of the bucket', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/graph`);
  await page.locator('.io-canvas canvas').waitFor();
  await sumOf(page, 0).filter({ hasText: '5,125' }).waitFor();
  await graph(page).focus();
  await page.keyboard.press('ArrowRight');
  assert.match(
    (await graph(page).getAttribute('aria-valuetext'))!,
    /^\d\d:\d\d:\d\d, All packets 20 packets, /,
  );
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByText('in steps of 10 ms').waitFor();
  await page.keyboard.press('0');
  await page.getByText('in steps of 1 s').waitFor();
  await graph(page).focus();
  // The steps are named before their counts have come.
  await until('the first step', async () => {
    await page.keyboard.press('Home');
    return (await graph(page).getAttribute('aria-valuetext'))?.includes('All packets 20 packets');
  });
  await page.keyboard.press('Enter');
  await page.getByText('20 packets of 5,125').waitFor();
  assert.match(await page.inputValue('#filter'), /^frame\.time_epoch >= \d+ && frame\.time_epoch < \d+$/);
  await end();
});

test('a click lists the packets of the nearest series there', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/graph?detail=coarse`);
  await page.getByLabel('Draw all packets').uncheck();
  await page.getByLabel('Draw tcp.analysis.flags').uncheck();
  await sumOf(page, 0).filter({ hasText: 'not drawn' }).waitFor();
  await page.locator('.io-canvas canvas').waitFor();
  await page.mouse.click(...(await at(page))(0.005));
  await page.locator('.row[data-row="0"] .cell-protocol', { hasText: /DNS/ }).waitFor();
  assert.match(
    await page.inputValue('#filter'),
    /^dns && frame\.time_epoch >= \d+ && frame\.time_epoch < \d+$/,
  );
  await end();
});

test('units have an axis each, and a logarithmic scale is part of the address', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/graph`);
  await page.locator('.io-canvas canvas').waitFor();
  await page.getByLabel('Unit of dns').selectOption('bits');
  await page.getByRole('button', { name: 'Per second' }).click();
  await page.getByRole('button', { name: 'Log', exact: true }).click();
  await sumOf(page, 2).filter({ hasText: '404' }).waitFor();
  await graph(page).focus();
  await page.keyboard.press('ArrowRight');
  assert.match(
    (await graph(page).getAttribute('aria-valuetext'))!,
    /All packets 20\/s packets.*dns [\d.]+ k?bit\/s bits/,
  );
  assert.match(page.url(), /scale=log/);
  await end();
});

test('no series, no packets at a time, and a phone: each says what there is; fingers zoom and choose a time', async () => {
  const { page, end } = await visit(browser, `${eyrie.url}#/analysis/graph?from=1&to=2`, {
    viewport: PHONE,
    hasTouch: true,
  });
  await page.getByText('No packets at this time').waitFor();
  await page.getByRole('button', { name: 'Whole time' }).click();
  await page.locator('.io-canvas canvas').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  const remove = () =>
    page
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click();
  await remove();
  await remove();
  const seconds = () => {
    const { from, to } = Object.fromEntries(new URLSearchParams(page.url().split('?')[1]));
    return Number(to) - Number(from);
  };
  const plot = page.locator('.io-canvas .u-over');
  const steps = page.locator('.io-panel .panel-note');
  await steps.filter({ hasText: 'in steps of 1 s' }).waitFor();
  await swipe(plot, [0.4, 0.1], [0.6, 0.9]);
  await steps.filter({ hasText: 'in steps of 500 ms' }).waitFor();
  // A quarter of 3 min 39 s.
  assert.ok(seconds() > 50 && seconds() < 62, `${seconds()} s`);
  await swipe(plot, [0.1, 0.4], [0.9, 0.6]);
  await steps.filter({ hasText: 'in steps of 1 s' }).waitFor();
  await swipe(plot, [0.2, 0.45]);
  await steps.filter({ hasText: 'in steps of 500 ms' }).waitFor();
  assert.ok(seconds() > 50 && seconds() < 62, `${seconds()} s`);
  await remove();
  await page.getByText('No series is drawn').waitFor();
  await end();
});

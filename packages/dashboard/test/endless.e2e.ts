// Tests of the page with ten million packets and an hour of live updates: bounded memory, access to any row.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { short } from '../src/format/numbers.ts';
import { visit } from './support/browser.ts';
import { bundle } from './support/bundle.ts';
import { captureAt, PACKETS, packet, ratesAt, startEndless } from './support/endless.ts';
import { sharedBrowser } from './support/shared.ts';

let browser: Browser;
let server: { url: string; close: () => void };

before(async () => {
  bundle();
  server = await startEndless();
  browser = await sharedBrowser();
});
after(async () => {
  server?.close();
});

/** Opens a page whose live channel is controlled by the test. */
async function open(path: string) {
  const sockets: WebSocketRoute[] = [];
  const visited = await visit(browser, `${server.url}#/${path}`, {}, (page) =>
    page.routeWebSocket(/\/live$/, (socket) => {
      sockets.push(socket);
    }),
  );
  const send = (channel: string, data: unknown) => sockets.at(-1)!.send(JSON.stringify({ channel, data }));
  return { ...visited, sockets, send };
}

function numbers(page: Page): Promise<number[]> {
  return page
    .locator('.row .cell-number:not(:empty)')
    .allTextContents()
    .then((texts) => texts.map((text) => Number(text.replaceAll(',', ''))));
}

test('any of ten million rows can be reached by scroll bar, keys and number', async () => {
  const { page, end } = await open('packets');
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  assert.equal(await page.locator('.list').getAttribute('aria-rowcount'), String(PACKETS + 1));

  await page.locator('.list').evaluate((list) => {
    list.scrollTop = list.scrollHeight / 2;
  });
  // The previous rows stay until the new ones are loaded.
  await page.waitForFunction(() => {
    const cells = [...document.querySelectorAll('.row .cell-number:not(:empty)')];
    return cells.length > 20 && cells.every((cell) => cell.textContent.length >= '1,000,000'.length);
  });
  const middle = await numbers(page);
  assert.ok(Math.abs(middle[0]! - PACKETS / 2) < PACKETS / 1000, `${middle[0]} is about the middle`);
  assert.ok(
    middle.every((number, i) => i === 0 || number === middle[i - 1]! + 1),
    'none is left out',
  );

  await page.locator('.list').focus();
  await page.keyboard.press('End');
  const last = page.locator(`.row[data-row="${PACKETS - 1}"]`);
  await last.locator('.cell-number', { hasText: '10,000,000' }).waitFor();
  await page.locator('.tree-line', { hasText: 'Frame 10000000' }).waitFor();
  assert.equal(await last.locator('.cell-src').textContent(), packet(PACKETS).src);

  await page.keyboard.press('Control+g');
  await page.keyboard.type('7654321');
  await page.keyboard.press('Enter');
  await page.locator('.row', { has: page.locator('.cell-number', { hasText: '7,654,321' }) }).waitFor();
  await end();
});

test('the menu of a row that is not loaded yet opens once it is', async () => {
  const { page, end } = await open('packets');
  await page.locator('.row[data-row="0"] .cell-number:not(:empty)').waitFor();
  const held = Promise.withResolvers<void>();
  await page.route(/\/packets\?/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.locator('.list').evaluate((list) => {
    list.scrollTop = list.scrollHeight / 3;
  });
  const coming = page.locator('.row-coming .cell-dst').nth(20);
  await coming.click({ button: 'right' });
  assert.equal(await page.getByRole('menu').count(), 0);
  held.resolve();
  await page
    .getByRole('menu')
    .getByText(/^ip\.dst == /)
    .waitFor();
  await page.locator('.row[aria-selected="true"]').waitFor();
  await end();
});

test('ten million rows sorted by a column load page by page', async () => {
  const { page, end } = await open('packets');
  await page.locator('.row[data-row="0"] .cell-length:not(:empty)').waitFor();
  const lengths = () =>
    page
      .locator('.row .cell-length:not(:empty)')
      .allTextContents()
      .then((texts) => texts.map(Number));
  await page.getByRole('button', { name: 'Length' }).click();
  await page.waitForFunction(
    () => document.querySelector('.row[data-row="0"] .cell-length')?.textContent === '60',
  );
  assert.ok((await lengths()).every((length) => length === 60));
  await page.getByRole('button', { name: 'Length' }).click();
  await page.waitForFunction(
    () => document.querySelector('.row[data-row="0"] .cell-length')?.textContent === '1,459',
  );
  await page.locator('.list').evaluate((list) => {
    list.scrollTop = list.scrollHeight;
  });
  await page.waitForFunction(
    () => Number(document.querySelector('.list')?.getAttribute('aria-rowcount')) > 400,
  );
  await page.getByRole('button', { name: 'No.' }).click();
  await page.waitForFunction(
    () => document.querySelector('.list')?.getAttribute('aria-rowcount') === '10000001',
  );
  await end();
});

test('a lost connection is announced, the data stays, and the page reconnects by itself', async () => {
  const { page, sockets, send, end } = await open('overview');
  await page.locator('.talker').first().waitFor();
  await sockets[0]!.close();
  await page.getByRole('alert').getByText('No connection to the server.').waitFor();
  assert.ok((await page.locator('.talker').count()) > 0, 'what was there stays');
  await page.getByText('No connection to the server.').waitFor({ state: 'detached' });
  assert.ok(sockets.length >= 2);
  send('rates', ratesAt(1));
  await page.locator('.pulse-live').waitFor();
  await end();
});

const TICKS = 2400; // one a second
const GROWTH_BYTES_MAX = 1_800_000;

test('memory does not grow over 40 minutes of live updates', async () => {
  const { page, send, end } = await open('overview');
  await page.locator('.talker').first().waitFor();
  const session = await page.context().newCDPSession(page);
  const used = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  /** Waits until the update of this tick is rendered. */
  const settle = async (tick: number) => {
    const rate = `${short(ratesAt(tick).packets_per_second)}/s`;
    await page.locator('.pulse-live', { hasText: rate }).waitFor();
  };
  let early = 0;
  for (let tick = 1; tick <= TICKS; tick++) {
    send('rates', ratesAt(tick));
    if (tick % 10 === 0) send('captures', [captureAt(tick)]);
    if (tick % 300 === 0) await settle(tick);
    if (tick === 600) early = await used();
  }
  const late = await used();
  assert.ok(late - early < GROWTH_BYTES_MAX, `${early} bytes after ten minutes, ${late} after forty`);
  await end();
});

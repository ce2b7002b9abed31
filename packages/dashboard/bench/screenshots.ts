// Takes the screenshots in docs/images from a server with the bundled samples and a mesh peer:
//   npx eyrie up --port 5050 &  node packages/dashboard/bench/screenshots.ts http://127.0.0.1:5050/ [NAME …]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { DESKTOP, PHONE, startBrowser } from '../test/support/browser.ts';

type Picture = readonly [
  name: string,
  theme: 'light' | 'dark',
  path: string,
  isThere: string,
  act?: (page: Page) => Promise<void>,
];

const folder = join(import.meta.dirname, '../../../docs/images');
const SETTLE_MS = 900;

async function openPacket(page: Page): Promise<void> {
  await page.locator('.row[data-row="5"]').click();
  await page.keyboard.press('m');
  await page.locator('.row[data-row="2"]').click();
  await page.locator('.bytes-line').first().waitFor();
  await page.locator('.tree').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem', { name: /^Host: / }).click();
  await page.locator('.toast:empty').waitFor({ state: 'attached' });
}

async function point(page: Page): Promise<void> {
  await page.locator('.map').focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
}

/** The largest flow: where it lost segments. */
async function drawFlow(page: Page): Promise<void> {
  await page.locator('tr[data-row="0"]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Ladder and graphs' }).click();
  await page.getByRole('button', { name: 'Sequence' }).click();
  const over = page.locator('.stream-canvas .u-over');
  await over.waitFor();
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.82, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.92, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(box.x + box.width * 0.33, box.y + 200);
}

async function chooseOffice(page: Page): Promise<void> {
  await page.getByLabel('Capture', { exact: true }).selectOption({ label: 'office-hour.pcapng' });
}

/** The busiest second. */
async function readGraph(page: Page): Promise<void> {
  await chooseOffice(page);
  await page.locator('.io-sum', { hasText: '5,125' }).waitFor();
  const box = (await page.locator('.io-canvas .u-over').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.306, box.y + 120);
}

async function openFile(page: Page): Promise<void> {
  await chooseOffice(page);
  await page.locator('.files tr', { hasText: 'stool.png' }).first().click();
  await page.locator('.file-picture img').waitFor();
}

const pictures: readonly Picture[] = [
  ['overview', 'light', 'overview', '.talker'],
  [
    'packets',
    'light',
    'packets?q=http.request%20%26%26%20tcp',
    '.row[data-row="2"] .cell-summary:not(:empty)',
    openPacket,
  ],
  ['flows', 'light', 'flows', 'tr[data-row="0"]'],
  ['flow', 'light', 'flows', 'tr[data-row="0"]', drawFlow],
  ['io-graph', 'light', 'analysis', '.io-canvas canvas', readGraph],
  ['files', 'light', 'analysis/files', '.files tr[data-row="3"]', openFile],
  ['hosts', 'dark', 'hosts?show=map', '.map canvas', point],
  ['host', 'light', 'hosts/192.168.10.101', '.host .lines'],
  // These need samples/port-scan.pcapng in the store and a mesh peer on this machine.
  ['security', 'light', 'security', '.finding-card'],
  ['mesh', 'light', 'mesh?colour=memory.used&ask=3 peers order by cpu.free', '.query-rows tbody tr'],
  ['time', 'light', 'time', '.clock-bar, .time-clocks td'],
  ['captures', 'light', 'captures', '.capture-row'],
  ['status', 'dark', 'status', '.status-links'],
];

/** All screenshots, unless names are given. */
const [url = 'http://127.0.0.1:5000/', ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await startBrowser();
for (const [size, viewport] of [
  ['', DESKTOP],
  ['-phone', PHONE],
] as const) {
  for (const [name, colorScheme, path, isThere, act] of pictures) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const context = await browser.newContext({ viewport, colorScheme, locale: 'en-US', timezoneId: 'UTC' });
    const page = await context.newPage();
    await page.goto(`${url}#/${path}`);
    await page.locator(isThere).first().waitFor();
    // The link to the time page appears once the peer is known.
    await page.locator('.pages a[href*="time"]').waitFor();
    await act?.(page);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: join(folder, `${name}${size}.png`) });
    await context.close();
  }
}
await browser.close();

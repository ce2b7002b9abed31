// Benchmark of the page in Chromium over ten million packets: node packages/dashboard/bench/page.ts [URL]
// Without a URL, test/support/endless.ts generates the packets, so that only the page is measured. With one, the
// figures include that server and its store.

import { cpus } from 'node:os';
import type { Page } from 'playwright-core';
import { DESKTOP, startBrowser } from '../test/support/browser.ts';
import { bundle, gzipBytesOf, sentBytesOf } from '../test/support/bundle.ts';
import { startEndless } from '../test/support/endless.ts';

const RUNS = 5;
const JUMPS = 40;
const WHEELS = 120;

interface Result {
  what: string;
  value: number;
  unit: string;
  limit: number;
}

const given = process.argv[2];
const manifest = bundle();
const server = given === undefined ? await startEndless() : { url: given, close: () => {} };
const browser = await startBrowser();
const results: Result[] = [];

results.push({
  what: 'page, scripts and styles, gzip',
  value: gzipBytesOf(manifest) / 1000,
  unit: 'kB',
  limit: 150,
});
try {
  results.push({
    what: 'page, what a visit loads, with fonts (brotli)',
    value: (await sentUnasked()) / 1000,
    unit: 'kB',
    limit: 150,
  });
  results.push(...(await firstSight()), await scrolling(), await connectionMap());
} finally {
  await browser.close();
  server.close();
}

console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores; Chromium ${browser.version()}; ${server.url}`,
);
for (const { what, value, unit, limit } of results) {
  const verdict = value <= limit ? 'met' : 'NOT MET';
  console.log(
    `${what.padEnd(44)} ${value.toFixed(1).padStart(8)} ${unit}   limit ${limit} ${unit}   ${verdict}`,
  );
}

/** Bytes of all that a browser loads unless something else is opened: the first page, and then the others. */
async function sentUnasked(): Promise<number> {
  const page = await browser.newPage({ locale: 'en-US' });
  const loaded = new Set([manifest.index]);
  page.on('request', (request) => loaded.add(new URL(request.url()).pathname));
  await page.goto(server.url);
  await page.waitForLoadState('networkidle');
  await page.close();
  return sentBytesOf(manifest, loaded);
}

/** Runs `work` in a new page, with an observer for long tasks installed before the page's own scripts. */
async function within<T>(path: string, work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-US' });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const long: number[] = [];
    Object.assign(window, { longTasks: long });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(`${server.url}#/${path}`);
  try {
    return await work(page);
  } finally {
    await context.close();
  }
}

async function firstSight(): Promise<Result[]> {
  const paints: number[] = [];
  const fills: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await within('overview', async (page) => {
      await page.waitForFunction(
        () =>
          document.querySelector('.timeline canvas, .state-title') !== null &&
          document.querySelectorAll('.talker, .lines li').length > 0,
      );
      fills.push(await page.evaluate(() => performance.now()));
      paints.push(
        await page.evaluate(
          () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
        ),
      );
    });
  }
  return [
    { what: `first contentful paint, median of ${RUNS}`, value: median(paints), unit: 'ms', limit: 1000 },
    { what: `overview filled, median of ${RUNS}`, value: median(fills), unit: 'ms', limit: 1500 },
  ];
}

/** The longest task while scrolling by wheel, by the bar and by a held key; 0 if none took more than 50 ms. */
async function scrolling(): Promise<Result> {
  return within('packets', async (page) => {
    await page.waitForSelector('.row[data-row="5"] .cell-protocol:not(:empty)');
    await page.evaluate(() => {
      (window as unknown as { longTasks: number[] }).longTasks.length = 0;
    });
    await page.mouse.move(600, 300);
    for (let i = 0; i < WHEELS; i++) await page.mouse.wheel(0, 300);
    for (let i = 0; i < JUMPS; i++) {
      await page.evaluate(
        (share) => {
          const list = document.querySelector('.list')!;
          list.scrollTop = share * list.scrollHeight;
        },
        ((i * 37) % 100) / 100,
      );
      await page.waitForTimeout(40);
    }
    await page.focus('.list');
    for (let i = 0; i < 60; i++) await page.keyboard.press('PageDown');
    await page.waitForTimeout(300);
    const long = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
    return {
      what: 'longest task while ten million rows scroll',
      value: Math.max(0, ...long),
      unit: 'ms',
      limit: 50,
    };
  });
}

async function connectionMap(): Promise<Result> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await within('hosts?show=map&hosts=1000', async (page) => {
      await page.waitForFunction(() => performance.getEntriesByName('map-drawn').length > 0);
      times.push(
        await page.evaluate(() =>
          performance.getEntriesByName('map-drawn').reduce((sum, { duration }) => Math.max(sum, duration), 0),
        ),
      );
    });
  }
  return {
    what: `map of 1,000 hosts laid out and drawn, median of ${RUNS}`,
    value: median(times),
    unit: 'ms',
    limit: 200,
  };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

// Benchmark of the page while packets stream in: replays a capture at a constant rate into `eyrie up`, while Chromium
// changes pages and filters.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';
import type { Rates } from '../src/api/types.ts';
import { DESKTOP, startBrowser } from '../test/support/browser.ts';
import { bundle } from '../test/support/bundle.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Warm-up: the cost of first pages and indexes is not measured. */
const WARM_MS = 5_000;
const STAY_MS = 5_000;
/** Timeout for a page to show its content. */
const WAIT_MS = 30_000;

const HELP = `Measures the page while packets stream in.

  node packages/dashboard/bench/stream.ts CAPTURE [options]

  CAPTURE       a pcap file, replayed at a constant rate
  --rate N      packets/s (100000)
  --seconds N   how long (60)

Example: node packages/dashboard/bench/stream.ts mixed.pcap --rate 20000
`;

const { values, positionals } = argumentsOf(
  HELP,
  { rate: { type: 'string', default: '100000' }, seconds: { type: 'string', default: '60' } },
  [1, 1],
);
const [capture = ''] = positionals;
const rate = positive('--rate', values.rate);
const seconds = positive('--seconds', values.seconds);
const folder = mkdtempSync(join(tmpdir(), 'eyrie-stream-'));

bundle();
const paced = join(folder, 'paced.pcap');
writeFileSync(paced, atPace(readFileSync(capture), rate));
const { child, url } = await startEyrie(paced);
const browser = await startBrowser();
try {
  const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-US' });
  const page = await context.newPage();
  await page.addInitScript(watchTasks);
  const devtools = await context.newCDPSession(page);
  await page.goto(`${url}#/overview`);
  await page.locator('.pulse-live').waitFor();
  await page.waitForTimeout(WARM_MS);
  const before = await memory(devtools);
  await page.evaluate('longTasks.length = 0; frames.length = 0');
  await browser.startTracing(page, { categories: ['toplevel'] });
  const begun = await rates();
  const waits = await lookAround(page);
  const ended = await rates();
  const worked = processorMs(JSON.parse((await browser.stopTracing()).toString()));
  const after = await memory(devtools);
  const found = await page.evaluate<{ longTasks: number[]; frames: number[] }>('({ longTasks, frames })');
  report(begun, ended, waits, { ...found, worked }, after - before);
} finally {
  await browser.close();
  child.kill('SIGINT');
  await once(child, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

/** Rewrites the timestamps to a constant rate. Input: classic pcap, little-endian, microseconds. */
function atPace(file: Buffer, packetsPerSecond: number): Buffer {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error('a classic pcap file of microseconds is wanted');
  const start = file.readUInt32LE(FILE_HEADER);
  for (let at = FILE_HEADER, i = 0; at + RECORD_HEADER <= file.length; i++) {
    const us = Math.floor((i * 1e6) / packetsPerSecond);
    file.writeUInt32LE(start + Math.floor(us / 1e6), at);
    file.writeUInt32LE(us % 1e6, at + 4);
    at += RECORD_HEADER + file.readUInt32LE(at + 8);
  }
  return file;
}

async function startEyrie(file: string): Promise<{ child: ChildProcess; url: string }> {
  const eyrie = join(import.meta.dirname, '../../cli/bin/eyrie.js');
  const store = `duckdb:${join(folder, 'store.duckdb')}`;
  const flags = ['--speed', 'recorded', '--loop', '--port', '0', '--store', store, '--log-folder', ''];
  const started = spawn(process.execPath, [eyrie, 'up', file, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const address = new Promise<string>((resolve, reject) => {
    for (const stream of [started.stdout!, started.stderr!])
      stream.on('data', (part) => {
        said += part;
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (found !== null) resolve(`${found[0]}/`);
      });
    started.once('exit', () => reject(new Error(said)));
  });
  return { child: started, url: await address };
}

/** Installed before the page's own scripts. */
function watchTasks(): void {
  const longTasks: number[] = [];
  const frames: number[] = [];
  Object.assign(window, { longTasks, frames });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: 'longtask' });
  let last = performance.now();
  requestAnimationFrame(function next(now) {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(next);
  });
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  args: { name?: string };
  /** CPU time in microseconds. */
  tdur?: number;
}

/**
 * CPU time of each task on the page's main thread, in milliseconds. The wall-clock time of a task also contains waiting
 * for a CPU, which depends on the load of the machine.
 */
function processorMs({ traceEvents }: { traceEvents: readonly TraceEvent[] }): number[] {
  const mains = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const tasksOf = ({ pid, tid }: TraceEvent) =>
    traceEvents.filter(
      (event) =>
        event.ph === 'X' && event.pid === pid && event.tid === tid && event.name.endsWith('::RunTask'),
    );
  return mains.flatMap(tasksOf).map(({ tdur = 0 }) => tdur / 1000);
}

async function memory(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}

/** The number of packets stored so far, and the time of the measurement. */
async function rates(): Promise<{ packets: number; ms: number }> {
  const summary = (await (await fetch(`${url}protocol_summary`)).json()) as Pick<Rates, 'packets'>;
  return { packets: summary.packets, ms: performance.now() };
}

/** Changes pages until the time is over. @returns the milliseconds until content was shown, by page */
async function lookAround(page: Page): Promise<Map<string, number[]>> {
  const waits = new Map<string, number[]>();
  const looks: readonly (readonly [what: string, path: string, isThere: string])[] = [
    ['Overview', '#/overview', '.talker'],
    ['Packets', '#/packets', '.row .cell-protocol:not(:empty)'],
    ['Packets, a filter', '#/packets?q=dns', '.row .cell-protocol:not(:empty)'],
    ['Flows', '#/flows', 'tr[data-row="0"], .state-title'],
    ['Hosts', '#/hosts', 'tr[data-row="0"]'],
  ];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    for (const [what, path, isThere] of looks) {
      const begun = performance.now();
      await page.evaluate(`location.hash = ${JSON.stringify(path)}`);
      await page
        .locator(isThere)
        .first()
        .waitFor({ timeout: WAIT_MS })
        .catch(() => {});
      waits.set(what, [...(waits.get(what) ?? []), performance.now() - begun]);
      await page.waitForTimeout(STAY_MS);
    }
  }
  return waits;
}

function report(
  begun: { packets: number; ms: number },
  ended: { packets: number; ms: number },
  waits: ReadonlyMap<string, readonly number[]>,
  found: { longTasks: readonly number[]; frames: readonly number[]; worked: readonly number[] },
  grownBytes: number,
): void {
  const { longTasks, frames, worked } = found;
  const passed = (ended.ms - begun.ms) / 1000;
  const processor = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`;
  console.log(
    `${processor}; Chromium ${browser.version()}; ${ended.packets.toLocaleString('en-US')} packets stored`,
  );
  const line = (what: string, value: string) => console.log(`${what.padEnd(44)} ${value}`);
  line('stored', `${Math.round((ended.packets - begun.packets) / passed).toLocaleString('en-US')} packets/s`);
  line(
    'tasks over 50 ms',
    `${longTasks.length} in ${passed.toFixed(0)} s, the longest ${Math.max(0, ...longTasks)} ms`,
  );
  line(
    'of them by processor time',
    `${worked.filter((ms) => ms > 50).length}, the longest ${Math.max(0, ...worked).toFixed(0)} ms`,
  );
  line('time between frames, 99 %', `${quantile(frames, 0.99).toFixed(1)} ms`);
  line('page memory, grown by', `${(grownBytes / 1e6).toFixed(1)} MB`);
  for (const [what, each] of waits)
    line(
      `${what}: from click to rows, median (most)`,
      `${quantile(each, 0.5).toFixed(0)} ms (${Math.max(...each).toFixed(0)} ms)`,
    );
}

function quantile(all: readonly number[], q: number): number {
  return [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * q))] ?? Number.NaN;
}

// Tests of random access to rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PacketRow, Timeline } from '../src/api/types.ts';
import { type Asks, RowTree, type Span } from '../src/list/row-tree.ts';

function fail(error: unknown): never {
  throw error;
}

const START = 1_763_712_000;

/** A fake API over rows with these times, in milliseconds after START. */
function server(times: number[]) {
  const rows = [...times]
    .sort((a, b) => a - b)
    .map((ms, i) => ({ id: i + 1, capture: 1, time: text(ms) }) as PacketRow);
  const asked = { rows: 0, timelines: 0 };
  const within = ({ from, to }: Span) =>
    rows.filter(
      ({ time }) =>
        (from === null || Number(time) >= Number(from)) && (to === null || Number(time) < Number(to)),
    );
  const asks: Asks = {
    async timeline(span) {
      asked.timelines++;
      const chosen = within(span);
      return buckets(chosen.map(({ time }) => Math.round((Number(time) - START) * 1000)));
    },
    async rows(span, limit, after) {
      asked.rows++;
      const chosen = within(span);
      const from = Number(after ?? 0);
      return {
        items: chosen.slice(from, from + limit),
        next: from + limit < chosen.length ? String(from + limit) : null,
      };
    },
  };
  return { rows, asks, asked };
}

function text(ms: number): string {
  return `${START + Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
}

const BUCKETS = 50;

/** A timeline with fewer than BUCKETS buckets; their width is 1, 2 or 5 times a power of ten milliseconds. */
function buckets(times: number[]): Timeline {
  if (times.length === 0) return { start: 0, step: 1, buckets: 0, series: [], is_exact: true };
  const first = Math.min(...times);
  const last = Math.max(...times);
  let step = 1;
  for (const width of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]) {
    step = width;
    if (Math.floor(last / width) - Math.floor(first / width) < BUCKETS) break;
  }
  const start = Math.floor(first / step) * step;
  const packets = new Array<number>(Math.floor((last - start) / step) + 1).fill(0);
  for (const time of times) packets[Math.floor((time - start) / step)]!++;
  return {
    start: START + start / 1000,
    step: step / 1000,
    buckets: packets.length,
    series: [{ key: 'all', packets, bytes: packets }],
    is_exact: true,
  };
}

async function rowOf(tree: RowTree, number: number): Promise<PacketRow | null> {
  tree.want(number, number + 1);
  for (let i = 0; i < 200 && tree.row(number) === null; i++)
    await new Promise((resolve) => setImmediate(resolve));
  return tree.row(number);
}

test('any row is found by its number, for any distribution of times', async () => {
  // Bursts and gaps: times are clustered.
  const crowd = fc.tuple(
    fc.integer({ min: 0, max: 500_000 }),
    fc.integer({ min: 1, max: 900 }),
    fc.integer({ min: 1, max: 2000 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(crowd, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (crowds, share) => {
        const times = crowds.flatMap(([at, size, width]) =>
          Array.from({ length: size }, (_, i) => at + ((i * 37) % width)),
        );
        const { rows, asks } = server(times);
        const tree = new RowTree(asks, () => {}, fail);
        await tree.count([1]);
        assert.equal(tree.total, rows.length);
        for (const number of [0, rows.length - 1, Math.floor(share * rows.length)]) {
          assert.equal((await rowOf(tree, number))?.id, rows[number]!.id);
        }
        const wanted = rows[Math.floor(share * rows.length)]!;
        const other = new RowTree(asks, () => {}, fail);
        await other.count([1]);
        assert.equal(await other.find(wanted), wanted.id - 1);
      },
    ),
    { numRuns: 40 },
  );
});

test('a jump fetches the rows at its target only', async () => {
  const { rows, asks, asked } = server(Array.from({ length: 60_000 }, (_, i) => i * 7));
  const tree = new RowTree(asks, () => {}, fail);
  await tree.count([1]);
  assert.equal((await rowOf(tree, 41_234))?.id, rows[41_234]!.id);
  assert.ok(asked.rows <= 2 && asked.timelines <= 3, `${asked.rows} pages, ${asked.timelines} timelines`);
});

test('a thousand packets with one timestamp load page by page', async () => {
  const { asks } = server(new Array(2500).fill(5));
  const tree = new RowTree(asks, () => {}, fail);
  await tree.count([1]);
  assert.equal((await rowOf(tree, 2400))?.id, 2401);
});

test('captures are listed one after the other', async () => {
  const { asks } = server([1, 2, 3]);
  const tree = new RowTree(asks, () => {}, fail);
  await tree.count([1, 2]);
  assert.equal(tree.total, 6);
  assert.equal((await rowOf(tree, 3))?.id, 1);
});

test('loaded rows are kept when the capture grows', async () => {
  const times = Array.from({ length: 900 }, (_, i) => i * 10);
  const first = server(times);
  let now = first.asks;
  const tree = new RowTree(
    { timeline: (span) => now.timeline(span), rows: (span, limit, after) => now.rows(span, limit, after) },
    () => {},
    fail,
  );
  await tree.count([1]);
  await rowOf(tree, 0);
  now = server([...times, 9001, 9002]).asks;
  await tree.count([1]);
  assert.equal(tree.total, 902);
  assert.equal(tree.row(0)?.id, 1, 'not asked for again');
  assert.equal((await rowOf(tree, 901))?.id, 902);
});

test('after a failed request the next one waits, and the rows come then', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { asks, asked } = server([0, 1, 2]);
  let isAway = true;
  const problems: unknown[] = [];
  const tree: RowTree = new RowTree(
    {
      ...asks,
      rows: async (...which) => {
        const page = await asks.rows(...which);
        if (isAway) throw new Error('away');
        return page;
      },
    },
    () => tree.want(0, 3),
    (problem) => problems.push(problem),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await tree.count([1]);
  for (let i = 0; i < 5; i++) await settle();
  assert.deepEqual([asked.rows, problems.length, tree.row(0)], [1, 1, null]);
  isAway = false;
  t.mock.timers.tick(2000);
  await settle();
  assert.deepEqual([asked.rows, tree.row(2)?.id], [2, 3]);
});

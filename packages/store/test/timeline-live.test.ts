// Buckets over time while packets are being stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeline } from '../src/query/timeline.ts';

test('timeline, a batch stored after its span was looked up: the batch is left out, counts stay numbers', async () => {
  const second = 1_000_000_000n;
  const answers: unknown[][][] = [
    // First and last time of all batches, width of their tallies, then the tallies.
    [[0n, 3n * second]],
    [[second]],
    [0, 3, 4].map((bucket) => [bucket, '0', 2, 120, 0]),
  ];
  const database = {
    dialect: { divide: (a: string, b: string) => `${a} / ${b}` },
    all: async () => answers.shift()!,
  };
  const all = {
    isWhole: true,
    isExact: true,
    capture: null,
    from: null,
    to: null,
    upper: 'true',
    rest: null,
  };
  const selector = { select: async () => all };
  const { buckets, series } = await timeline(database as never, database as never, selector as never, {
    buckets: 4,
  });
  assert.equal(buckets, 4);
  assert.deepEqual(series, [{ name: null, packets: [2, 0, 0, 2], bytes: [120, 0, 0, 120] }]);
});

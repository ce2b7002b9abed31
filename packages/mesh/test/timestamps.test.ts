// Times that increase, whatever the clock does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timestamps } from '../src/timestamps.ts';

const FRESH_MS = 1_000;

test('times increase while the clock stands, and while it is set back by no more than receivers accept', () => {
  let nowMs = 5_000;
  const times = new Timestamps({ nowMs: () => nowMs }, FRESH_MS);
  const taken = [5_000, 5_000, 5_000, 6_000, 5_001, 7_000].map((each) => {
    nowMs = each;
    return times.nextMs();
  });
  assert.deepEqual(taken, [5_000, 5_001, 5_002, 6_000, 6_001, 7_000]);
});

test('after a clock that was further ahead they are those of the right one', () => {
  let nowMs = 3_600_000;
  const times = new Timestamps({ nowMs: () => nowMs }, FRESH_MS);
  times.nextMs();
  nowMs = 5_000;
  assert.deepEqual([times.nextMs(), times.nextMs()], [5_000, 5_001]);
});

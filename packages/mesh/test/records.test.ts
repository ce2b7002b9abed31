// A coordinator's records: rings of samples, and gaps that are filled.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nothingKnown, shownAttributes } from '../src/skyeye/attributes.ts';
import { Records } from '../src/skyeye/records.ts';
import { HISTORY_MAX, type Sample, Samples } from '../src/skyeye/samples.ts';
import { SeededRandom, VirtualClock } from '../src/virtual/index.ts';

const valuesOf = (first: number) => [first, ...nothingKnown.slice(1)];
const sample = (atMs: number): Sample => ({ atMs, values: valuesOf(atMs).slice(0, shownAttributes.length) });

test('samples are in order of time and bounded to the newest, whatever is filled in', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.uniqueArray(fc.nat(600), { maxLength: 300 }), (count, others) => {
      const samples = new Samples();
      for (let i = 0; i < count; i++) samples.add(valuesOf(i * 1_000), i * 1_000);
      samples.fill(
        others.map((each) => sample(each * 1_000)),
        500,
      );
      const wanted = [...new Set([...Array(count).keys(), ...others])].sort((a, b) => a - b);
      // The oldest were evicted before samples were filled in.
      const kept = wanted.filter((each) => others.includes(each) || each >= count - HISTORY_MAX);
      assert.deepEqual(
        samples.since().map(({ atMs, values }) => [atMs, values[0]]),
        kept.slice(-HISTORY_MAX).map((each) => [each * 1_000, each * 1_000]),
      );
    }),
  );
});

/** A coordinator with the records of one peer, which measures every ten seconds and keeps all samples. */
function hearing(answer: (sinceMs: number) => Promise<Sample[]>) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const records = new Records({ clock, random: new SeededRandom(1), log: () => {} }, (_id, sinceMs) => {
    asked.push(clock.elapsedMs());
    return answer(sinceMs);
  });
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i += 10) {
      clock.run(10);
      await null;
    }
  };
  const hear = () => {
    const atMs = clock.elapsedMs();
    records.take({ id: 'peer', values: valuesOf(atMs), readMs: atMs });
  };
  return { clock, records, asked, pass, hear };
}

test('a peer that does not answer is asked a bounded number of times, and again at its next gap', async () => {
  const { records, asked, pass, hear } = hearing(() => Promise.reject(new Error('no answer')));
  hear();
  await pass(100_000);
  assert.equal(asked.length, 6);
  hear();
  await pass(10_000);
  hear();
  assert.equal(asked.length, 6, 'how often it measures is not known yet');
  await pass(10_000);
  hear();
  await pass(30_000);
  hear();
  await pass(100_000);
  assert.equal(asked.length, 12);
  assert.equal(records.of('peer')!.length, 5);
  assert.equal(records.of('nobody'), null);
});

test('a peer that measures less often than before is asked once', async () => {
  const { asked, pass, hear } = hearing(() => Promise.resolve([]));
  for (let i = 0; i < 5; i++) {
    hear();
    await pass(1_000);
  }
  assert.equal(asked.length, 1, 'at first');
  for (let i = 0; i < 10; i++) {
    await pass(10_000);
    hear();
  }
  await pass(1_000);
  assert.equal(asked.length, 2);
});

test('a repeated reading is kept once', async () => {
  const { records, pass, hear } = hearing(() => Promise.resolve([sample(0), sample(50)]));
  hear();
  await pass(100);
  hear();
  await pass(5_000);
  assert.equal(records.of('peer')!.length, 1);
});

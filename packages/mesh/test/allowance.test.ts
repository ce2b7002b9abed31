// Token buckets, against their definition.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../src/virtual/index.ts';
import { Allowance } from '../src/watch/allowance.ts';

test('an allowance, at any times, permits what a token bucket permits', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const steps = fc.array(fc.record({ waitMs: fc.nat(400), name, isTaken: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 300 }),
      steps,
      (burst, everyMs, all) => {
        const clock = new VirtualClock();
        const allowance = new Allowance(clock, { burst, everyMs });
        // In units of a token's share of a millisecond, which are whole.
        const tokens = new Map<string, { left: number; atMs: number }>();
        for (const { waitMs, name, isTaken } of all) {
          clock.run(waitMs);
          const nowMs = clock.elapsedMs();
          const { left, atMs } = tokens.get(name) ?? { left: burst * everyMs, atMs: nowMs };
          const now = Math.min(burst * everyMs, left + nowMs - atMs);
          assert.equal(allowance.has(name), now >= everyMs);
          if (!isTaken) continue;
          assert.equal(allowance.take(name), now >= everyMs);
          tokens.set(name, { left: now >= everyMs ? now - everyMs : now, atMs: nowMs });
        }
      },
    ),
    { seed: 1 },
  );
});

test('with more names than an allowance has buckets the least recently used begins anew', () => {
  const allowance = new Allowance(new VirtualClock(), { burst: 1, everyMs: 1_000, namesMax: 2 });
  assert.deepEqual(
    ['a', 'b', 'a', 'c', 'a', 'b'].map((name) => allowance.take(name)),
    [true, true, false, true, false, true],
  );
});

test('buckets that are full again make room before others are evicted', () => {
  const clock = new VirtualClock();
  const allowance = new Allowance(clock, { burst: 1, everyMs: 1_000, namesMax: 2 });
  allowance.take('a');
  clock.run(600);
  allowance.take('b');
  clock.run(600);
  allowance.take('c');
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => allowance.has(name)),
    [true, false, false],
  );
});

// Many timers multiplexed onto one: in order, never early, isolated from each other's errors.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Timers } from '../src/timers.ts';

const failed = (error: unknown) => {
  throw error;
};

describe('timers', () => {
  test('timers run in order of their due time, never early, and not if cancelled', async () => {
    const plan = fc.record({
      waits: fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 60 }),
      every: fc.integer({ min: 2, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ waits, every }) => {
        const timers = new Timers();
        const ran: number[] = [];
        // A busy machine may stall between two calls: bounds of the time at which each was scheduled.
        const asked = waits.map((waitMs, i) => {
          const fromMs = performance.now();
          const run = () => {
            assert.ok(performance.now() >= fromMs + waitMs, 'early');
            ran.push(i);
          };
          const cancel = timers.after(waitMs, run, failed);
          return { fromMs: fromMs + waitMs, toMs: performance.now() + waitMs, cancel };
        });
        const isCancelled = (i: number) => i % every === 0;
        for (const [i, { cancel }] of asked.entries()) if (isCancelled(i)) cancel();
        await new Promise<void>((resolve) => timers.after(40, resolve, failed));
        const wanted = waits.map((_, i) => i).filter((i) => !isCancelled(i));
        assert.deepEqual(
          ran.toSorted((a, b) => a - b),
          wanted,
        );
        const isAfter = (i: number, before: number) => asked[i]!.toMs + 1 >= asked[before]!.fromMs;
        assert.ok(ran.every((i, at) => at === 0 || isAfter(i, ran[at - 1]!)));
      }),
      { numRuns: 5 },
    );
  });

  test('a timer that throws stops no other, and one that reschedules at once lets pending I/O run first', async () => {
    const timers = new Timers();
    const said: string[] = [];
    let isOver = false;
    const again = () => {
      if (!isOver) timers.after(0, again, failed);
    };
    await new Promise<void>((resolve) => {
      timers.after(
        0,
        () => assert.fail('on purpose'),
        (error) => said.push((error as Error).message),
      );
      timers.after(0, again, failed);
      timers.after(2, () => setImmediate(resolve), failed);
    });
    isOver = true;
    assert.deepEqual(said, ['on purpose']);
  });

  test('long waits that end within the same 16 ms run in one turn, short ones do not wait for them', async () => {
    const timers = new Timers();
    const ranMs: number[] = [];
    const waits = [500, 503, 506, 509, 512, 515];
    const shortMs: number[] = [];
    await new Promise<void>((resolve) => {
      const ran = () => {
        ranMs.push(performance.now());
        if (ranMs.length === waits.length) resolve();
      };
      for (const waitMs of waits) timers.after(waitMs, ran, failed);
      const beganMs = performance.now();
      timers.after(3, () => shortMs.push(performance.now() - beganMs), failed);
      // Keeps the process alive, which waits of peers do not.
      setTimeout(() => {}, 700);
    });
    assert.ok(shortMs[0]! < 400, `${shortMs}`);
    const gaps = ranMs.slice(1).filter((ms, i) => ms - ranMs[i]! > 2).length;
    assert.ok(gaps <= 1, `${ranMs}`);
  });
});

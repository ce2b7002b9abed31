// Tests of the host clock across suspension, and across changes of the date.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostClock } from '../src/host/host-clock.ts';

/** A machine whose counter advances by a microsecond per reading. */
class Laptop {
  seconds = 1_000;
  slept = 0;
  dateAhead = 0;
  counterNs() {
    this.seconds += 1e-6;
    return BigInt(Math.round(this.seconds * 1e9));
  }
  dateMs() {
    return 1.79e12 + Math.floor((this.seconds + this.slept + this.dateAhead) * 1000);
  }
  upMs() {
    return Math.floor((this.seconds + this.slept) * 100) * 10;
  }
}

const seconds = (ns: bigint) => Number(ns) / 1e9;

test('suspended time is counted, although the counter stops', () => {
  const laptop = new Laptop();
  const clock = new HostClock(laptop);
  const before = clock.steadyNs();
  const wall = clock.wallNs();
  for (const hours of [8, 1]) {
    laptop.seconds += 5;
    laptop.slept += hours * 3_600;
  }
  assert.ok(Math.abs(seconds(clock.steadyNs() - before) - (9 * 3_600 + 10)) < 0.03);
  assert.ok(Math.abs(seconds(clock.wallNs() - wall) - (9 * 3_600 + 10)) < 0.03);
  laptop.seconds += 5;
  assert.ok(Math.abs(seconds(clock.steadyNs() - before) - (9 * 3_600 + 15)) < 0.03);
});

test('setting the date forward or back is not counted as suspension', () => {
  const laptop = new Laptop();
  const clock = new HostClock(laptop);
  const before = clock.steadyNs();
  for (const ahead of [3_600, -3_600, 0, 86_400]) {
    laptop.dateAhead = ahead;
    laptop.seconds += 5;
    clock.steadyNs();
  }
  assert.ok(Math.abs(seconds(clock.steadyNs() - before) - 20) < 0.001);
});

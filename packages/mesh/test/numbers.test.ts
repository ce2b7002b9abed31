// Replay protection by number, as of broadcasts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Numbers } from '../src/messages/numbers.ts';

test('a number is taken once; one that arrives out of order is still new', () => {
  const numbers = new Numbers();
  for (const number of [0, 5, 3]) numbers.add('a', number);
  assert.deepEqual(
    [0, 1, 3, 4, 5, 6].map((number) => numbers.has('a', number)),
    [true, false, true, false, true, false],
  );
  assert.equal(numbers.has('b', 5), false, 'of another peer');
});

test('the newest 512 numbers of a peer are tracked individually; all older ones count as taken', () => {
  const numbers = new Numbers();
  // Every second number, so that those in between were never taken.
  for (let i = 0; i < 512; i++) numbers.add('a', i * 2);
  assert.equal(numbers.has('a', 1), false);
  numbers.add('a', 1_024);
  assert.deepEqual([numbers.has('a', 0), numbers.has('a', 1)], [true, false], 'the oldest is gone: 0');
  numbers.add('a', 1_026);
  assert.deepEqual([numbers.has('a', 1), numbers.has('a', 2), numbers.has('a', 3)], [true, true, false]);
});

test('a low number that is evicted late does not lower the bound of numbers that count as taken', () => {
  const numbers = new Numbers();
  for (let i = 1_000; i < 1_513; i++) numbers.add('a', i);
  assert.ok(numbers.has('a', 7), 'all up to 1,000');
  const late = new Numbers();
  late.add('a', 1_000);
  late.add('a', 10);
  for (let i = 1_001; i < 1_513; i++) late.add('a', i);
  assert.ok(late.has('a', 900), '1,000 went first, then 10');
});

test('the least recently heard peer is evicted at the limit', () => {
  const numbers = new Numbers();
  for (let i = 0; i < 4_096; i++) numbers.add(`peer-${i}`, 1);
  numbers.add('peer-0', 2);
  numbers.add('peer-4096', 1);
  assert.deepEqual(
    [numbers.has('peer-0', 1), numbers.has('peer-1', 1), numbers.has('peer-2', 1)],
    [true, false, true],
  );
});

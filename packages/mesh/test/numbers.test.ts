// Replay protection by number, as of broadcasts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Numbers } from '../src/messages/numbers.ts';

const ANY = Number.POSITIVE_INFINITY;

test('a number is taken once; one that arrives out of order is still new', () => {
  const numbers = new Numbers();
  for (const number of [0, 5, 3]) numbers.add('a', number);
  assert.deepEqual(
    [0, 1, 3, 4, 5, 6].map((number) => numbers.has('a', number, ANY)),
    [true, false, true, false, true, false],
  );
  assert.equal(numbers.has('b', 5, ANY), false, 'of another peer');
});

test('the newest 512 numbers of a peer are tracked individually; all older ones count as taken', () => {
  const numbers = new Numbers();
  // Every second number, so that those in between were never taken.
  for (let i = 0; i < 512; i++) numbers.add('a', i * 2);
  assert.equal(numbers.has('a', 1, ANY), false);
  numbers.add('a', 1_024);
  assert.deepEqual(
    [numbers.has('a', 0, ANY), numbers.has('a', 1, ANY)],
    [true, false],
    'the oldest is gone: 0',
  );
  numbers.add('a', 1_026);
  assert.deepEqual(
    [numbers.has('a', 1, ANY), numbers.has('a', 2, ANY), numbers.has('a', 3, ANY)],
    [true, true, false],
  );
});

test('a low number that is evicted late does not lower the bound of numbers that count as taken', () => {
  const numbers = new Numbers();
  for (let i = 1_000; i < 1_513; i++) numbers.add('a', i);
  assert.ok(numbers.has('a', 7, ANY), 'all up to 1,000');
  const late = new Numbers();
  late.add('a', 1_000);
  late.add('a', 10);
  for (let i = 1_001; i < 1_513; i++) late.add('a', i);
  assert.ok(late.has('a', 900, ANY), '1,000 went first, then 10');
});

test('beyond 4,096 peers only the highest number is kept of those received least recently: nothing can be replayed', () => {
  const numbers = new Numbers();
  for (let i = 0; i < 4_096; i++) for (const number of [5, 9]) numbers.add(`peer-${i}`, number);
  numbers.add('peer-0', 12);
  numbers.add('peer-4096', 1);
  const has = (peer: string) => [5, 7, 9, 10, 12].map((number) => numbers.has(peer, number, ANY));
  assert.deepEqual(has('peer-0'), [true, false, true, false, true]);
  assert.deepEqual(has('peer-1'), [true, true, true, false, false]);
  assert.deepEqual(has('peer-2'), [true, false, true, false, false]);
  numbers.add('peer-1', 11);
  assert.deepEqual(has('peer-1'), [true, true, true, false, false], 'it is tracked again, from 9 on');
  for (let i = 0; i < 80_000; i++) numbers.add(`other-${i}`, 1);
  assert.deepEqual(has('peer-1'), [false, false, false, false, false], 'a bound of 65,536 more');
});

test('numbers ahead of what is acceptable now are from before the clock was set back, and forgotten', () => {
  const numbers = new Numbers();
  for (let i = 0; i < 600; i++) numbers.add('a', 5_000 + i);
  assert.ok(numbers.has('a', 100, 6_000));
  assert.equal(numbers.has('a', 100, 1_000), false);
  for (let i = 100; i < 700; i++) {
    assert.equal(numbers.has('a', i, 1_000), false);
    numbers.add('a', i);
    assert.ok(numbers.has('a', i, 1_000));
  }
  // That time comes again.
  for (let i = 4_900; i < 5_100; i++) assert.equal(numbers.has('a', i, 5_500), false, `${i}`);
  const many = new Numbers();
  many.add('first', 5_000);
  for (let i = 0; i < 4_096; i++) many.add(`peer-${i}`, 1);
  assert.deepEqual([many.has('first', 100, 6_000), many.has('first', 100, 1_000)], [true, false]);
});

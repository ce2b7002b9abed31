// Numbers and amounts as text, where they are just about to be written otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixed } from '../src/terminal/numbers.ts';
import { bitRateText, bytesText, durationText, percentText } from '../src/terminal/units.ts';

test('numbers round to nearest, ties to even, as in C', () => {
  for (const [value, digits, text] of [
    [0.5, 0, '0'],
    [1.5, 0, '2'],
    [2.5, 0, '2'],
    [-2.5, 0, '-2'],
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [-0.375, 2, '-0.38'],
    [0.0625, 3, '0.062'],
    [12.5, 0, '12'],
    // These only look as if they lay between two: in binary they are a little less, or more.
    [1.005, 2, '1.00'],
    [0.15, 1, '0.1'],
    [2.675, 2, '2.67'],
    [0.35, 1, '0.3'],
    [0.25, 2, '0.25'],
    [3, 2, '3.00'],
  ] as const)
    assert.equal(fixed(value, digits), text, `%.${digits}f of ${value}`);
});

test('amounts have three digits, and the next unit instead of a fourth', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [999.4, '999 B'],
    [999.5, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_995, '10.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [5e15, '5000 TB'],
  ] as const)
    assert.equal(bytesText(bytes), text);
  assert.equal(bitRateText(999.5), '1.00 kbit/s');
});

test('shares have three digits, durations the two greatest units', () => {
  assert.deepEqual([0.09994, 0.09995, 0.9994, 0.9995].map(percentText), [
    ' 9.99 %',
    ' 10.0 %',
    ' 99.9 %',
    '  100 %',
  ]);
  for (const [seconds, text] of [
    [0.00042, '0.42 ms'],
    [0.9994, '999 ms'],
    [0.9995, '1.0 s'],
    [59.94, '59.9 s'],
    [59.95, '1 min'],
    [220, '3 min 40 s'],
    [3_599.6, '1 h'],
    [90_061, '1 d 1 h'],
  ] as const)
    assert.equal(durationText(seconds), text);
});

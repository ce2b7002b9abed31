// Spans and points in time, written without the texts that they are defined by.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StringSink, timeText, writeSeconds } from '../src/index.ts';

function written(value: number | bigint): string {
  const out = new StringSink();
  writeSeconds(value, out);
  return out.value;
}

describe('writeSeconds', () => {
  it('writes any number as toFixed(9) does', () => {
    const span = fc.tuple(
      fc.integer({ min: -200_000, max: 9_000_000 }),
      fc.integer({ min: 0, max: 999_999_999 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          span.map(([s, ns]) => s + ns / 1e9),
          fc.double(),
        ),
        (value) => {
          assert.equal(written(value), value.toFixed(9));
        },
      ),
      { numRuns: 2000 },
    );
  });

  for (const value of [0, -0, 0.5e-9, 1.5e-9, 0.9999999995, 2 ** 17 - 1e-9, 2 ** 17, 1e21])
    it(`writes ${Object.is(value, -0) ? '-0' : value} as toFixed(9) does`, () =>
      assert.equal(written(value), value.toFixed(9)));
});

describe('timeText', () => {
  it('has the second that contains the time, also before 1970', () => {
    assert.equal(timeText(1_500_000_000n), 'Jan  1, 1970 00:00:01.500000000 UTC');
    assert.equal(timeText(-1n), 'Dec 31, 1969 23:59:59.999999999 UTC');
    assert.equal(timeText(-1_000_000_000n), 'Dec 31, 1969 23:59:59.000000000 UTC');
  });

  it('is the number where a date cannot hold the time', () =>
    assert.equal(timeText(9_000_000_000_000_000_000_000_000n), '9000000000000000.000000000'));
});

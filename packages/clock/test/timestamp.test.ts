// Tests of NTP timestamps across eras.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { secondsBetween, toTimestamp, toUnixNs } from '../src/ntp/timestamp.ts';

const YEAR_NS = 31_556_952_000_000_000n;

describe('NTP time stamps', () => {
  test('conversion agrees with the dates of RFC 5905, figure 4', () => {
    const secondsOf = (date: string) => toTimestamp(BigInt(Date.parse(date)) * 1_000_000n) >> 32n;
    assert.equal(secondsOf('1900-01-01T00:00:00Z'), 0n);
    assert.equal(secondsOf('1970-01-01T00:00:00Z'), 2_208_988_800n);
    assert.equal(secondsOf('1972-01-01T00:00:00Z'), 2_272_060_800n);
    assert.equal(secondsOf('2036-02-07T06:28:16Z'), 0n); // Era 1 begins.
  });

  test('nanoseconds survive a round trip in any era', () => {
    const times = fc.bigInt({ min: -60n * YEAR_NS, max: 300n * YEAR_NS });
    const apart = fc.bigInt({ min: -60n * YEAR_NS, max: 60n * YEAR_NS });
    fc.assert(
      fc.property(times, apart, (unixNs, off) => {
        assert.equal(toUnixNs(toTimestamp(unixNs), unixNs + off), unixNs);
      }),
    );
  });

  test('differences are right across an era boundary', () => {
    const before = toTimestamp(BigInt(Date.parse('2036-02-07T06:28:15Z')) * 1_000_000n);
    const after = toTimestamp(BigInt(Date.parse('2036-02-07T06:28:17Z')) * 1_000_000n);
    assert.equal(secondsBetween(after, before), 2);
    assert.equal(secondsBetween(before, after), -2);
  });
});

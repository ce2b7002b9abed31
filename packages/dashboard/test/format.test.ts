// Tests of number and time formats.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitRate, bytes, count, percent, short } from '../src/format/numbers.ts';
import {
  clock,
  clockOf,
  datingOf,
  day,
  dayAndClock,
  duration,
  inUtc,
  nanoseconds,
  secondsBetween,
  timing,
  zoneOf,
} from '../src/format/time.ts';

test('numbers have three significant digits and a unit', () => {
  assert.equal(count(1234567), '1,234,567');
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(999), '999 B');
  assert.equal(bytes(999.6), '1.00 kB');
  assert.equal(bytes(2_402_092), '2.40 MB');
  assert.equal(short(12), '12');
  assert.equal(short(23.42), '23.4');
  assert.equal(short(100_000), '100 k');
  assert.equal(bitRate(81_512), '81.5 kbit/s');
  assert.equal(bitRate(0), '0 bit/s');
  assert.equal(short(0.00005), '< 0.01');
});

test('a share above zero is never shown as 0 %', () => {
  assert.equal(percent(0), '0 %');
  assert.equal(percent(0.00001), '< 0.01 %');
  assert.equal(percent(0.00123), '0.12 %');
  assert.equal(percent(0.725), '72.5 %');
  assert.equal(percent(1), '100 %');
});

test('the difference of two times is exact to the nanosecond', () => {
  assert.equal(nanoseconds('1763712000.123456789'), 1_763_712_000_123_456_789n);
  assert.equal(secondsBetween('1763712000.000000001', '1763712000.000000003', 9), '0.000000002');
  assert.equal(secondsBetween('1763712001.000000000', '1763712000.500000000'), '−0.500000');
});

test('durations have at most the two largest units', () => {
  assert.equal(duration(219.4), '3 min 39 s');
  assert.equal(duration(3600), '1 h');
  assert.equal(duration(90_061), '1 d 1 h');
  assert.equal(duration(6730 * 86_400), '18.4 years');
  assert.equal(duration(119.9), '2 min');
  assert.equal(duration(0.0123), '12.3 ms');
  assert.equal(duration(0.000115), '115 µs');
});

test('measured times in a column have three digits', () => {
  const texts = [9, 0.0031, 0.023, 0.9996, 0.000115, 59.99, 219.4, 0].map(timing);
  assert.deepEqual(texts, ['9.00 s', '3.10 ms', '23.0 ms', '1.00 s', '115 µs', '60 s', '3 min 39 s', '0 s']);
});

test('times on several days need the day, times in several years the year', () => {
  const noon = new Date(2026, 10, 21, 12).getTime() / 1000;
  assert.equal(datingOf([]), 'none');
  assert.equal(datingOf([noon, noon + 3600]), 'none');
  assert.equal(datingOf([noon + 86_400, noon]), 'day');
  assert.equal(datingOf([noon, noon + 86_400 * 50]), 'year');
});

test('a time beyond the years that a Date holds is shown by its year', () => {
  const time = '18446744073204.160156000';
  assert.equal(day(Number(time)), 'year 586524');
  assert.equal(dayAndClock(time), 'year 586524');
  assert.equal(clockOf(time), 'year 586524');
  assert.equal(inUtc(Number(time)), 'year 586524');
  assert.equal(clock(Number(time)), '');
  assert.equal(zoneOf(Number(time)), '');
});

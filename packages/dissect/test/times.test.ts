// The Time column in hours, minutes and seconds, as `tshark -u hms` prints it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../src/core/packet.ts';
import { timeColumnOf } from '../src/core/times.ts';

function column(seconds: number, nanoseconds: number, ticksPerSecond: number): string {
  const session = {
    firstSeconds: 5_000_000,
    firstNanoseconds: 500_000_000,
    interfaces: [{ ticksPerSecond }],
  };
  const p = { seconds: 5_000_000 + seconds, nanoseconds, interfaceId: 0, session };
  return timeColumnOf('r', true)(p as unknown as Packet);
}

test('hours and minutes stand where there are any, and earlier times with a minus', () => {
  const cases: [number, number, string][] = [
    [0, 500_000_000, ' 0.000000s'],
    [9, 5_000, ' 8.500005s'],
    [61, 600_000_000, '1m  1.100000s'],
    [80, 500_000_000, '1m 20.000000s'],
    [3661, 500_000_000, '1h  1m  1.000000s'],
    [90_061, 250_000_000, '25h  1m  0.750000s'],
    [-10, 5_000, '- 10.499995s'],
    [-1, 0, '- 1.500000s'],
    [-1000, 0, '- 16m 40.500000s'],
    [-10_000, 250_000_000, '- 2h 46m 40.250000s'],
  ];
  for (const [seconds, nanoseconds, text] of cases) assert.equal(column(seconds, nanoseconds, 1e6), text);
  assert.equal(column(9, 5_000, 1e9), '8.500005000s');
  assert.equal(column(61, 600_000_000, 1e9), '1m  1.100000000s');
});

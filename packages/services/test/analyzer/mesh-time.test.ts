import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { meshTime } from '../../src/analyzer/routes/packets.ts';

test('a packet by mesh time: to the nanosecond, whichever of the clocks is ahead', () => {
  const reading = { mesh: 'home', time: 0, uncertaintySeconds: 0.0002 };
  const at = (time: string, aheadSeconds: number) => meshTime(time, { ...reading, aheadSeconds }).time;
  assert.equal(at('1795292803.194000001', 0.25), '1795292802.944000001');
  assert.equal(at('1795292803.194000001', -3600), '1795296403.194000001');
  fc.assert(
    fc.property(
      fc.integer({ min: 1e9, max: 2e9 }),
      fc.integer({ min: 0, max: 999_999_999 }),
      (seconds, ns) => {
        const time = `${seconds}.${String(ns).padStart(9, '0')}`;
        assert.equal(at(time, 0), time);
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { meshTime } from '../../src/analyzer/mesh-time.ts';

const reading = { mesh: 'home', time: 0, uncertaintySeconds: 0.0002 };
const at = (time: string, aheadSeconds: number) => meshTime(time, { ...reading, aheadSeconds })!.time;

test('a packet by mesh time: to the nanosecond, whichever of the clocks is ahead', () => {
  assert.equal(at('1795292803.194000001', 0.25), '1795292802.944000001');
  assert.equal(at('1795292803.194000001', -3600), '1795296403.194000001');
  fc.assert(
    fc.property(
      fc.integer({ min: -2e9, max: 2e9 }),
      fc.integer({ min: 0, max: 999_999_999 }),
      (seconds, ns) => {
        const time = `${seconds}.${String(ns).padStart(9, '0')}`;
        assert.equal(at(time, 0), time);
      },
    ),
  );
});

test('the sign of a time before 1970 stands for the whole of it', () => {
  assert.equal(at('-0.500000000', 0.25), '-0.750000000');
  assert.equal(at('-0.500000000', -0.75), '0.250000000');
  assert.equal(at('0.250000000', 0.5), '-0.250000000');
  assert.equal(at('-2.000000001', 0), '-2.000000001');
  assert.equal(meshTime('5.000000000', null), null);
});

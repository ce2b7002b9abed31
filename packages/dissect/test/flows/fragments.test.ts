// IP fragments: put together in any order, in time, and within bounds.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DATAGRAMS_MAX, Fragments, TOTAL_BYTES_MAX } from '../../src/flows/fragments.ts';

const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 0xff);

/** Bytes [from, to) of a datagram. */
function add(fragments: Fragments, key: string, from: number, to: number, isLast = false, seconds = 0) {
  return fragments.add(key, 1, seconds, bytes, from, to - from, from, isLast);
}

describe('IP fragments', () => {
  it('are a datagram once none is missing, whichever comes last', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const fragments = new Fragments();
      const got = order.map((i) => add(fragments, 'a', i * 800, (i + 1) * 800, i === 2));
      assert.deepEqual(
        got.map((each) => each !== null),
        [false, false, true],
      );
      assert.deepEqual(got[2]!.bytes, bytes.subarray(0, 2_400));
      assert.deepEqual(
        got[2]!.fragments.map(({ offset }) => offset),
        [0, 800, 1_600],
      );
    }
  });

  it('are waited for as long as RFC 8200 §4.5 says: a minute, and no longer', () => {
    for (const [seconds, isWhole] of [
      [60, true],
      [61, false],
    ] as const) {
      const fragments = new Fragments();
      add(fragments, 'a', 0, 800, false, 0);
      assert.equal(add(fragments, 'a', 800, 900, true, seconds) !== null, isWhole, `after ${seconds} s`);
    }
  });

  it('of a datagram that was given up begin another', () => {
    const fragments = new Fragments();
    add(fragments, 'a', 800, 900, true, 0);
    assert.equal(add(fragments, 'a', 0, 800, false, 61), null);
    assert.notEqual(add(fragments, 'a', 800, 900, true, 62), null);
  });

  it('that overlap are marked, and whether their bytes differ', () => {
    const fragments = new Fragments();
    add(fragments, 'a', 0, 800);
    fragments.add('a', 2, 0, bytes, 400, 800, 400, false);
    const other = bytes.map((byte) => byte ^ 1);
    const whole = fragments.add('a', 3, 0, other, 1_100, 200, 1_100, true)!;
    assert.deepEqual(
      whole.fragments.map(({ frame, isOverlap, isConflict }) => [frame, isOverlap, isConflict]),
      [
        [1, false, false],
        [2, true, false],
        [3, true, true],
      ],
    );
  });

  it('beyond the longest datagram are no part of one', () => {
    const fragments = new Fragments();
    assert.equal(add(fragments, 'a', 0, 65_600, true)?.bytes.length, 65_600);
    assert.equal(add(fragments, 'b', 0, 65_601, true), null);
    assert.equal(fragments.mostDatagrams, 1, 'not begun at all');
  });

  it('of one datagram are 8,192 at most', () => {
    for (const [count, isWhole] of [
      [8_191, true],
      [8_192, false],
    ] as const) {
      const fragments = new Fragments();
      for (let i = 0; i < count; i++) add(fragments, 'a', (i % 8_100) * 8, (i % 8_100) * 8 + 8);
      assert.equal(add(fragments, 'a', 8_100 * 8, 8_100 * 8 + 8, true) !== null, isWhole, `after ${count}`);
    }
  });

  it('of too many datagrams push out the oldest', () => {
    const fragments = new Fragments();
    for (let i = 0; i <= DATAGRAMS_MAX; i++) add(fragments, `${i}`, 0, 8);
    assert.equal(fragments.mostDatagrams, DATAGRAMS_MAX + 1);
    assert.equal(add(fragments, '0', 8, 16, true), null, 'its beginning is gone');
    assert.notEqual(add(fragments, `${DATAGRAMS_MAX}`, 8, 16, true), null);
  });

  it('of too many bytes push out the oldest', () => {
    const fragments = new Fragments();
    const count = Math.floor(TOTAL_BYTES_MAX / 65_600) + 2;
    for (let i = 0; i < count; i++) add(fragments, `${i}`, 8, 65_600);
    assert.ok(fragments.mostBytes > TOTAL_BYTES_MAX);
    assert.equal(add(fragments, '0', 0, 8, false), null);
    assert.equal(add(fragments, '0', 65_592, 65_600, true), null, 'its middle is gone');
    assert.notEqual(
      add(fragments, `${count - 1}`, 65_592, 65_600, true) ?? add(fragments, `${count - 1}`, 0, 8),
      null,
    );
  });
});

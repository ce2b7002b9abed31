// What a segment means in its conversation, as Wireshark's sequence analysis has it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as a from '../../src/flows/tcp-analysis.ts';
import { conversation, type Said } from './segments.ts';

const { ACK, FIN, RST, SYN } = a;
const TEN = 'ten bytes.';

const found = (all: readonly Said[]): number[] => conversation(4000, all, (p) => p.analysis);

test('bytes acknowledged but not captured are told of once, and again after more of them', () => {
  assert.deepEqual(
    found([
      { way: '<', seq: 1, ack: 1, body: TEN },
      { way: '>', seq: 1, ack: 500 },
      { way: '>', seq: 1, ack: 500, body: TEN, ms: 10 },
      { way: '<', seq: 700, ack: 11, body: TEN, ms: 20 },
      { way: '>', seq: 11, ack: 710, ms: 30 },
    ]),
    [0, a.ACK_LOST_SEGMENT, 0, a.LOST_SEGMENT, a.ACK_LOST_SEGMENT],
  );
});

test('what was acknowledged already is sent again for nothing, however soon', () => {
  assert.deepEqual(
    found([
      { way: '<', seq: 1, ack: 1, body: TEN },
      { way: '<', seq: 11, ack: 1, body: TEN, ms: 1 },
      { way: '>', seq: 1, ack: 21, ms: 1.5 },
      { way: '<', seq: 1, ack: 1, body: TEN, ms: 2 },
    ]),
    [0, 0, 0, a.SPURIOUS_RETRANSMISSION],
  );
});

test('late, sent again, sent again fast', () => {
  const start: Said[] = [
    { way: '<', seq: 1, ack: 1, body: TEN },
    { way: '<', seq: 21, ack: 1, body: TEN, ms: 1 },
  ];
  assert.equal(found([...start, { way: '<', seq: 11, ack: 1, body: TEN, ms: 2 }])[2], a.OUT_OF_ORDER);
  assert.equal(found([...start, { way: '<', seq: 11, ack: 1, body: TEN, ms: 200 }])[2], a.RETRANSMISSION);
  const asked: Said[] = [0, 1, 2, 3].map((i) => ({ way: '>', seq: 1, ack: 11, ms: 2 + i }));
  assert.deepEqual(found([...start, ...asked, { way: '<', seq: 11, ack: 1, body: TEN, ms: 10 }]).slice(3), [
    a.DUPLICATE_ACK,
    a.DUPLICATE_ACK,
    a.DUPLICATE_ACK,
    a.FAST_RETRANSMISSION,
  ]);
});

test('data behind the byte of a probe is new', () => {
  assert.deepEqual(
    found([
      { way: '>', seq: 1, ack: 1, window: 0 },
      { way: '<', seq: 1, ack: 1, body: TEN, ms: 10 },
      { way: '<', seq: 11, ack: 1, body: 'x', ms: 20 },
      { way: '<', seq: 12, ack: 1, body: TEN, ms: 30 },
      { way: '<', seq: 21, ack: 1, body: TEN, ms: 40 },
    ]),
    [a.ZERO_WINDOW, 0, a.ZERO_WINDOW_PROBE, a.LOST_SEGMENT, 0],
  );
});

test('the RST of a refused SYN says nothing of the numbers to come', () => {
  assert.deepEqual(
    found([
      { way: '>', seq: 100, flags: SYN },
      { way: '<', seq: 0, ack: 100, flags: RST | ACK, ms: 10 },
      { way: '<', seq: 5000, ack: 101, flags: SYN | ACK, ms: 20 },
      { way: '>', seq: 101, ack: 5001, ms: 30 },
    ]),
    [0, 0, a.REUSED_PORTS, 0],
  );
});

test('a FIN sent again is a retransmission', () => {
  assert.deepEqual(
    found([
      { way: '<', seq: 1, ack: 1, flags: FIN | ACK },
      { way: '<', seq: 1, ack: 1, flags: FIN | ACK, ms: 300 },
    ]),
    [0, a.RETRANSMISSION],
  );
});

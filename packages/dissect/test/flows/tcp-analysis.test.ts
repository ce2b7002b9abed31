// What a segment means in its conversation, as Wireshark's sequence analysis has it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PREFERENCES } from '../../src/core/preferences.ts';
import { treeOf } from '../../src/core/tree.ts';
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

test('the data of a retransmission is shown, unless it is spurious or segments are not reassembled', () => {
  const shown = (all: readonly Said[], isJoined = true): string | undefined =>
    conversation(
      4000,
      all,
      (p) =>
        treeOf(p)
          .find(({ name }) => name === 'tcp')!
          .children.find(({ name }) => name === 'tcp.segment_data')?.text,
      { preferences: { ...DEFAULT_PREFERENCES, 'tcp.desegment_tcp_streams': isJoined } },
    ).at(-1);
  const sent: Said = { way: '<', seq: 1, ack: 1, body: TEN };
  const again: Said = { ...sent, ms: 300 };
  assert.equal(shown([sent, again]), 'Retransmitted TCP segment data (10 bytes)');
  assert.equal(shown([sent, again], false), undefined);
  assert.equal(shown([sent, { way: '>', seq: 1, ack: 11, ms: 1 }, again]), undefined);
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

const GAP: readonly Said[] = [
  { way: '<', seq: 1, ack: 1, body: TEN },
  { way: '<', seq: 21, ack: 1, body: TEN, ms: 1 },
];
const missing = (ms: number): Said => ({ way: '<', seq: 11, ack: 1, body: TEN, ms });
/** ACKs of the byte before the gap: the first is none that repeats another. */
const asked = (count: number): Said[] =>
  Array.from({ length: count }, (_, i) => ({ way: '>', seq: 1, ack: 11, ms: 2 + i }));

test('sent again fast: after two ACKs that repeat another, and within 20 ms of the last', () => {
  const judged = (acks: number, ms: number) => found([...GAP, ...asked(acks), missing(ms)]).at(-1);
  assert.equal(judged(2, 10), a.RETRANSMISSION, 'one of them repeats the other');
  assert.equal(judged(3, 10), a.FAST_RETRANSMISSION);
  assert.equal(judged(3, 23), a.FAST_RETRANSMISSION);
  assert.equal(judged(3, 24), a.RETRANSMISSION);
});

test('out of order: within the round trip of the handshake, where that is known', () => {
  const handshake: Said[] = [
    { way: '>', seq: 0, flags: SYN },
    { way: '<', seq: 0, ack: 1, flags: SYN | ACK, ms: 50 },
    { way: '>', seq: 1, ack: 1, ms: 100 },
  ];
  const later = (all: readonly Said[]) => all.map((each) => ({ ...each, ms: 100 + (each.ms ?? 0) }));
  const judged = (ms: number) => found([...handshake, ...later([...GAP, missing(ms)])]).at(-1);
  assert.equal(judged(100), a.OUT_OF_ORDER);
  assert.equal(judged(101), a.RETRANSMISSION);
  assert.equal(
    found([...GAP, missing(99)]).at(-1),
    a.RETRANSMISSION,
    'without a handshake 3 ms stand for it',
  );
});

test('the newest segment once more is sent again, however soon', () => {
  assert.equal(found([GAP[0]!, { ...GAP[0]!, ms: 1 }]).at(-1), a.RETRANSMISSION);
});

test('sent again for nothing: what ends at the byte that was acknowledged, not one further', () => {
  const acked: Said[] = [GAP[0]!, { way: '>', seq: 1, ack: 11, ms: 1 }];
  assert.equal(found([...acked, { ...GAP[0]!, ms: 100 }]).at(-1), a.SPURIOUS_RETRANSMISSION);
  assert.equal(found([...acked, { way: '<', seq: 2, ack: 1, body: TEN, ms: 100 }]).at(-1), a.RETRANSMISSION);
});

test('an ACK that repeats another with another window is an update of it', () => {
  assert.deepEqual(
    found([
      GAP[0]!,
      { way: '>', seq: 1, ack: 11, window: 1_000 },
      { way: '>', seq: 1, ack: 11, window: 2_000 },
      { way: '>', seq: 1, ack: 11, window: 2_000 },
    ]).slice(1),
    [0, a.WINDOW_UPDATE, a.DUPLICATE_ACK],
  );
});

test('a keep-alive repeats the last byte or none; its answer is no ACK that repeats another', () => {
  for (const body of ['', 'x'])
    assert.deepEqual(
      found([
        GAP[0]!,
        { way: '>', seq: 1, ack: 11 },
        { way: '<', seq: 10, ack: 1, body, ms: 5_000 },
        { way: '>', seq: 1, ack: 11, ms: 5_001 },
      ]).slice(2),
      [a.KEEP_ALIVE, a.KEEP_ALIVE_ACK],
      `with ${body.length} bytes`,
    );
});

test('a window that is full, one of nothing, a probe of it and the answer', () => {
  const begun: Said[] = [
    { way: '>', seq: 0, flags: SYN },
    { way: '<', seq: 0, ack: 1, flags: SYN | ACK },
    { way: '>', seq: 1, ack: 1, window: 10 },
  ];
  assert.equal(found([...begun, { way: '<', seq: 1, ack: 1, body: 'nine byte' }]).at(-1), 0);
  assert.deepEqual(
    found([
      ...begun,
      { way: '<', seq: 1, ack: 1, body: TEN },
      { way: '>', seq: 1, ack: 11, window: 0 },
      { way: '<', seq: 11, ack: 1, body: 'x', ms: 200 },
      { way: '>', seq: 1, ack: 11, window: 0, ms: 201 },
    ]).slice(3),
    [a.WINDOW_FULL, a.ZERO_WINDOW, a.ZERO_WINDOW_PROBE, a.ZERO_WINDOW | a.ZERO_WINDOW_PROBE_ACK],
  );
});

test('windows are scaled only where both SYNs say so (RFC 7323 §2.2)', () => {
  const shown = (ofClient: number, ofServer: number): number[] => {
    const analysis = new a.TcpAnalysis();
    analysis.begin(0, 1);
    const segment = { seq: 0, ack: 0, window: 10, flags: ACK, length: 0, scale: -1 };
    const at = { seconds: 0, nanoseconds: 0, frame: 1 };
    analysis.see(0, 0, { ...segment, ...at, flags: SYN, scale: ofClient });
    analysis.see(0, 1, { ...segment, ...at, ack: 1, flags: SYN | ACK, scale: ofServer });
    return [0, 1].map((direction) => {
      analysis.see(0, direction, { ...segment, ...at, seq: 1, ack: 1 });
      return analysis.scaledWindow;
    });
  };
  assert.deepEqual(shown(7, 3), [10 << 7, 10 << 3]);
  assert.deepEqual(shown(7, -1), [10, 10]);
  assert.deepEqual(shown(-1, 3), [10, 10]);
});

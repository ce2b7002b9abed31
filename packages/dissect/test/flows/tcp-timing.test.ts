// How long segments waited for their acknowledgment, and what is under way, as Wireshark counts it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACK, FIN, PSH, SYN } from '../../src/flows/tcp-analysis.ts';
import { completenessName } from '../../src/flows/tcp-timing.ts';
import { conversation, type Said } from './segments.ts';

const TEN = 'ten bytes.';
const HANDSHAKE: readonly Said[] = [
  { way: '>', seq: 0, flags: SYN },
  { way: '<', seq: 0, ack: 1, flags: SYN | ACK, ms: 20 },
  { way: '>', seq: 1, ack: 1, ms: 30 },
];

test('the handshake, the acknowledged segment and its round trip', () => {
  const seen = conversation(
    4000,
    [
      ...HANDSHAKE,
      { way: '>', seq: 1, ack: 1, body: TEN, ms: 40 },
      { way: '>', seq: 11, ack: 1, body: TEN, ms: 41 },
      { way: '<', seq: 1, ack: 21, ms: 55 },
    ],
    ({ session: { timing } }) => [
      timing!.acksFrame,
      timing!.ackRtt,
      timing!.initialRtt,
      timing!.bytesInFlight,
    ],
  );
  assert.deepEqual(seen.slice(1), [
    [1, 20_000_000n, -1n, 0],
    [2, 10_000_000n, 30_000_000n, 0],
    [0, -1n, 30_000_000n, 10],
    [0, -1n, 30_000_000n, 20],
    [5, 14_000_000n, 30_000_000n, 0],
  ]);
});

test('a partial acknowledgment leaves the rest under way; a gap hides what is', () => {
  const seen = conversation(
    4000,
    [
      { way: '>', seq: 1, ack: 1, body: TEN },
      { way: '<', seq: 1, ack: 6 },
      { way: '>', seq: 11, ack: 1, body: TEN },
      { way: '>', seq: 51, ack: 1, body: TEN },
      { way: '>', seq: 61, ack: 1, body: TEN },
      { way: '<', seq: 1, ack: 61 },
      { way: '>', seq: 71, ack: 1, body: TEN },
    ],
    ({ session: { timing } }) => timing!.bytesInFlight,
  );
  assert.deepEqual(seen, [10, 0, 15, 0, 0, 0, 20]);
});

test('bytes since the last push', () => {
  const seen = conversation(
    4000,
    [0, PSH, 0, 0, PSH, PSH].map((flag, i) => ({
      way: '>' as const,
      seq: 1 + 10 * i,
      ack: 1,
      body: TEN,
      flags: ACK | flag,
    })),
    ({ session: { timing } }) => timing!.pushBytesSent,
  );
  assert.deepEqual(seen, [10, 20, 10, 20, 30, 10]);
});

test('a segment sent again says how long after the oldest that waits', () => {
  const [, , again] = conversation(
    4000,
    [
      { way: '>', seq: 1, ack: 1, body: TEN },
      { way: '>', seq: 11, ack: 1, body: TEN, ms: 5 },
      { way: '>', seq: 1, ack: 1, body: TEN, ms: 305 },
    ],
    ({ session: { timing } }) => [timing!.rto, timing!.rtoFrame],
  );
  assert.deepEqual(again, [305_000_000n, 1]);
});

test('how whole a conversation is, before each segment', () => {
  const seen = conversation(
    4000,
    [
      ...HANDSHAKE,
      { way: '>', seq: 1, ack: 1, body: TEN },
      { way: '>', seq: 11, ack: 1, flags: FIN | ACK },
      { way: '<', seq: 1, ack: 12 },
    ],
    ({ session: { timing } }) => completenessName(timing!.completeness),
  );
  assert.deepEqual(seen, [
    'Incomplete',
    'Incomplete, SYN_SENT',
    'Incomplete, CLIENT_ESTABLISHED',
    'Incomplete, ESTABLISHED',
    'Incomplete, DATA',
    'Complete, WITH_DATA',
  ]);
});

test('nothing is remembered where nobody asks', () => {
  const [timing] = conversation(4000, [{ way: '>', seq: 1 }], ({ session }) => session.timing, {
    timesConversations: false,
  });
  assert.equal(timing, null);
});

// Tests of what the graphs and the ladder of a conversation show, with segments by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FlowSegment } from '../src/api/types.ts';
import { graphOf, largerSide } from '../src/pages/flow/series.ts';
import { stepsOf } from '../src/pages/flow/steps.ts';

const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16];

let made = 0;
function segment(
  ms: number,
  side: 0 | 1,
  flags: number,
  more: Partial<Omit<FlowSegment, 'tcp'>> & { tcp?: Partial<FlowSegment['tcp']> } = {},
): FlowSegment {
  made++;
  const { tcp, ...rest } = more;
  return {
    id: made,
    number: made,
    time: (1_000_000 + ms / 1000).toFixed(9),
    side,
    length: 0,
    protocol: 'TCP',
    summary: '50000 → 80 [ACK] Seq=1',
    tcp: { flags, seq: 0, ack: 0, window: 1000, sack: [], rtt: null, in_flight: null, findings: [], ...tcp },
    ...rest,
  };
}

/** A handshake, a request, and an answer of two segments of which the first is lost and sent again. */
const conversation = [
  segment(0, 0, SYN),
  segment(10, 1, SYN | ACK, { tcp: { ack: 1, rtt: 0.01 } }),
  segment(20, 0, ACK, { tcp: { seq: 1, ack: 1, window: 4000, rtt: 0.01 } }),
  segment(30, 0, PSH | ACK, { length: 100, tcp: { seq: 1, ack: 1, window: 4000, in_flight: 100 } }),
  segment(40, 1, ACK, { length: 500, tcp: { seq: 501, ack: 101, rtt: 0.01, in_flight: 500 } }),
  segment(41, 0, ACK, { tcp: { seq: 101, ack: 1, window: 4000, sack: [[501, 1001]] } }),
  segment(800, 1, ACK, { length: 500, tcp: { seq: 1, ack: 101, findings: ['retransmission'] } }),
  segment(810, 0, ACK, { tcp: { seq: 101, ack: 1001, window: 3000, rtt: 0.01 } }),
  segment(820, 0, RST, { tcp: { seq: 101, ack: 0 } }),
];

test('sequence: segments of one side as bars, the other’s ACKs, window and SACK blocks', () => {
  const { times, lines, bars, packets } = graphOf('sequence', conversation, 1);
  assert.deepEqual([times[0], times[6], packets.length], [0, 0.8, 9]);
  const [sent, acked, window] = lines.map(({ values }) => values);
  assert.deepEqual(sent, [null, 1, null, null, 1001, null, 501, null, null]);
  assert.deepEqual(acked, [null, null, 1, 1, null, 1, null, 1001, null], 'a reset acknowledges nothing');
  assert.deepEqual(window, [null, null, 4001, 4001, null, 4001, null, 4001, null]);
  assert.deepEqual(bars, [
    { at: 1, from: 0, to: 1, tone: 'data' },
    { at: 4, from: 501, to: 1001, tone: 'data' },
    { at: 5, from: 501, to: 1001, tone: 'sack' },
    { at: 6, from: 1, to: 501, tone: 'retransmitted' },
  ]);
});

test('sequence: numbers go on beyond 2^32, and those of before the capture lie below 0', () => {
  const wide = 2 ** 32;
  const { bars, lines } = graphOf(
    'sequence',
    [
      segment(0, 0, ACK, { length: 100, tcp: { seq: 1 } }),
      segment(1, 0, ACK, { length: 100, tcp: { seq: wide - 99, findings: ['retransmission'] } }),
      segment(2, 0, ACK, { length: 50, tcp: { seq: 2 ** 31 - 10 } }),
      segment(3, 0, ACK, { length: 100, tcp: { seq: wide - 60 } }),
      segment(4, 1, ACK, { tcp: { ack: wide - 60, sack: [[wide - 20, 30]] } }),
      segment(5, 1, ACK, { tcp: { ack: 40 } }),
    ],
    0,
  );
  assert.deepEqual(
    bars.map(({ from, to }) => [from, to]),
    [
      [1, 101],
      [-99, 1],
      [2 ** 31 - 10, 2 ** 31 + 40],
      [wide - 60, wide + 40],
      [wide - 20, wide + 30],
    ],
  );
  assert.deepEqual(lines[1]!.values.slice(4), [wide - 60, wide + 40]);
});

test('round trips: those of the side’s own segments, at their acknowledgments', () => {
  const [line] = graphOf('rtt', conversation, 1).lines;
  assert.deepEqual(line!.values, [null, null, 0.01, null, null, null, null, 0.01, null]);
});

test('windows: the receiver’s without that of its SYN, and the bytes in flight of the sender', () => {
  const [window, flight] = graphOf('window', conversation, 0).lines.map(({ values }) => values);
  assert.deepEqual(window, [null, null, null, null, 1000, null, 1000, null, null]);
  assert.deepEqual(flight, [null, null, null, 100, null, null, null, null, null]);
});

test('throughput: bits per second of each side, in steps of 1, 2 or 5', () => {
  const { step, times, lines } = graphOf('throughput', conversation, 0);
  assert.equal(step, 0.01);
  assert.equal(times.length, 83);
  assert.equal(lines[0]!.values[3], 80_000);
  assert.equal(lines[1]!.values[80], 400_000);
});

test('throughput: no byte is lost or invented, whatever the times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.nat(1500), fc.constantFrom(0, 1)), {
        minLength: 1,
        maxLength: 50,
      }),
      (list) => {
        const segments = list.map(([us, length, side]) => segment(us / 1000, side as 0 | 1, ACK, { length }));
        const { step, times, lines } = graphOf('throughput', segments, 0);
        assert.ok(times.length <= 101, `${times.length} steps`);
        for (const side of [0, 1]) {
          const bits = lines[side]!.values.reduce<number>((sum, rate) => sum + rate! * step, 0);
          const bytes = segments
            .filter((one) => one.side === side)
            .reduce((sum, { length }) => sum + length, 0);
          assert.ok(Math.abs(bits / 8 - bytes) < 1e-3, `${bits / 8} instead of ${bytes}`);
        }
      },
    ),
  );
});

test('the larger side is the one with more payload', () => {
  assert.equal(largerSide(conversation), 1);
  assert.equal(largerSide([]), 0);
});

test('ladder: times since the first packet, pauses, and what is odd', () => {
  const steps = stepsOf(conversation);
  assert.deepEqual(
    steps.map(({ tone }) => tone),
    ['begin', 'begin', 'plain', 'plain', 'plain', 'plain', 'odd', 'plain', 'broken'],
  );
  assert.deepEqual([steps[4]!.since, steps[5]!.pause], ['0.040000', 0]);
  assert.ok(Math.abs(steps[6]!.pause - 0.759) < 1e-6);
  assert.equal(stepsOf([segment(0, 0, FIN | ACK)])[0]!.tone, 'end');
});

test('ladder: ports are left out of the text, findings are not', () => {
  const texts = [
    ['[TCP Retransmission] 59221 → 4000 [SYN] Seq=0', '[TCP Retransmission] [SYN] Seq=0'],
    ['59221 → 4000 [SYN] Seq=0', '[SYN] Seq=0'],
    ['GET /1 → 2 HTTP/1.1', 'GET /1 → 2 HTTP/1.1'],
    [null, 'TCP, 0 bytes'],
  ] as const;
  for (const [summary, text] of texts)
    assert.equal(stepsOf([segment(0, 0, ACK, { summary })])[0]!.text, text);
});

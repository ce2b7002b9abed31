// Unacknowledged segments in any order: what the timing says without looking at all of them is what looking at all says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ACK, LOST_SEGMENT } from '../../src/flows/tcp-analysis.ts';
import { conversation, type Said } from './segments.ts';

interface Sent {
  seq: number;
  readonly end: number;
  readonly frame: number;
}

const isAfter = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/** A direction, each of whose segments is looked at for every acknowledgment. */
class Direction {
  sent: Sent[] = [];
  hasLost = false;

  acknowledge(ack: number): number {
    const acknowledged = this.sent.find(({ end }) => end === ack)?.frame ?? 0;
    this.sent = this.sent.filter(({ end }) => isAfter(end, ack));
    for (const segment of this.sent) if (isAfter(ack, segment.seq)) segment.seq = ack;
    return acknowledged;
  }

  inFlight(): number {
    if (this.sent.length === 0 || this.hasLost) return 0;
    const from = this.sent[0]!.seq;
    const first = Math.min(...this.sent.map(({ seq }) => (seq - from) | 0));
    const last = Math.max(...this.sent.map(({ end }) => (end - from) | 0));
    return Math.max(0, last - first);
  }
}

/** Of one window, in the middle of the numbers, where they wrap, or half of them away. */
const number = fc
  .tuple(fc.constantFrom(1000, 0x7fff_ffe0, 0xffff_ffe0, 0x4000_0000), fc.nat(64))
  .map(([base, offset]) => (base + offset) >>> 0);
const near = fc
  .nat(64)
  .map((offset) => 0xffff_ffe0 + offset)
  .map((seq) => seq >>> 0);
const said = (numbers: fc.Arbitrary<number>): fc.Arbitrary<Said> =>
  fc.record({
    way: fc.constantFrom('>' as const, '<' as const),
    seq: numbers,
    ack: numbers,
    flags: fc.constant(ACK),
    body: fc.nat(12).map((length) => new Uint8Array(length)),
  });
/** A sender that goes on from segment to segment, and a receiver that acknowledges some of it. */
const orderly = fc
  .array(
    fc.record({
      isAck: fc.boolean(),
      length: fc.integer({ min: 1, max: 9 }),
      back: fc.constantFrom(0, 0, 0, 4),
    }),
  )
  .map((steps) => {
    let next = 0xffff_ffc0;
    let acked = next;
    return steps.map(({ isAck, length, back }): Said => {
      if (isAck) acked = Math.min(next, acked + length);
      const body = new Uint8Array(isAck ? 0 : length);
      const seq = isAck ? 1 : next - back;
      if (!isAck) next = Math.max(next, seq + length);
      return { way: isAck ? '<' : '>', seq: seq >>> 0, ack: (isAck ? acked : 1) >>> 0, flags: ACK, body };
    });
  });

function check(all: readonly Said[]): void {
  const directions = { '>': new Direction(), '<': new Direction() };
  let i = 0;
  conversation(4000, all, (p) => {
    const { way, seq, ack, body } = all[i]!;
    const length = (body as Uint8Array).length;
    const [mine, other] =
      way === '>' ? [directions['>'], directions['<']] : [directions['<'], directions['>']];
    other.hasLost = false;
    if (p.analysis & LOST_SEGMENT) mine.hasLost = true;
    if (length > 0) mine.sent.push({ seq: seq | 0, end: (seq + length) | 0, frame: i + 1 });
    const { timing } = p.session;
    assert.equal(timing!.acksFrame, other.acknowledge(ack! | 0), `acknowledged by packet ${i + 1}`);
    assert.equal(timing!.bytesInFlight, length === 0 ? 0 : mine.inFlight(), `in flight at packet ${i + 1}`);
    i++;
  });
}

const RUNS = { numRuns: 300 };

test('segments and acknowledgments with any numbers', () => {
  fc.assert(fc.property(fc.array(said(number), { maxLength: 40 }), check), RUNS);
});

test('segments and acknowledgments within a window that wraps', () => {
  fc.assert(fc.property(fc.array(said(near), { maxLength: 60 }), check), RUNS);
});

test('a transfer in order, with a few retransmissions', () => {
  fc.assert(fc.property(orderly, check), RUNS);
});

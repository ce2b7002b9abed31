// What the expert finds in a batch, counted: equal findings of many segments are one row.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Frame, newFrame } from '@eyrie/dissect';
import { PacketParser } from '../src/parser/packet-parser.ts';

const ETHERNET = 1;
const [TCP, UDP] = [6, 17];
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

interface Segment {
  readonly flags: number;
  readonly acknowledgment: number;
  readonly sequence?: number;
  readonly isBack?: boolean;
}

const RESET: Segment = { flags: RST, acknowledgment: 0 };
const STRAY_RESET: Segment = { flags: RST, acknowledgment: 7 };
const FINISH: Segment = { flags: FIN | RST | ACK, acknowledgment: 1 };
const BACK: Segment = { flags: RST | ACK, acknowledgment: 1, isBack: true };
const BACK_FINISH: Segment = { ...FINISH, isBack: true };

function frame(number: number, port: number, segment: Segment): Frame {
  const { flags, acknowledgment, isBack = false, sequence = 1 } = segment;
  const data = new Uint8Array(60);
  data.set([8, 0, 0x45, 0, 0, 40], 12);
  data.set([64, TCP, 0, 0, 10, 0, 0, isBack ? 2 : 1, 10, 0, 0, isBack ? 1 : 2], 22);
  const ports = [port >> 8, port & 255, 0x30, 0x39];
  data.set(isBack ? [...ports.slice(2), ...ports.slice(0, 2)] : ports, 34);
  data.set([0, 0, 0, sequence, 0, 0, 0, acknowledgment, 0x50, flags, 0x10], 38);
  const times = { seconds: 1e9 + number, nanoseconds: 0, hasTime: true };
  return Object.assign(newFrame(), {
    ...{ data: data, number, start: 0, end: 60, wireLength: 60, linkType: ETHERNET, fileOffset: 0 },
    ...times,
  });
}

function datagram(number: number, port: number, payload: readonly number[], ttl = 64): Frame {
  const made = frame(number, 1000, RESET);
  const length = 8 + payload.length;
  made.data.set([0, 20 + length, 0, 0, 0, 0, ttl, UDP], 16);
  made.data.set([0x30, 0x39, 0, port, 0, length, 0, 0, ...payload], 34);
  return made;
}

/** Each conversation has a port of its own. */
function counts(conversations: readonly (readonly Segment[])[]): Record<string, number> {
  const parser = new PacketParser();
  parser.begin();
  let number = 0;
  for (const [i, segments] of conversations.entries())
    for (const segment of [{ flags: SYN, acknowledgment: 0 }, ...segments])
      parser.add(frame(++number, 1000 + i, segment));
  return Object.fromEntries(parser.take().findings.map(({ message, count }) => [message, count]));
}

const RESETS = 'Connection reset (RST)';
const INITIATES = 'This frame initiates the connection closing';
const UNDERGOES = 'This frame undergoes the connection closing';
const STRAYS = 'The acknowledgment number field is nonzero while the ACK flag is not set';

describe('findings of a batch', () => {
  it('are counted by what each segment says, whichever of equal analysis came first', () => {
    const expected = { [RESETS]: 5, [STRAYS]: 2 };
    const each = [[RESET], [STRAY_RESET], [RESET], [STRAY_RESET], [RESET]];
    assert.deepEqual(counts(each), expected);
    assert.deepEqual(counts(each.toReversed()), expected);
    assert.deepEqual(counts([[STRAY_RESET], ...each.slice(0, 3), [RESET]]), expected);
  });

  it('are counted of segments without analysis too: each FIN, and each acknowledgment number without its flag', () => {
    const close: Segment = { flags: FIN | ACK, acknowledgment: 1, sequence: 2 };
    const closeBack = { ...close, isBack: true };
    const stray: Segment = { flags: 0, acknowledgment: 7, sequence: 2 };
    const expected = { [INITIATES]: 2, [UNDERGOES]: 2, [STRAYS]: 1 };
    assert.deepEqual(counts([[close, closeBack], [closeBack, close], [stray]]), expected);
  });

  it('tell who begins to close a connection from who follows', () => {
    const found = counts([
      [BACK, FINISH],
      [BACK_FINISH, FINISH],
    ]);
    assert.deepEqual([found[INITIATES], found[UNDERGOES]], [2, 1]);
  });

  it('are counted apart where one text is about several protocols, and together where its layers differ', () => {
    const parser = new PacketParser();
    parser.begin();
    // A message with one question, and no bytes of it.
    for (const [i, port] of [53, 137, 53, 53].entries())
      parser.add(datagram(i + 1, port, [0, i, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    const rows = parser.take().findings.map(({ protocol, message, count }) => ({ protocol, message, count }));
    const message = 'Malformed Packet (Exception occurred)';
    assert.deepEqual(rows, [
      { protocol: 'DNS', message, count: 3 },
      { protocol: 'NBNS', message, count: 1 },
    ]);
  });

  it('of several batches are one row, with the times of the first and the last batch that has them', () => {
    const parser = new PacketParser({ reportEvery: 3 });
    for (const number of [1, 2, 3]) {
      parser.begin();
      parser.add(datagram(2 * number, 9, [], 1));
      parser.add(datagram(2 * number + 1, 9, [], 1));
      const { findings } = parser.take();
      const hops = findings.filter(({ message }) => message === '"Time To Live" only 1');
      const seen = hops.map(({ count, frame, time, last }) => [count, frame, time, last]);
      assert.deepEqual(seen, number < 3 ? [] : [[6, 2, 1e9 + 2, 1e9 + 6]]);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { median } from '../scripts/bench/measure.ts';
import { renumber } from '../scripts/bench/renumber.ts';
import { type Measured, summarize } from '../scripts/bench/report.ts';
import { OURS, type Task } from '../scripts/bench/tasks.ts';

/** RFC 1071 §1: the one's complement sum, 0xffff for data whose checksum is right. */
function checksumSum(bytes: Buffer, seed = 0): number {
  let sum = seed;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

interface Datagram {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

const IP = 14;

/** An Ethernet frame with an IPv4 or IPv6 UDP datagram, its checksums right. */
function udpFrame(version: 4 | 6, { source, destination, payload }: Datagram): Buffer {
  const headerLength = version === 4 ? 20 : 40;
  const udp = IP + headerLength;
  const frame = Buffer.alloc(udp + 8 + payload.length);
  frame.writeUInt16BE(version === 4 ? 0x0800 : 0x86dd, 12);
  frame.set(source, IP + (version === 4 ? 12 : 8));
  frame.set(destination, IP + (version === 4 ? 16 : 24));
  frame.writeUInt16BE(1234, udp);
  frame.writeUInt16BE(53, udp + 2);
  frame.writeUInt16BE(8 + payload.length, udp + 4);
  frame.set(payload, udp + 8);
  if (version === 4) {
    frame[IP] = 0x45;
    frame[IP + 9] = 17;
    frame.writeUInt16BE(28 + payload.length, IP + 2);
    frame.writeUInt16BE(~checksumSum(frame.subarray(IP, udp)) & 0xffff, IP + 10);
  } else {
    frame[IP] = 0x60;
    frame[IP + 6] = 17;
    frame.writeUInt16BE(8 + payload.length, IP + 4);
  }
  // RFC 768: a checksum that comes out as zero is sent as all ones.
  frame.writeUInt16BE(~udpSum(version, frame) & 0xffff || 0xffff, udp + 6);
  return frame;
}

/** The sum over pseudo-header and datagram (RFC 768; RFC 8200 §8.1). */
function udpSum(version: 4 | 6, frame: Buffer): number {
  const udp = IP + (version === 4 ? 20 : 40);
  const addresses = frame.subarray(IP + (version === 4 ? 12 : 8), udp);
  return checksumSum(frame.subarray(udp), checksumSum(addresses, 17 + (frame.length - udp)));
}

describe('other hosts', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const unicast = fc
    .tuple(fc.integer({ min: 1, max: 126 }), bytes(3))
    .map(([a, rest]) => Uint8Array.of(a, ...rest));
  const global = bytes(15).map((rest) => Uint8Array.of(0x20, ...rest));
  const payload = fc.uint8Array({ maxLength: 40 });
  const datagram4 = fc.record({ source: unicast, destination: unicast, payload });
  const datagram6 = fc.record({ source: global, destination: global, payload });

  it('keep their checksums right', () => {
    fc.assert(
      fc.property(datagram4, datagram6, fc.nat(70_000), (four, six, round) => {
        const frame4 = udpFrame(4, four);
        renumber(frame4, round);
        assert.equal(checksumSum(frame4.subarray(IP, IP + 20)), 0xffff);
        assert.equal(udpSum(4, frame4), 0xffff);
        const frame6 = udpFrame(6, six);
        renumber(frame6, round);
        assert.equal(udpSum(6, frame6), 0xffff);
      }),
    );
  });

  it('differ from round to round, and both directions of a flow move alike', () => {
    const a = Uint8Array.of(10, 0, 255, 1);
    const b = Uint8Array.of(192, 168, 1, 2);
    const there = udpFrame(4, { source: a, destination: b, payload: new Uint8Array(2) });
    const back = udpFrame(4, { source: b, destination: a, payload: new Uint8Array(2) });
    renumber(there, 3);
    renumber(back, 3);
    assert.deepEqual([...there.subarray(IP + 12, IP + 16)], [10, 1, 2, 1]);
    assert.deepEqual(there.subarray(IP + 12, IP + 16), back.subarray(IP + 16, IP + 20));
    assert.deepEqual(there.subarray(IP + 16, IP + 20), back.subarray(IP + 12, IP + 16));
  });

  it('leave multicast, broadcast and loopback alone', () => {
    for (const destination of [
      [224, 0, 0, 251],
      [255, 255, 255, 255],
      [127, 0, 0, 1],
    ]) {
      const datagram = {
        source: new Uint8Array(4),
        destination: Uint8Array.from(destination),
        payload: new Uint8Array(0),
      };
      const frame = udpFrame(4, datagram);
      renumber(frame, 9);
      assert.deepEqual(frame, udpFrame(4, datagram));
    }
  });

  it('are given to no bytes beyond the end of a short packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), (tail, round) => {
        const frame = Buffer.from([...new Array(12).fill(0), 8, 0, ...tail]);
        renumber(frame, round);
        assert.equal(frame.length, 14 + tail.length);
      }),
    );
  });
});

describe('figures', () => {
  const task: Task = {
    name: 'io,phs',
    what: '',
    commands: [],
    goals: [{ than: 'tshark', ratioMin: 10 }],
    peakBytesMax: 100,
  };

  function measured(ours: number[], theirs: number[], exit = 0): Measured {
    const runs = (walls: number[], status: number) =>
      walls.map((wallSeconds) => ({
        wallSeconds,
        cpuSeconds: null,
        peakBytes: 50,
        exit: status,
        error: 'bad',
      }));
    return {
      task,
      mix: null,
      commands: [
        { command: { tool: OURS, words: ['eyrie', 'FILE'] }, runs: runs(ours, exit) },
        { command: { tool: 'tshark', words: ['tshark', 'FILE'] }, runs: runs(theirs, 0) },
      ],
    };
  }

  it('take the ratio turn by turn, then its median', () => {
    const [summary] = summarize([measured([1, 2, 1], [12, 22, 30])]);
    assert.equal(summary?.commands[1]?.ratio, 12);
    assert.equal(summary?.commands[1]?.wallSeconds, 22);
    assert.deepEqual(
      summary?.goals.map((goal) => goal.met),
      [true, true],
    );
  });

  it('miss the goal when ours is too slow, and when ours fails', () => {
    assert.deepEqual(
      summarize([measured([2], [12])])[0]?.goals.map((goal) => goal.met),
      [false, true],
    );
    const [failed] = summarize([measured([1], [12], 1)]);
    assert.equal(failed?.commands[0]?.failed, 'bad');
    assert.equal(failed?.commands[1]?.ratio, null);
    assert.deepEqual(
      failed?.goals.map((goal) => goal.met),
      [false],
    );
  });

  it('are medians', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
});

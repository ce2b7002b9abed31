// What the graphs of a stream show, as numbers: tcptrace's time-sequence graph, round trips, throughput and windows.
import type { FlowSegment } from '../../api/types.ts';
import { nanoseconds } from '../../format/time.ts';

export type GraphKind = 'sequence' | 'rtt' | 'throughput' | 'window';
/** The side that sends the data: 0, the client; 1, the server. */
export type Side = 0 | 1;

const [FIN, SYN, RST, ACK] = [0x01, 0x02, 0x04, 0x10];
/** The number of an ACK that is not relative to anything known. */
const WIDE = 2 ** 32;
const BINS = 100;

export interface Line {
  name: string;
  tone: 'data' | 'ack' | 'window';
  /** One for each time; null: none. */
  values: (number | null)[];
  /** `steps`: holds until the next one; `points`: not joined. */
  form: 'line' | 'steps' | 'points';
}

/** A range of values at one time: the sequence numbers of a segment, or a block of SACK. */
export interface Bar {
  at: number;
  from: number;
  to: number;
  tone: 'data' | 'retransmitted' | 'reordered' | 'sack';
}

export interface Graph {
  /** Seconds since the first packet, ascending. */
  times: number[];
  lines: Line[];
  bars: Bar[];
  unit: 'sequence' | 'seconds' | 'bits' | 'bytes';
  /** The packet at each time; empty if times are steps. */
  packets: FlowSegment[];
  /** Seconds of a step; 0: times are those of packets. */
  step: number;
}

/** @param segments in the order of the capture */
export function graphOf(kind: GraphKind, segments: readonly FlowSegment[], side: Side): Graph {
  const start = segments.reduce<bigint | null>((least, { time }) => {
    const at = nanoseconds(time);
    return least === null || at < least ? at : least;
  }, null);
  const timed = segments
    .map((packet) => ({ packet, at: Number(nanoseconds(packet.time) - (start ?? 0n)) / 1e9 }))
    .sort((a, b) => a.at - b.at);
  if (kind === 'throughput') return throughput(timed);
  const packets = timed.map(({ packet }) => packet);
  const base = { times: timed.map(({ at }) => at), packets, bars: [], step: 0 };
  if (kind === 'rtt') return { ...base, unit: 'seconds', lines: [roundTrips(packets, side)] };
  if (kind === 'window') return { ...base, unit: 'bytes', lines: windows(packets, side) };
  return { ...base, unit: 'sequence', ...sequence(packets, side) };
}

interface Timed {
  packet: FlowSegment;
  at: number;
}

function isAck({ tcp }: FlowSegment): boolean {
  return tcp !== null && (tcp.flags & ACK) !== 0 && (tcp.flags & RST) === 0 && tcp.ack < WIDE;
}

function sequence(packets: readonly FlowSegment[], side: Side): Pick<Graph, 'lines' | 'bars'> {
  const bars: Bar[] = [];
  const sent: (number | null)[] = [];
  const acked: (number | null)[] = [];
  const allowed: (number | null)[] = [];
  let highest = 0;
  packets.forEach((packet, at) => {
    const { tcp, length } = packet;
    const size = tcp === null ? 0 : length + (tcp.flags & (SYN | FIN) ? 1 : 0);
    const isData = packet.side === side && size > 0;
    const isAnswer = packet.side !== side && isAck(packet);
    const seq = isData ? unwrapped(tcp!.seq, highest) : 0;
    const ack = isAnswer ? unwrapped(tcp!.ack, highest) : 0;
    highest = Math.max(highest, seq + size * Number(isData), ack);
    sent.push(isData ? seq + size : null);
    acked.push(isAnswer ? ack : null);
    allowed.push(isAnswer ? ack + tcp!.window : null);
    if (isData) bars.push({ at, from: seq, to: seq + size, tone: toneOf(tcp!.findings) });
    if (!isAnswer) return;
    for (const [left, right] of tcp!.sack) {
      const from = unwrapped(left, ack);
      bars.push({ at, from, to: unwrapped(right, from), tone: 'sack' });
    }
  });
  return {
    bars,
    lines: [
      { name: 'Sent', tone: 'data', values: sent, form: 'points' },
      { name: 'Acknowledged', tone: 'ack', values: acked, form: 'steps' },
      { name: 'End of the receive window', tone: 'window', values: allowed, form: 'steps' },
    ],
  };
}

/** The number nearest to `near` of those equal modulo 2^32: beyond a wrap, or before the first segment captured. */
function unwrapped(number: number, near: number): number {
  return number + WIDE * Math.round((near - number) / WIDE);
}

function toneOf(findings: readonly string[]): Bar['tone'] {
  if (findings.includes('retransmission')) return 'retransmitted';
  return findings.includes('out_of_order') ? 'reordered' : 'data';
}

/** Round trips of the side's segments, at the times of their acknowledgments. */
function roundTrips(packets: readonly FlowSegment[], side: Side): Line {
  const values = packets.map(({ side: from, tcp }) => (from === side ? null : (tcp?.rtt ?? null)));
  return { name: 'Round trip', tone: 'data', values, form: 'points' };
}

function windows(packets: readonly FlowSegment[], side: Side): Line[] {
  const isEstablished = ({ tcp }: FlowSegment) => tcp !== null && (tcp.flags & (SYN | RST)) === 0;
  return [
    {
      name: 'Receive window',
      tone: 'window',
      // The window of a SYN is never scaled (RFC 7323 §2.2): a line from it would jump.
      values: packets.map((packet) =>
        packet.side !== side && isEstablished(packet) ? packet.tcp!.window : null,
      ),
      form: 'steps',
    },
    {
      name: 'Bytes in flight',
      tone: 'data',
      values: packets.map(({ side: from, tcp }) => (from === side ? (tcp?.in_flight ?? null) : null)),
      form: 'points',
    },
  ];
}

/** Bits per second of both sides, in at most BINS steps of 1, 2 or 5 times a power of ten seconds. */
function throughput(timed: readonly Timed[]): Graph {
  const span = timed.at(-1)?.at ?? 0;
  const step = niceStep(Math.max(span, 1e-6) / BINS);
  const bins = Math.floor(span / step + 1e-9) + 1;
  const sums = [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)] as const;
  for (const { packet, at } of timed) sums[packet.side][Math.floor(at / step + 1e-9)]! += packet.length;
  const rates = (of: readonly number[]) => of.map((bytes) => (bytes * 8) / step);
  return {
    times: sums[0].map((_, i) => i * step),
    lines: [
      { name: 'Client to server', tone: 'ack', values: rates(sums[0]), form: 'steps' },
      { name: 'Server to client', tone: 'data', values: rates(sums[1]), form: 'steps' },
    ],
    bars: [],
    unit: 'bits',
    packets: [],
    step,
  };
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9))!;
  return digit * power;
}

/** The side that sent more. */
export function largerSide(segments: readonly FlowSegment[]): Side {
  const sums = [0, 0];
  for (const { side, length } of segments) sums[side]! += length;
  return sums[1]! > sums[0]! ? 1 : 0;
}

// RTP streams: loss, jitter and packet spacing (RFC 3550 §6.4.1, §A.8), as in Wireshark's RTP stream analysis.
import type { Packet } from '../core/packet.ts';
import { netAddress } from '../core/text.ts';
import { encodingOf } from '../protocols/voice/media-sessions.ts';
import { Tap } from './tap.ts';
import { millisecondsSinceStart } from './time.ts';

const STREAMS_MAX = 20_000;

/** Payload types of comfort noise, around which packet spacing is irregular. */
const NOISE = [13, 19];

/** Clock rates in Hz of the static payload types (RFC 3551 §6). */
const CLOCKS: Readonly<Record<number, number>> = {
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 18, 19].map((type) => [type, 8000])),
  ...Object.fromEntries([14, 25, 26, 28, 31, 32, 33, 34].map((type) => [type, 90_000])),
  6: 16_000,
  10: 44_100,
  11: 44_100,
  16: 11_025,
  17: 22_050,
};

/** Short names of the static payload types. */
const TYPES: Readonly<Record<number, string>> = {
  0: 'g711U',
  1: 'fs-1016',
  2: 'g721',
  3: 'GSM',
  4: 'g723',
  5: 'DVI4 8k',
  6: 'DVI4 16k',
  7: 'Exp. from Xerox PARC, Palo Alto, California',
  8: 'g711A',
  9: 'g722',
  10: '16-bit audio, stereo',
  11: '16-bit audio, monaural',
  12: 'Qualcomm Code Excited Linear Predictive coding',
  13: 'CN',
  14: 'MPEG-I/II Audio',
  15: 'g728',
  16: 'DVI4 11k',
  17: 'DVI4 22k',
  18: 'g729',
  19: 'CN(old)',
  25: 'CellB',
  26: 'JPEG',
  28: 'NV',
  31: 'h261',
  32: 'MPEG-I/II Video',
  33: 'MPEG-II transport streams',
  34: 'h263',
};

export interface RtpStream {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly ssrc: number;
  readonly payloads: string[];
  /** Seconds since the first frame. */
  readonly start: number;
  end: number;
  packets: number;
  expected: number;
  /** Spacing of packets and jitter, in milliseconds. */
  minDelta: number;
  meanDelta: number;
  maxDelta: number;
  minJitter: number;
  meanJitter: number;
  maxJitter: number;
  /** Sequence numbers or timestamps were discontinuous. */
  hasProblem: boolean;
}

interface Counted extends RtpStream {
  readonly firstSequence: number;
  readonly firstTimestamp: number;
  lastSequence: number;
  /** Highest sequence number in order. */
  sequence: number;
  cycles: number;
  isPastWrap: boolean;
  time: number;
  nominal: number;
  jitter: number;
  type: number;
}

export class RtpStreams {
  readonly #streams = new Map<string, Counted>();
  readonly #tap = new Tap(['rtp'], ['rtp.ssrc', 'rtp.seq', 'rtp.timestamp', 'rtp.p_type', 'rtp.marker']);

  add(p: Packet): void {
    this.#tap.forEach(p, () => {
      if (this.#tap.has('rtp.ssrc')) this.#packet(p);
    });
  }

  /** Latest stream first, as in tshark. */
  list(): RtpStream[] {
    return [...this.#streams.values()].reverse().map((stream) => ({
      ...stream,
      minDelta: Math.max(0, stream.minDelta),
      minJitter: Math.max(0, stream.minJitter),
      expected: stream.lastSequence + stream.cycles * 0x10000 - stream.firstSequence + 1,
    }));
  }

  #packet(p: Packet): void {
    const tap = this.#tap;
    const ssrc = tap.number('rtp.ssrc');
    const type = tap.number('rtp.p_type');
    const [source, destination] = [netAddress(p, p.netSrc), netAddress(p, p.netDst)];
    const key = `${source} ${p.srcPort} ${destination} ${p.dstPort} ${ssrc}`;
    let stream = this.#streams.get(key);
    const name = payloadName(p, type);
    if (stream === undefined) {
      if (this.#streams.size >= STREAMS_MAX) return;
      stream = newStream(
        p,
        source,
        destination,
        ssrc,
        tap.number('rtp.seq'),
        tap.number('rtp.timestamp'),
        type,
      );
      this.#streams.set(key, stream);
    } else
      see(stream, millisecondsSinceStart(p), tap.number('rtp.seq'), tap.number('rtp.timestamp'), {
        type,
        clock: clockOf(p, type),
        hasMarker: tap.number('rtp.marker') === 1,
      });
    stream.packets++;
    stream.end = millisecondsSinceStart(p) / 1000;
    if (!stream.payloads.includes(name)) stream.payloads.push(name);
  }
}

function newStream(
  p: Packet,
  source: string,
  destination: string,
  ssrc: number,
  sequence: number,
  timestamp: number,
  type: number,
): Counted {
  const time = millisecondsSinceStart(p);
  return {
    source,
    sourcePort: p.srcPort,
    destination,
    destinationPort: p.dstPort,
    ssrc,
    payloads: [],
    start: time / 1000,
    end: time / 1000,
    packets: 0,
    expected: 0,
    minDelta: -1,
    meanDelta: 0,
    maxDelta: 0,
    minJitter: -1,
    meanJitter: 0,
    maxJitter: 0,
    hasProblem: false,
    firstSequence: sequence,
    firstTimestamp: timestamp,
    lastSequence: sequence,
    sequence,
    cycles: 0,
    isPastWrap: false,
    time,
    nominal: 0,
    jitter: 0,
    type,
  };
}

interface Sample {
  readonly type: number;
  readonly clock: number;
  readonly hasMarker: boolean;
}

function see(stream: Counted, now: number, sequence: number, timestamp: number, sample: Sample): void {
  // Ahead of the first by less than half the range of timestamps.
  const ahead = (timestamp - stream.firstTimestamp) >>> 0;
  const isInOrder = ahead < 0x8000_0000;
  if (!isInOrder) stream.hasProblem = true;
  else countCycle(stream, sequence);
  countOrder(stream, sequence, isInOrder);
  let delta = 0;
  let jitter = stream.jitter;
  if (isInOrder) {
    delta = now - stream.time;
    if (sample.clock > 0) {
      const nominal = ahead / (sample.clock / 1000);
      jitter = (15 * stream.jitter + Math.abs(delta - (nominal - stream.nominal))) / 16;
      stream.nominal = nominal;
    }
  }
  const isEven =
    !sample.hasMarker && isInOrder && !NOISE.includes(sample.type) && !NOISE.includes(stream.type);
  if (isEven) tally(stream, delta, jitter, sample.clock > 0);
  stream.jitter = jitter;
  stream.type = sample.type;
  if (isInOrder) stream.time = now;
  stream.lastSequence = sequence;
}

/** Counts wrap-arounds of the 16-bit sequence number. */
function countCycle(stream: Counted, sequence: number): void {
  const isWrap = sequence < stream.firstSequence || (sequence === 0 && stream.lastSequence === 0xffff);
  if (isWrap && !stream.isPastWrap) {
    stream.cycles++;
    stream.isPastWrap = true;
  } else if (sequence > stream.firstSequence) stream.isPastWrap = false;
}

function countOrder(stream: Counted, sequence: number, isInOrder: boolean): void {
  const isNext = sequence === ((stream.sequence + 1) & 0xffff);
  const isGap = stream.sequence + 1 < sequence || stream.sequence - sequence > 0xff00;
  if (!(isInOrder && isNext)) stream.hasProblem = true;
  if (isInOrder && (isNext || isGap)) stream.sequence = sequence;
}

function tally(stream: Counted, delta: number, jitter: number, hasClock: boolean): void {
  const count = stream.packets;
  stream.maxDelta = Math.max(stream.maxDelta, delta);
  stream.minDelta = stream.minDelta < 0 ? delta : Math.min(stream.minDelta, delta);
  stream.meanDelta = (stream.meanDelta * (count - 1) + delta) / count;
  if (!hasClock) return;
  stream.maxJitter = Math.max(stream.maxJitter, jitter);
  stream.minJitter = stream.minJitter < 0 ? jitter : Math.min(stream.minJitter, jitter);
  stream.meanJitter = (stream.meanJitter * (count - 1) + jitter) / count;
}

function payloadName(p: Packet, type: number): string {
  return TYPES[type] ?? encodingOf(p, type) ?? (type >= 96 ? `RTPType-${type}` : `Unknown (${type})`);
}

function clockOf(p: Packet, type: number): number {
  if (type < 96) return CLOCKS[type] ?? 0;
  const encoding = encodingOf(p, type)?.toLowerCase() ?? '';
  if (encoding === '' || encoding.startsWith('telephone-event')) return 0;
  if (encoding.startsWith('opus')) return 48_000;
  if (/^(h26|mp|vp|av1|raw|dv\b|jpeg)/.test(encoding)) return 90_000;
  if (/^(amr-wb|evs|g7221)/.test(encoding)) return 16_000;
  return /^(red|t140)/.test(encoding) ? 1000 : 8000;
}

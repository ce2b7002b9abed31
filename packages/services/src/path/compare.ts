// Compares the sightings of two observation points: a packet seen at both gives its delay and hop count; a packet seen
// only at its sender's was lost.
import { type Delays, quickestPair } from './round-trip.ts';
import type { Sightings } from './sightings.ts';

/** Longest plausible delay of a packet. */
const DELAY_MAX_NS = 10e9;
/** Identical packets compared; further ones add nothing. */
const ALIKE_MAX = 32;
/** Margin after the largest delay before a packet counts as lost. */
const MARGIN_NS = 50e6;
/** IP bytes of a standard Ethernet frame. */
const USUAL_MTU = 1_500;

export interface Delay {
  readonly minMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly meanMs: number;
}

export interface Direction {
  /** Packets seen at both points. */
  readonly matched: number;
  readonly delay: Delay | null;
  /** Packets whose arrival could be determined. */
  readonly sent: number;
  readonly lost: number;
  /** Percent; null if unknown. */
  readonly lossPercent: number | null;
  /** Hop count from the decrease of the TTL: the most frequent one, and whether all packets agree. */
  readonly hops: number | null;
  readonly hopsVary: boolean;
  /** Packets seen at the receiver only: the sender's capture missed them. */
  readonly unseen: number;
}

export interface PathReport {
  readonly forth: Direction;
  readonly back: Direction;
  /** Seconds covered by both points. */
  readonly overlapSeconds: number;
  /** Sampling: one packet in this many was compared. */
  readonly oneIn: number;
  /** Sum of the smallest delays in both directions at about the same moment; independent of the clocks. */
  readonly roundTripMs: number | null;
  /** Offset of the second clock, assuming symmetric delays. */
  readonly clockAheadMs: number | null;
  /** TCP segments are excluded from loss, because the captures have packets larger than a frame. */
  readonly isTcpLeftOut: boolean;
}

export interface CompareOptions {
  /** Hashes of each point's addresses (`hashAddress`), if known: they determine a packet's direction. */
  readonly addresses?: readonly [ReadonlySet<number>, ReadonlySet<number>];
}

interface Conversation {
  /** Indexes of matched packets, pairwise. */
  readonly first: number[];
  readonly second: number[];
  readonly onlyFirst: number[];
  readonly onlySecond: number[];
}

export function comparePaths(a: Sightings, b: Sightings, { addresses }: CompareOptions = {}): PathReport {
  const shift = Math.max(a.shift, b.shift);
  const shiftNs = Number(b.baseNs - a.baseNs);
  const conversations = match(a, b, shift, shiftNs);
  const isTcpLeftOut = [...conversations.values()].some(
    ({ onlyFirst, onlySecond }) => hasJoined(a, onlyFirst) || hasJoined(b, onlySecond),
  );
  const [forth, back] = [new Way(a, b, shiftNs, isTcpLeftOut), new Way(b, a, -shiftNs, isTcpLeftOut)];
  for (const each of conversations.values()) {
    const way = directionOf(each, a, b, shiftNs, addresses);
    if (way > 0) forth.add(each.first, each.second, each.onlyFirst, each.onlySecond);
    else if (way < 0) back.add(each.second, each.first, each.onlySecond, each.onlyFirst);
  }
  const [there, home] = [forth.report(), back.report()];
  const quickest = quickestPair(forth.delaysFrom(0), back.delaysFrom(shiftNs));
  const overlapNs = Math.min(a.untilNs, b.untilNs + shiftNs) - Math.max(a.sinceNs, b.sinceNs + shiftNs);
  return {
    forth: there,
    back: home,
    overlapSeconds: Math.max(0, overlapNs / 1e9) || 0,
    oneIn: 2 ** shift,
    roundTripMs: quickest && quickest.thereMs + quickest.backMs,
    clockAheadMs: quickest && (quickest.thereMs - quickest.backMs) / 2,
    isTcpLeftOut,
  };
}

/** Matches packets, grouped by source and destination. Among identical packets, the nearest in time are paired. */
function match(a: Sightings, b: Sightings, shift: number, shiftNs: number): Map<number, Conversation> {
  const conversations = new Map<number, Conversation>();
  const of = (from: Sightings, i: number): Conversation => {
    const key = from.sources[i]! * 0x1_0000 + (from.destinations[i]! & 0xffff);
    let found = conversations.get(key);
    if (found === undefined) {
      found = { first: [], second: [], onlyFirst: [], onlySecond: [] };
      conversations.set(key, found);
    }
    return found;
  };
  const [inA, inB] = [new Alike(a, shift), new Alike(b, shift)];
  for (const key of inA.keys()) {
    const [ours, theirs] = [inA.of(key), inB.of(key)];
    for (const [i, j] of pairs(ours, theirs, (i, j) => Math.abs(b.times[j]! + shiftNs - a.times[i]!))) {
      const conversation = of(a, i < 0 ? ours[0]! : i);
      if (i >= 0 && j >= 0) {
        conversation.first.push(i);
        conversation.second.push(j);
      } else if (i >= 0) conversation.onlyFirst.push(i);
      else conversation.onlySecond.push(j);
    }
  }
  for (const key of inB.keys()) if (!inA.has(key)) for (const j of inB.of(key)) of(b, j).onlySecond.push(j);
  return conversations;
}

/** Index of packets by hash, as linked lists in arrays, which use less memory than lists. */
class Alike {
  readonly #last = new Map<number, number>();
  readonly #before: Int32Array;

  constructor(seen: Sightings, shift: number) {
    this.#before = new Int32Array(seen.length);
    for (const i of seen.ordered(shift)) {
      const key = keyOf(seen, i);
      this.#before[i] = this.#last.get(key) ?? -1;
      this.#last.set(key, i);
    }
  }

  keys(): Iterable<number> {
    return this.#last.keys();
  }

  has(key: number): boolean {
    return this.#last.has(key);
  }

  /** Packets with this hash, newest first; if there are very many, the newest. */
  of(key: number): number[] {
    const all: number[] = [];
    for (let i = this.#last.get(key) ?? -1; i >= 0 && all.length < ALIKE_MAX; i = this.#before[i]!)
      all.push(i);
    return all;
  }
}

/** Pairs packets, nearest in time first; -1 for unpaired ones. */
function pairs(
  ours: readonly number[],
  theirs: readonly number[],
  distanceNs: (i: number, j: number) => number,
): [number, number][] {
  const all = ours.flatMap((i) => theirs.map((j) => ({ i, j, ns: distanceNs(i, j) })));
  const found: [number, number][] = [];
  const [left, right] = [new Set(ours), new Set(theirs)];
  if (all.length > 1) all.sort((x, y) => x.ns - y.ns);
  for (const { i, j, ns } of all)
    if (ns < DELAY_MAX_NS && left.has(i) && right.has(j)) {
      left.delete(i);
      right.delete(j);
      found.push([i, j]);
    }
  return [
    ...found,
    ...[...left].map((i) => [i, -1] as [number, number]),
    ...[...right].map((j) => [-1, j] as [number, number]),
  ];
}

/** The hash as a number: 53 of its 64 bits. */
function keyOf({ hashHigh, hashLow }: Sightings, i: number): number {
  return hashLow[i]! * 0x20_0000 + (hashHigh[i]! & 0x1f_ffff);
}

/** 1: from the first point to the second; -1: the reverse; 0: unknown. */
function directionOf(
  { first, second, onlyFirst, onlySecond }: Conversation,
  a: Sightings,
  b: Sightings,
  shiftNs: number,
  addresses: CompareOptions['addresses'],
): number {
  if (addresses !== undefined) {
    const [of, i] =
      first.length + onlyFirst.length > 0 ? [a, first[0] ?? onlyFirst[0]!] : [b, onlySecond[0]!];
    const [ofA, ofB] = addresses;
    const [source, destination] = [of.sources[i]!, of.destinations[i]!];
    if (ofA.has(source) && ofB.has(destination)) return 1;
    if (ofB.has(source) && ofA.has(destination)) return -1;
  }
  if (first.length === 0) return 0;
  let fell = 0;
  for (let k = 0; k < first.length; k++) fell += a.ttls[first[k]!]! - b.ttls[second[k]!]!;
  if (fell !== 0) return Math.sign(fell);
  const delays = first.map((i, k) => b.times[second[k]!]! + shiftNs - a.times[i]!);
  return Math.sign(delays.toSorted((x, y) => x - y)[delays.length >> 1]!);
}

/** Whether large segments appear at one point only: a network card split or merged them, so packets cannot match. */
function hasJoined(seen: Sightings, unmatched: readonly number[]): boolean {
  return unmatched.some((i) => seen.isTcpData(i) && seen.lengths[i]! > USUAL_MTU);
}

/** Statistics of one direction. */
class Way {
  readonly #from: Sightings;
  readonly #to: Sightings;
  readonly #shiftNs: number;
  readonly #isTcpLeftOut: boolean;
  readonly #delays: number[] = [];
  readonly #hops = new Map<number, number>();
  readonly #missing: number[] = [];
  readonly #arrived: number[] = [];
  #unseen = 0;

  constructor(from: Sightings, to: Sightings, shiftNs: number, isTcpLeftOut: boolean) {
    this.#from = from;
    this.#to = to;
    this.#shiftNs = shiftNs;
    this.#isTcpLeftOut = isTcpLeftOut;
  }

  add(
    sent: readonly number[],
    received: readonly number[],
    missing: readonly number[],
    unseen: readonly number[],
  ): void {
    const [from, to] = [this.#from, this.#to];
    for (let k = 0; k < sent.length; k++) {
      const [i, j] = [sent[k]!, received[k]!];
      this.#delays.push((to.times[j]! + this.#shiftNs - from.times[i]!) / 1e6);
      const hops = from.ttls[i]! - to.ttls[j]!;
      this.#hops.set(hops, (this.#hops.get(hops) ?? 0) + 1);
    }
    for (const i of sent) this.#arrived.push(i);
    for (const i of missing) this.#missing.push(i);
    for (const j of unseen)
      if (this.#isWatched(to.times[j]! + this.#shiftNs, from.sinceNs, from.untilNs)) this.#unseen++;
  }

  /** Each with when it was sent. @param shiftNs from the sender's clock to the one that both directions are put on */
  delaysFrom(shiftNs: number): Delays {
    return { atNs: this.#arrived.map((i) => this.#from.times[i]! + shiftNs), delaysMs: this.#delays };
  }

  report(): Direction {
    const delay = delayOf(this.#delays);
    const slowestNs = (delay?.maxMs ?? 0) * 1e6;
    const quickestNs = (delay?.minMs ?? 0) * 1e6;
    const [sinceNs, untilNs] = [this.#to.sinceNs + this.#shiftNs, this.#to.untilNs + this.#shiftNs];
    const counts = (i: number): boolean =>
      !(this.#isTcpLeftOut && this.#from.isTcpData(i)) &&
      this.#isWatched(
        this.#from.times[i]!,
        sinceNs - Math.min(0, quickestNs),
        untilNs - slowestNs - MARGIN_NS,
      );
    const lost = this.#missing.filter(counts).length;
    const sent = lost + this.#arrived.filter(counts).length;
    const hops = [...this.#hops].sort((x, y) => y[1] - x[1]);
    return {
      matched: this.#delays.length,
      delay,
      sent,
      lost,
      lossPercent: sent === 0 ? null : (100 * lost) / sent,
      hops: hops[0]?.[0] ?? null,
      hopsVary: hops.length > 1,
      unseen: this.#unseen,
    };
  }

  #isWatched(timeNs: number, sinceNs: number, untilNs: number): boolean {
    return timeNs >= sinceNs && timeNs <= untilNs;
  }
}

function delayOf(delays: readonly number[]): Delay | null {
  if (delays.length === 0) return null;
  const sorted = Float64Array.from(delays).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  const meanMs = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return { minMs: at(0), medianMs: at(0.5), p95Ms: at(0.95), maxMs: at(1), meanMs };
}

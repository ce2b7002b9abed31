// What was seen at one place: which packets, when, with which TTL. Bounded: of more packets than there is room for, a part
// is kept, chosen by their hash, so that two places that never spoke with each other keep the same part.
import type { Sighting } from './sighting.ts';

const SIGHTINGS_MAX = 1 << 16;
/** A file may hold more, and is read once. */
export const FILE_SIGHTINGS_MAX = 1 << 20;
/** A sample of 1 in 2^16 says nothing any more. */
const SHIFT_MAX = 16;
/** Of a place that is watched on and on: what is kept reaches back so far, if need be by keeping fewer of the packets. */
const REACH_NS = 20e9;
const TCP_DATA = 1;

export class Sightings {
  /** Nanoseconds since 1970 that `times` are counted from. */
  readonly baseNs: bigint;
  readonly capacity: number;
  readonly #reachNs: number;
  readonly hashHigh: Uint32Array;
  readonly hashLow: Uint32Array;
  /** Nanoseconds from `baseNs`. */
  readonly times: Float64Array;
  readonly sources: Uint32Array;
  readonly destinations: Uint32Array;
  readonly lengths: Uint32Array;
  readonly ttls: Uint8Array;
  readonly flags: Uint8Array;
  /** One packet in 2^shift is kept. */
  shift = 0;
  /** Nothing that was seen since then and chosen is missing. */
  sinceNs = Number.POSITIVE_INFINITY;
  untilNs = Number.NEGATIVE_INFINITY;
  length = 0;
  /** Where the next one goes; the oldest, once it is full. */
  #next = 0;

  constructor(baseNs: bigint, capacity = SIGHTINGS_MAX, reachNs = REACH_NS) {
    this.baseNs = baseNs;
    this.capacity = capacity;
    this.#reachNs = reachNs;
    this.hashHigh = new Uint32Array(capacity);
    this.hashLow = new Uint32Array(capacity);
    this.times = new Float64Array(capacity);
    this.sources = new Uint32Array(capacity);
    this.destinations = new Uint32Array(capacity);
    this.lengths = new Uint32Array(capacity);
    this.ttls = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** `atNs`: nanoseconds from `baseNs`. */
  add(seen: Sighting, atNs: number): void {
    if (atNs > this.untilNs) this.untilNs = atNs;
    if (atNs < this.sinceNs && this.length < this.capacity) this.sinceNs = atNs;
    if (!isChosen(seen.hashHigh, this.shift)) return;
    if (this.length === this.capacity) this.#makeRoom(atNs);
    const i = this.#next;
    this.hashHigh[i] = seen.hashHigh;
    this.hashLow[i] = seen.hashLow;
    this.times[i] = atNs;
    this.sources[i] = seen.source;
    this.destinations[i] = seen.destination;
    this.lengths[i] = seen.length;
    this.ttls[i] = seen.ttl;
    this.flags[i] = seen.isTcpData ? TCP_DATA : 0;
    this.#next = (i + 1) % this.capacity;
    if (this.length < this.capacity) this.length++;
  }

  isTcpData(i: number): boolean {
    return (this.flags[i]! & TCP_DATA) !== 0;
  }

  /** Indexes of what one packet in 2^`shift` leaves, in order of time. */
  ordered(shift = this.shift): Uint32Array {
    const all = new Uint32Array(this.length);
    let count = 0;
    for (let i = 0; i < this.length; i++) if (isChosen(this.hashHigh[i]!, shift)) all[count++] = i;
    return all.subarray(0, count).sort((a, b) => this.times[a]! - this.times[b]!);
  }

  /** The oldest goes; or, if that is not old, every second packet, of those to come too. */
  #makeRoom(nowNs: number): void {
    const oldest = this.#next;
    const isOld = nowNs - this.times[oldest]! > this.#reachNs;
    if (isOld || this.shift === SHIFT_MAX) {
      this.sinceNs = this.times[(oldest + 1) % this.capacity]!;
      return;
    }
    this.shift++;
    this.#keepOnly();
  }

  #keepOnly(): void {
    const kept = this.ordered();
    for (const column of [this.hashHigh, this.hashLow, this.times, this.sources, this.destinations])
      pick(column, kept);
    for (const column of [this.lengths, this.ttls, this.flags]) pick(column, kept);
    this.length = kept.length;
    this.#next = kept.length % this.capacity;
  }
}

function pick(column: Uint32Array | Float64Array | Uint8Array, kept: Uint32Array): void {
  column.set(Array.from(kept, (i) => column[i]!));
}

/** The subsets lie in each other: what is chosen with a larger shift is chosen with every smaller one. */
function isChosen(hashHigh: number, shift: number): boolean {
  return shift === 0 || hashHigh >>> (32 - shift) === 0;
}

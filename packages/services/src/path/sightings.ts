// Sightings of one observation point: which packets, when, and with which TTL. Bounded: when full, keeps a sample
// chosen by hash, so that two independent points keep the same packets.
import type { Sighting } from './sighting.ts';

const SIGHTINGS_MAX = 1 << 16;
/** Larger than a live watch's, since a file is read only once. */
export const FILE_SIGHTINGS_MAX = 1 << 20;
/** Largest sampling shift: a sample below 1 in 2^16 is useless. */
const SHIFT_MAX = 16;
/** Time span that a live watch keeps, if need be by sampling. */
const REACH_NS = 20e9;
const TCP_DATA = 1;

export class Sightings {
  /** Reference for `times`, in nanoseconds since 1970. */
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
  /** From this time on, no packet of the sample is missing. */
  sinceNs = Number.POSITIVE_INFINITY;
  untilNs = Number.NEGATIVE_INFINITY;
  length = 0;
  /** Index for the next sighting; the oldest one, once full. */
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

  /** @param atNs nanoseconds from `baseNs` */
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

  /** Indexes of the sample of one packet in 2^`shift`, in order of time. */
  ordered(shift = this.shift): Uint32Array {
    const all = new Uint32Array(this.length);
    let count = 0;
    for (let i = 0; i < this.length; i++) if (isChosen(this.hashHigh[i]!, shift)) all[count++] = i;
    return all.subarray(0, count).sort((a, b) => this.times[a]! - this.times[b]!);
  }

  /** Evicts the oldest; or, if it is too recent, halves the sample for present and future packets. */
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

/** The samples are nested: a packet chosen with a larger shift is chosen with every smaller one. */
function isChosen(hashHigh: number, shift: number): boolean {
  return shift === 0 || hashHigh >>> (32 - shift) === 0;
}

// Packets and bytes of a batch by protocol, path and time, from which summaries and time lines over millions of packets
// are computed. A batch has far fewer tallies than packets.

/** Maximum number of time steps in a batch's tallies. */
const STEPS_MAX = 32;

export interface Tally {
  /** Nanoseconds since 1970, a multiple of the width. */
  readonly bucket: bigint;
  readonly protocol: number;
  readonly path: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface Tallies {
  /** Nanoseconds, a power of ten. */
  readonly width: bigint;
  readonly list: readonly Tally[];
  readonly first: bigint;
  readonly last: bigint;
  readonly bytes: number;
}

export interface Counted {
  readonly length: number;
  readonly time: BigInt64Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  readonly bytes: Uint32Array;
}

/** The tallies of a batch with at least one packet. */
export function tallied({ length, time, protocol, path, bytes }: Counted): Tallies {
  let first = time[0]!;
  let last = first;
  for (let i = 1; i < length; i++) {
    const at = time[i]!;
    if (at < first) first = at;
    else if (at > last) last = at;
  }
  const width = widthOf(first, last);
  const start = floorTo(first, width);
  const known = new TallyTable();
  let sum = 0;
  let bucket = start;
  let end = bucket + width;
  let step = 0;
  for (let i = 0; i < length; i++) {
    const at = time[i]!;
    if (at < bucket || at >= end) {
      bucket = floorTo(at, width);
      end = bucket + width;
      step = Number((bucket - start) / width);
    }
    const size = bytes[i]!;
    sum += size;
    known.add(step, path[i]!, protocol[i]!, size);
  }
  return { width, list: known.list(start, width), first, last, bytes: sum };
}

/** Words of a tally: its step, path, protocol and packets. */
const WORDS = 4;

/** Tallies by step, path and protocol, in a hash table of numbers: mostly the next packet has another path. */
class TallyTable {
  #slots = new Int32Array(1024);
  #words = new Int32Array(256 * WORDS);
  #bytes = new Float64Array(256);
  #count = 0;

  add(step: number, path: number, protocol: number, bytes: number): void {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    for (let slot = hash(step, path, protocol) & mask; ; slot = (slot + 1) & mask) {
      const tally = this.#slots[slot]! - 1;
      if (tally < 0) {
        this.#slots[slot] = this.#count + 1;
        this.#begin(step, path, protocol, bytes);
        return;
      }
      const at = tally * WORDS;
      if (words[at] !== step || words[at + 1] !== path || words[at + 2] !== protocol) continue;
      words[at + 3]!++;
      this.#bytes[tally]! += bytes;
      return;
    }
  }

  list(start: bigint, width: bigint): Tally[] {
    return Array.from({ length: this.#count }, (_, tally) => {
      const [step, path, protocol, packets] = this.#words.subarray(tally * WORDS, (tally + 1) * WORDS);
      const bucket = start + BigInt(step!) * width;
      return { bucket, protocol: protocol!, path: path!, packets: packets!, bytes: this.#bytes[tally]! };
    });
  }

  #begin(step: number, path: number, protocol: number, bytes: number): void {
    const tally = this.#count++;
    this.#words.set([step, path, protocol, 1], tally * WORDS);
    this.#bytes[tally] = bytes;
    // A quarter of the slots at most.
    if (this.#count === this.#bytes.length) this.#grow();
  }

  #grow(): void {
    const [words, bytes] = [new Int32Array(this.#words.length * 2), new Float64Array(this.#bytes.length * 2)];
    words.set(this.#words);
    bytes.set(this.#bytes);
    const slots = new Int32Array(this.#slots.length * 2);
    for (let tally = 0; tally < this.#count; tally++) {
      const at = tally * WORDS;
      let slot = hash(words[at]!, words[at + 1]!, words[at + 2]!) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = tally + 1;
    }
    this.#words = words;
    this.#bytes = bytes;
    this.#slots = slots;
  }
}

/** Multiplicative, then mixed, so that neighbours spread. */
function hash(step: number, path: number, protocol: number): number {
  const h = Math.imul(path, 0x9e37_79b1) ^ Math.imul(protocol, 0x85eb_ca6b) ^ Math.imul(step, 0xc2b2_ae35);
  return h ^ (h >>> 15);
}

/** The least power of ten, at least a millisecond, that splits the span into at most STEPS_MAX steps. */
function widthOf(first: bigint, last: bigint): bigint {
  let width = 1_000_000n;
  while ((last - first) / width >= BigInt(STEPS_MAX)) width *= 10n;
  return width;
}

/** Rounds down to a multiple of `width`, also before 1970. */
export function floorTo(time: bigint, width: bigint): bigint {
  const rest = time % width;
  return rest < 0n ? time - rest - width : time - rest;
}

// Reassembly of IP fragments (RFC 791 §3.2, RFC 8200 §4.5).

/** Incomplete datagrams kept at once, and the bytes of all of them; the oldest is dropped first. */
export const DATAGRAMS_MAX = 1024;
export const TOTAL_BYTES_MAX = 16 << 20;
const DATAGRAM_BYTES_MAX = 0x10000 + 64;
/** Fragments of one datagram: the longest datagram in fragments of 8 bytes. */
const FRAGMENTS_MAX = 8192;
/** Reassembly timeout (RFC 8200 §4.5). */
const TIMEOUT_SECONDS = 60;

/** One fragment of a reassembled datagram. */
export interface Fragment {
  readonly frame: number;
  readonly offset: number;
  readonly length: number;
  /** It overlaps earlier fragments. */
  readonly isOverlap: boolean;
  /** Its overlapping bytes differ. */
  readonly isConflict: boolean;
}

/** A datagram's payload, and its fragments by offset. */
export interface Assembled {
  readonly bytes: Uint8Array;
  readonly fragments: readonly Fragment[];
}

interface Datagram {
  seconds: number;
  bytes: Uint8Array;
  /** Covered ranges, sorted: start, end, start, end … */
  ranges: number[];
  /** Length of the payload; -1 until the last fragment arrives. */
  length: number;
  fragments: Fragment[];
}

export class Fragments {
  readonly #datagrams = new Map<string, Datagram>();
  #total = 0;
  /** High-water marks of what was kept. */
  mostDatagrams = 0;
  mostBytes = 0;

  /**
   * Adds a fragment: bytes [at, at + length) of `buf`, at `offset` in the datagram's payload.
   * Returns the whole payload if this fragment completes it, else null.
   */
  add(
    key: string,
    frame: number,
    seconds: number,
    buf: Uint8Array,
    at: number,
    length: number,
    offset: number,
    isLast: boolean,
  ): Assembled | null {
    if (offset + length > DATAGRAM_BYTES_MAX) return null;
    let datagram = this.#datagrams.get(key);
    if (datagram !== undefined && seconds - datagram.seconds > TIMEOUT_SECONDS) {
      this.#drop(key, datagram);
      datagram = undefined;
    }
    if (datagram === undefined) {
      datagram = { seconds, bytes: new Uint8Array(4096), ranges: [], length: -1, fragments: [] };
      this.#datagrams.set(key, datagram);
      this.#total += datagram.bytes.length;
      this.#bound();
    }
    if (datagram.fragments.length === FRAGMENTS_MAX) return null;
    this.#store(datagram, frame, buf, at, length, offset);
    if (isLast) datagram.length = offset + length;
    if (
      datagram.length < 0 ||
      datagram.ranges.length !== 2 ||
      datagram.ranges[0] !== 0 ||
      datagram.ranges[1]! < datagram.length
    )
      return null;
    this.#drop(key, datagram);
    const fragments = datagram.fragments.sort((a, b) => a.offset - b.offset || a.frame - b.frame);
    return { bytes: datagram.bytes.subarray(0, datagram.length), fragments };
  }

  #store(
    datagram: Datagram,
    frame: number,
    buf: Uint8Array,
    at: number,
    length: number,
    offset: number,
  ): void {
    const end = offset + length;
    const isOverlap = overlaps(datagram.ranges, offset, end);
    const isConflict = isOverlap && differs(datagram, buf, at, offset, end);
    datagram.fragments.push({ frame, offset, length, isOverlap, isConflict });
    if (end > datagram.bytes.length) {
      const larger = new Uint8Array(Math.min(DATAGRAM_BYTES_MAX, Math.max(end, datagram.bytes.length * 2)));
      larger.set(datagram.bytes);
      this.#total += larger.length - datagram.bytes.length;
      datagram.bytes = larger;
      this.mostBytes = Math.max(this.mostBytes, this.#total);
    }
    datagram.bytes.set(buf.subarray(at, at + length), offset);
    cover(datagram.ranges, offset, end);
  }

  #drop(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#total -= datagram.bytes.length;
  }

  #bound(): void {
    this.mostDatagrams = Math.max(this.mostDatagrams, this.#datagrams.size);
    this.mostBytes = Math.max(this.mostBytes, this.#total);
    while (this.#datagrams.size > DATAGRAMS_MAX || this.#total > TOTAL_BYTES_MAX) {
      const oldest = this.#datagrams.entries().next().value;
      if (oldest === undefined) return;
      this.#drop(oldest[0], oldest[1]);
    }
  }
}

function overlaps(ranges: readonly number[], start: number, end: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! < end && ranges[i + 1]! > start) return true;
  return false;
}

/** Whether bytes received earlier differ from those at `at`. */
function differs(datagram: Datagram, buf: Uint8Array, at: number, offset: number, end: number): boolean {
  const { ranges, bytes } = datagram;
  for (let i = 0; i < ranges.length; i += 2) {
    const stop = Math.min(ranges[i + 1]!, end);
    for (let k = Math.max(ranges[i]!, offset); k < stop; k++) {
      if (bytes[k] !== buf[at + k - offset]) return true;
    }
  }
  return false;
}

/** Adds [start, end) to sorted, disjoint ranges, merging those it touches. */
export function cover(ranges: number[], start: number, end: number): void {
  let i = 0;
  while (i < ranges.length && ranges[i + 1]! < start) i += 2;
  let j = i;
  while (j < ranges.length && ranges[j]! <= end) {
    start = Math.min(start, ranges[j]!);
    end = Math.max(end, ranges[j + 1]!);
    j += 2;
  }
  ranges.splice(i, j - i, start, end);
}

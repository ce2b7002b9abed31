// IP datagrams that came in fragments (RFC 791 §3.2, RFC 8200 §4.5): kept until whole.

/** Datagrams under assembly at once, and bytes of all of them; the oldest go first. */
const DATAGRAMS_MAX = 1024;
const TOTAL_BYTES_MAX = 16 << 20;
const DATAGRAM_BYTES_MAX = 0x10000 + 64;
/** A datagram not whole after this many seconds is given up (RFC 8200 §4.5). */
const TIMEOUT_SECONDS = 60;

interface Datagram {
  seconds: number;
  bytes: Uint8Array;
  /** Covered ranges, sorted: start, end, start, end … */
  ranges: number[];
  /** -1 until the last fragment came. */
  length: number;
  fragments: number;
}

export class Fragments {
  readonly #datagrams = new Map<string, Datagram>();
  #total = 0;

  /**
   * Adds a fragment: bytes [at, at + length) of `buf` at `offset` in the datagram's payload.
   * Returns the whole payload when this one completes it, else null.
   */
  add(
    key: string,
    seconds: number,
    buf: Uint8Array,
    at: number,
    length: number,
    offset: number,
    isLast: boolean,
  ): Uint8Array | null {
    if (offset + length > DATAGRAM_BYTES_MAX) return null;
    let datagram = this.#datagrams.get(key);
    if (datagram !== undefined && seconds - datagram.seconds > TIMEOUT_SECONDS) {
      this.#drop(key, datagram);
      datagram = undefined;
    }
    if (datagram === undefined) {
      datagram = { seconds, bytes: new Uint8Array(4096), ranges: [], length: -1, fragments: 0 };
      this.#datagrams.set(key, datagram);
      this.#total += datagram.bytes.length;
      this.#bound();
    }
    this.#store(datagram, buf, at, length, offset);
    if (isLast) datagram.length = offset + length;
    if (
      datagram.length < 0 ||
      datagram.ranges.length !== 2 ||
      datagram.ranges[0] !== 0 ||
      datagram.ranges[1]! < datagram.length
    )
      return null;
    this.#drop(key, datagram);
    return datagram.bytes.subarray(0, datagram.length);
  }

  #store(datagram: Datagram, buf: Uint8Array, at: number, length: number, offset: number): void {
    const end = offset + length;
    if (end > datagram.bytes.length) {
      const larger = new Uint8Array(Math.min(DATAGRAM_BYTES_MAX, Math.max(end, datagram.bytes.length * 2)));
      larger.set(datagram.bytes);
      this.#total += larger.length - datagram.bytes.length;
      datagram.bytes = larger;
    }
    datagram.bytes.set(buf.subarray(at, at + length), offset);
    datagram.fragments++;
    cover(datagram.ranges, offset, end);
  }

  #drop(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#total -= datagram.bytes.length;
  }

  #bound(): void {
    while (this.#datagrams.size > DATAGRAMS_MAX || this.#total > TOTAL_BYTES_MAX) {
      const oldest = this.#datagrams.entries().next().value;
      if (oldest === undefined) return;
      this.#drop(oldest[0], oldest[1]);
    }
  }
}

/** Adds [start, end) to sorted disjoint ranges, joining those it touches. */
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

// Reassembly of one direction of CRYPTO or STREAM data, which may arrive out of order (RFC 9000 §19.6 and §19.8).
import { cover } from '../../flows/fragments.ts';

/** Maximum of out-of-order bytes kept; a ClientHello with post-quantum keys and padding has a few kilobytes. */
const BYTES_MAX = 1 << 16;

export class OrderedBytes {
  #delivered = 0;
  /** Out-of-order data: bytes from #delivered on, and the ranges received. */
  #early: Uint8Array | null = null;
  readonly #ranges: number[] = [];
  /** The bytes delivered last, and their stream offset. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  /** Number of bytes delivered so far. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Memory of out-of-order data in bytes. */
  get held(): number {
    return this.#early?.length ?? 0;
  }

  /**
   * Adds the bytes [at, end) of `b` at `offset` of the stream. True if new contiguous data is available, at
   * bytes[start, end). After a gap nothing is delivered until all data received so far is contiguous.
   */
  add(b: Uint8Array, at: number, end: number, offset: number): boolean {
    const skipped = this.#delivered - offset;
    if (skipped > 0) {
      at += skipped;
      offset = this.#delivered;
    }
    if (at >= end) return false;
    if (this.#early === null && offset === this.#delivered) {
      this.#delivered += end - at;
      this.bytes = b;
      this.start = at;
      this.end = end;
      return true;
    }
    return this.#keep(b, at, end, offset - this.#delivered);
  }

  #keep(b: Uint8Array, at: number, end: number, place: number): boolean {
    const stop = place + end - at;
    if (stop > BYTES_MAX) return false;
    if (this.#early === null || this.#early.length < stop) {
      const larger = new Uint8Array(Math.min(BYTES_MAX, stop * 2));
      if (this.#early !== null) larger.set(this.#early);
      this.#early = larger;
    }
    this.#early.set(b.subarray(at, end), place);
    cover(this.#ranges, place, stop);
    if (this.#ranges.length !== 2 || this.#ranges[0] !== 0) return false;
    this.bytes = this.#early;
    this.start = 0;
    this.end = this.#ranges[1]!;
    this.#delivered += this.end;
    this.#early = null;
    this.#ranges.length = 0;
    return true;
  }
}

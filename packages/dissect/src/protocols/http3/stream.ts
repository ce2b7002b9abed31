// One direction of an HTTP/3 stream: bytes in order, split into complete frames (RFC 9114 §7.1).
import { joined } from '../../core/bytes.ts';
import { isVarint, varint, varintBytes } from '../quic/varint.ts';

/** Maximum length of a frame; longer ones are skipped. Some servers send a file in one DATA frame. */
const FRAME_BYTES_MAX = 8 << 20;
/** Memory overhead of a buffered part, in bytes. */
const PART_OVERHEAD_BYTES = 128;

export class FrameCutter {
  #parts: Uint8Array[] = [];
  #have = 0;
  /** Number of bytes needed to continue. */
  #need = 1;
  /** Remaining bytes of a skipped frame. */
  #skip = 0;

  /** Memory of the buffered bytes. */
  get held(): number {
    return this.#have + this.#parts.length * PART_OVERHEAD_BYTES;
  }

  /** Adds bytes; returns all bytes from the start of a frame on, or null if more are needed. */
  add(bytes: Uint8Array): Uint8Array | null {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const part = bytes.subarray(skipped);
    if (this.#have + part.length < this.#need || part.length === 0) {
      if (part.length > 0) this.#parts.push(part.slice());
      this.#have += part.length;
      return null;
    }
    const all = this.#have === 0 ? part : joined(...this.#parts, part);
    this.#parts = [];
    this.#have = 0;
    this.#need = 1;
    return all;
  }

  /**
   * Keeps the bytes from `at` on, of those that `add` returned, because `length` bytes from there are needed. False if
   * they are skipped instead.
   */
  keep(bytes: Uint8Array, at: number, length: number): boolean {
    if (at >= bytes.length) return true;
    if (length > FRAME_BYTES_MAX) {
      this.#skip = length - (bytes.length - at);
      return false;
    }
    this.#need = length;
    this.#parts = [bytes.slice(at)];
    this.#have = bytes.length - at;
    return true;
  }
}

/** Length of the frame at `at`, header included; if the header is truncated, one more byte than available. */
export function frameLength(b: Uint8Array, at: number, end: number): number {
  const length = isVarint(b, at, end) ? at + varintBytes(b, at) : end;
  if (!isVarint(b, length, end)) return end - at + 1;
  return length + varintBytes(b, length) + varint(b, length) - at;
}

// Bounds the length of MQTT packets. The fixed header may announce up to 256 MB, all of which a parser would buffer, so
// this stream in front of the broker disconnects clients that announce too much.
import { Transform, type TransformCallback } from 'node:stream';

export interface PacketBounds {
  /** Limit for the first packet (CONNECT), from an unauthenticated client. */
  readonly firstBytesMax: number;
  readonly bytesMax: number;
}

/** Bytes of the remaining length, seven bits each (MQTT 3.1.1 §2.2.3). */
const LENGTH_BYTES_MAX = 4;

/** Passes bytes through; fails at the header of a packet that is too long. */
export class PacketBound extends Transform {
  readonly #bounds: PacketBounds;
  #isFirst = true;
  /** Remaining bytes of the present packet. */
  #left = 0;
  /** The header being read: null before its first byte, else the length bytes seen and their value. */
  #header: { count: number; length: number } | null = null;

  constructor(bounds: PacketBounds) {
    super();
    this.#bounds = bounds;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, chunk.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const problem = this.#headerByte(chunk[at++]!);
      if (problem !== null) {
        done(new Error(problem));
        return;
      }
    }
    done(null, chunk);
  }

  #headerByte(byte: number): string | null {
    if (this.#header === null) {
      this.#header = { count: 0, length: 0 };
      return null;
    }
    const header = this.#header;
    header.length += (byte & 0x7f) * 128 ** header.count++;
    if (byte >= 0x80) return header.count < LENGTH_BYTES_MAX ? null : 'a packet without a length';
    const max = this.#isFirst ? this.#bounds.firstBytesMax : this.#bounds.bytesMax;
    if (header.length > max) return `a packet of ${header.length} bytes: ${max} may come`;
    this.#isFirst = false;
    this.#left = header.length;
    this.#header = null;
    return null;
  }
}

// The fixed header of an MQTT packet announces up to 256 MB, and a parser waits for all of it. So it is checked
// before the broker, and a client that announces too much is disconnected before anything is buffered.
import { Transform, type TransformCallback } from 'node:stream';

export interface PacketBounds {
  /** The first packet, of somebody whom nobody has judged yet (CONNECT). */
  readonly firstBytesMax: number;
  readonly bytesMax: number;
}

/** MQTT 3.1.1 §2.2.3: seven bits a byte, four bytes at most. */
const LENGTH_BYTES_MAX = 4;

/** Passes bytes on as they are; ends with an error at the header of a packet that is too long. */
export class PacketBound extends Transform {
  readonly #bounds: PacketBounds;
  #isFirst = true;
  /** Of the packet that is passing: bytes still to come. */
  #left = 0;
  /** Of a header that is passing: null before its first byte, else how many bytes of the length came, and their sum. */
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

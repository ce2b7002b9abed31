// Frames: type (1 byte), length (LEB128), payload. A heartbeat is two bytes. The version of the protocol is agreed on
// in the first frame of a link, so that the others need not repeat it.

import { WireError } from './schema.ts';

export const PROTOCOL_VERSION = 1;
/** A longer payload goes over a stream, in parts. */
export const PAYLOAD_BYTES_MAX = 256 << 10;
/** Of a stranger, before it was accepted: enough for a certificate request. */
export const STRANGER_BYTES_MAX = 16 << 10;

export const frameTypes = {
  hello: 1,
  accept: 2,
  refuse: 3,
  heartbeat: 4,
  bye: 5,
  roster: 6,
  notice: 7,
  request: 8,
  response: 9,
  open: 10,
  data: 11,
  credit: 12,
  end: 13,
  reset: 14,
} as const;
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];
const TYPE_MAX = 14;

/** The head that goes before a payload. */
export function frameHead(type: FrameType, payloadBytes: number): Buffer {
  if (payloadBytes > PAYLOAD_BYTES_MAX) throw new WireError(`a frame of ${payloadBytes} bytes is too long`);
  if (payloadBytes < 0x80) return Buffer.of(type, payloadBytes);
  if (payloadBytes < 0x4000) return Buffer.of(type, (payloadBytes & 0x7f) | 0x80, payloadBytes >> 7);
  return Buffer.of(
    type,
    (payloadBytes & 0x7f) | 0x80,
    ((payloadBytes >> 7) & 0x7f) | 0x80,
    payloadBytes >> 14,
  );
}

export function frame(type: FrameType, payload: Uint8Array): Buffer {
  return Buffer.concat([frameHead(type, payload.length), payload]);
}

/** Cuts what arrives, in pieces of any size, into frames. */
export class FrameReader {
  /** The longest payload that is taken; raised once the other side is accepted. */
  payloadBytesMax = STRANGER_BYTES_MAX;
  #pieces: Buffer[] = [];
  #held = 0;
  #needed = 2;

  /**
   * @param onFrame gets each frame; its payload is borrowed until it returns.
   * @throws WireError if the bytes are no frames, or a frame is too long
   */
  push(chunk: Uint8Array, onFrame: (type: FrameType, payload: Buffer) => void): void {
    this.#pieces.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#held);
    let at = 0;
    for (;;) {
      const left = all.length - at;
      const type = all[at]!;
      if (left > 0 && (type === 0 || type > TYPE_MAX))
        throw new WireError(`frames of type ${type} are not known`);
      const head = readLength(all, at + 1);
      if (head !== null && head.length > this.payloadBytesMax)
        throw new WireError(`a frame of ${head.length} bytes is longer than ${this.payloadBytesMax}`);
      this.#needed = head === null ? left + 1 : 1 + head.bytes + head.length;
      if (head === null || left < this.#needed) break;
      const begin = at + 1 + head.bytes;
      at = begin + head.length;
      onFrame(type as FrameType, all.subarray(begin, at));
    }
    const rest = all.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
  }
}

/** A length of one to three LEB128 bytes, or null if they are not all there. */
function readLength(all: Buffer, at: number): { length: number; bytes: number } | null {
  let length = 0;
  for (let i = 0; i < 3; i++) {
    const byte = all[at + i];
    if (byte === undefined) return null;
    length |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { length, bytes: i + 1 };
  }
  throw new WireError('the length of a frame has too many bytes');
}

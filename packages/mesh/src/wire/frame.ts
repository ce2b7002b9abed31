// Frames: type (1 byte), length (LEB128), payload. A heartbeat takes two bytes. The protocol version is negotiated
// in the first frame of a link, so the others need not repeat it.

import { WireError } from './schema.ts';

export const PROTOCOL_VERSION = 1;
/** Longer payloads are sent over a stream, in parts. */
export const PAYLOAD_BYTES_MAX = 256 << 10;
/** Limit before the other side is authenticated: enough for a certificate request. */
export const UNAUTHENTICATED_BYTES_MAX = 16 << 10;

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

/** Returns type, length and `first`, the beginning of a payload of `payloadBytes`. */
export function frameHead(type: FrameType, payloadBytes: number, first: Uint8Array): Buffer {
  return begun(type, payloadBytes, first.length, first);
}

/** Returns a whole frame whose payload is `first` followed by `second`. */
export function frame(type: FrameType, first: Uint8Array, second: Uint8Array | null = null): Buffer {
  const length = first.length + (second?.length ?? 0);
  const all = begun(type, length, length, first);
  if (second !== null) all.set(second, all.length - second.length);
  return all;
}

/** Returns a buffer with type, length and `first`, and `roomBytes` reserved for payload. */
function begun(type: FrameType, payloadBytes: number, roomBytes: number, first: Uint8Array): Buffer {
  if (payloadBytes > PAYLOAD_BYTES_MAX) throw new WireError(`a frame of ${payloadBytes} bytes is too long`);
  const lengthBytes = payloadBytes < 0x80 ? 1 : payloadBytes < 0x4000 ? 2 : 3;
  const all = Buffer.allocUnsafe(1 + lengthBytes + roomBytes);
  all[0] = type;
  for (let i = 0; i < lengthBytes; i++)
    all[1 + i] = ((payloadBytes >> (7 * i)) & 0x7f) | (i < lengthBytes - 1 ? 0x80 : 0);
  all.set(first, 1 + lengthBytes);
  return all;
}

/** Payload bytes needed before the first part of a data frame is delivered: the longest stream id. */
const STREAM_ID_BYTES_MAX = 8;

/**
 * Receives each frame. Data frames arrive in parts, as received, so that bulk data is not reassembled only to be split
 * again. The payload is borrowed: valid only until the callback returns.
 *
 * @param isMore whether this part continues the one before
 */
export type OnFrame = (type: FrameType, payload: Buffer, isMore: boolean) => void;

/** Splits a byte stream, received in chunks of any size, into frames. */
export class FrameReader {
  /** Maximum payload accepted; raised once the other side is authenticated. */
  payloadBytesMax = UNAUTHENTICATED_BYTES_MAX;
  /** Copied bytes of an incomplete frame, in one buffer: it may come byte by byte. */
  #held: Buffer | null = null;
  #heldBytes = 0;
  #needed = 2;
  /** Bytes missing of the current data frame. */
  #moreBytes = 0;

  /** @throws WireError if a frame is malformed or too long */
  push(chunk: Uint8Array, onFrame: OnFrame): void {
    let all = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.#held !== null) {
      this.#hold(all);
      if (this.#heldBytes < this.#needed) return;
      all = this.#held.subarray(0, this.#heldBytes);
      this.#held = null;
      this.#heldBytes = 0;
    }
    let at = Math.min(this.#moreBytes, all.length);
    this.#moreBytes -= at;
    if (at > 0) onFrame(frameTypes.data, all.subarray(0, at), true);
    while (at < all.length) {
      const left = all.length - at;
      const type = all[at]!;
      if (type === 0 || type > TYPE_MAX) throw new WireError(`frames of type ${type} are not known`);
      const head = readLength(all, at + 1);
      if (head !== null && head.length > this.payloadBytesMax)
        throw new WireError(`a frame of ${head.length} bytes is longer than ${this.payloadBytesMax}`);
      const least = type === frameTypes.data ? STREAM_ID_BYTES_MAX : PAYLOAD_BYTES_MAX;
      this.#needed = head === null ? left + 1 : 1 + head.bytes + Math.min(head.length, least);
      if (head === null || left < this.#needed) return void this.#hold(all.subarray(at));
      const begin = at + 1 + head.bytes;
      at = Math.min(begin + head.length, all.length);
      this.#moreBytes = begin + head.length - at;
      onFrame(type as FrameType, all.subarray(begin, at), false);
    }
  }

  #hold(piece: Buffer): void {
    const bytes = this.#heldBytes + piece.length;
    if (this.#held === null || this.#held.length < bytes) {
      // Grows by what has come, not by what was promised.
      const larger = Buffer.allocUnsafe(Math.max(bytes, Math.min(2 * bytes, this.#needed)));
      this.#held?.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    this.#held.set(piece, this.#heldBytes);
    this.#heldBytes = bytes;
  }
}

/** Reads a length of one to three LEB128 bytes; null if it is incomplete. */
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

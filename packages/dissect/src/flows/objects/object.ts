// Objects transferred in full, as found by Wireshark's "Export Objects": pages, pictures, files, mail messages.
import type { Packet } from '../../core/packet.ts';

export interface TransferredObject {
  /** The frame that completed the object. */
  readonly frame: number;
  /** The server's name; '' if unknown. */
  readonly host: string;
  /** Media type in lower case, without parameters; '' if not given. */
  readonly type: string;
  /** File name as the sender wrote it, without folders; may be ''. Not sanitized for a file system. */
  readonly name: string;
  /** Borrowed until the next packet. */
  readonly data: Uint8Array;
}

export type OnObject = (object: TransferredObject) => void;

/** Extracts the objects of one kind of protocol. */
export interface ObjectReader {
  /** To be called for every packet, in order. */
  add(p: Packet): void;
  /** To be called after the last packet: objects whose end is not in the capture. */
  finish?(): void;
}

/** Maximum size of an object in bytes, also after decompression; larger ones are truncated. */
export const OBJECT_BYTES_MAX = 512 << 20;

/** The last path segment of a request target, without query and fragment: `b.png` for `/a/b.png?x=1`. */
export function nameOfTarget(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The media type without parameters, in lower case: `text/html` for `Text/HTML; charset=utf-8`. */
export function mediaTypeOf(value: string): string {
  return value.split(';', 1)[0]!.trim().toLowerCase();
}

/** Accumulates an incomplete object in one buffer, since parts may be as small as a byte. */
export class Parts {
  #bytes = new Uint8Array(0);
  #isCut = false;
  length = 0;

  /**
   * Appends a part. After one that would exceed OBJECT_BYTES_MAX nothing is added: the object is truncated without
   * gaps.
   */
  add(part: Uint8Array): void {
    const length = this.length + part.length;
    this.#isCut ||= length > OBJECT_BYTES_MAX;
    if (this.#isCut) return;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.length));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.length);
    this.length = length;
  }

  /** Returns the accumulated bytes and resets the accumulator. */
  take(): Uint8Array {
    const whole = this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.#isCut = false;
    this.length = 0;
    return whole;
  }
}

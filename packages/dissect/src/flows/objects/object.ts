// Things that were transferred whole, as Wireshark's "Export Objects" finds them: a page, a picture, a file, a mail.
import type { Packet } from '../../core/packet.ts';

export interface TransferredObject {
  /** The packet that completed it. */
  readonly frame: number;
  /** The server's name, if it is known; else ''. */
  readonly host: string;
  /** Media type without parameters, in lower case; '' when nobody said it. */
  readonly type: string;
  /** Its name as the sender wrote it, without folders; may be ''. Nobody has made it safe for a disk. */
  readonly name: string;
  /** Borrowed until the next packet. */
  readonly data: Uint8Array;
}

export type OnObject = (object: TransferredObject) => void;

/** Looks for objects of one kind of protocol. */
export interface ObjectReader {
  /** Every packet, in order. */
  add(p: Packet): void;
}

/** Bytes of one object, also once it is unpacked. A larger one is cut there. */
export const OBJECT_BYTES_MAX = 512 << 20;

/** What follows the last slash of a target, without query and fragment: `/a/b.png?x=1` is `b.png`. */
export function nameOfTarget(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `Text/HTML; charset=utf-8` is `text/html`. */
export function mediaTypeOf(value: string): string {
  return value.split(';', 1)[0]!.trim().toLowerCase();
}

/** The parts of an object that is not whole yet, each copied. */
export class Parts {
  #parts: Uint8Array[] = [];
  length = 0;

  /** False, and nothing kept, where the object would be too large. */
  add(part: Uint8Array): boolean {
    if (this.length + part.length > OBJECT_BYTES_MAX) return false;
    this.#parts.push(part.slice());
    this.length += part.length;
    return true;
  }

  /** All of them as one; nothing is kept any more. */
  take(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.length = 0;
    return whole;
  }
}

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

/** An object that is not whole yet: its bytes so far, in one buffer, since parts may be as small as a byte. */
export class Parts {
  #bytes = new Uint8Array(0);
  #isCut = false;
  length = 0;

  /** From the first part on that would make the object too large, nothing more is added: it is cut, but has no gaps. */
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

  /** All of them as one; nothing is kept any more. */
  take(): Uint8Array {
    const whole = this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.#isCut = false;
    this.length = 0;
    return whole;
  }
}

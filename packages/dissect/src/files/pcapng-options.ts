// Options of pcapng blocks, draft-ietf-opsawg-pcapng §3.5.

const OPTION_END = 0;
export const OPTION_COMMENT = 1;

const utf8 = new TextDecoder();

/**
 * Iterates over the options of a block. After `next()`, the value of the option `code` is `data[start, end)`.
 * Damaged options end the iteration without an error, since the block's length is known independently.
 */
export class OptionCursor {
  code = 0;
  start = 0;
  end = 0;
  #data: Uint8Array;
  #view: DataView;
  #at: number;
  #limit: number;
  #little: boolean;

  constructor(data: Uint8Array, view: DataView, at: number, limit: number, little: boolean) {
    this.#data = data;
    this.#view = view;
    this.#at = at;
    this.#limit = limit;
    this.#little = little;
  }

  next(): boolean {
    const at = this.#at;
    if (at + 4 > this.#limit) return false;
    this.code = this.#view.getUint16(at, this.#little);
    this.start = at + 4;
    const length = this.#view.getUint16(at + 2, this.#little);
    this.end = this.start + length;
    this.#at = this.start + ((length + 3) & ~3);
    return this.code !== OPTION_END && this.end <= this.#limit;
  }

  /** The value as text, without trailing NUL bytes, which some writers append. */
  text(from = this.start): string {
    let end = this.end;
    while (end > from && this.#data[end - 1] === 0) end -= 1;
    return utf8.decode(this.#data.subarray(from, end));
  }

  bytes(length: number): Uint8Array | null {
    return this.end - this.start < length ? null : this.#data.slice(this.start, this.start + length);
  }

  byte(): number | null {
    return this.end > this.start ? this.#data[this.start]! : null;
  }

  /** The value as a 64-bit unsigned integer; inexact beyond 2^53. Null if shorter than 8 bytes. */
  unsigned64(): number | null {
    if (this.end - this.start < 8) return null;
    return Number(this.#view.getBigUint64(this.start, this.#little));
  }

  signed64(): number | null {
    if (this.end - this.start < 8) return null;
    return Number(this.#view.getBigInt64(this.start, this.#little));
  }

  /** The two 32-bit words of a timestamp, high word first. */
  words(): [high: number, low: number] | null {
    if (this.end - this.start < 8) return null;
    const { start } = this;
    return [this.#view.getUint32(start, this.#little), this.#view.getUint32(start + 4, this.#little)];
  }
}

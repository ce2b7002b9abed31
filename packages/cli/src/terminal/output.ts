// Standard output for bulk text: lines are put together as bytes in one buffer and written when it is full.
import { writeSync } from 'node:fs';
import { FAILED, UserError } from '../errors.ts';

const CAPACITY = 1 << 18;
/** Up to so many characters a loop is faster than a call into the runtime. */
const SHORT = 16;
/** Longer strings are written around the buffer. */
const LONG = CAPACITY >> 2;

/** The reader at the other end of the pipe went away: the work is over, and that is no error. */
export class ClosedPipe extends Error {}

export class Output {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(CAPACITY);
  #at = 0;

  constructor(fd = 1) {
    this.#fd = fd;
  }

  text(text: string): void {
    const length = text.length;
    if (length > LONG) {
      this.flush();
      this.#write(Buffer.from(text));
      return;
    }
    if (this.#at + length * 3 > CAPACITY) this.flush();
    if (length > SHORT) {
      this.#at += this.#buffer.write(text, this.#at);
      return;
    }
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.#at += buffer.write(text, this.#at);
        return;
      }
      buffer[at++] = code;
    }
    this.#at = at;
  }

  byte(code: number): void {
    if (this.#at === CAPACITY) this.flush();
    this.#buffer[this.#at++] = code;
  }

  /** A whole number from 0 to 2^53, in decimal; `width`: padded with zeros. */
  number(value: number, width = 1): void {
    if (this.#at + 24 > CAPACITY) this.flush();
    const buffer = this.#buffer;
    const end = this.#at + Math.max(width, decimalDigits(value));
    let i = end - 1;
    let rest = value;
    // Beyond 31 bits the remainder is taken by doubles, below by integers.
    while (rest > 0x7fff_ffff) {
      const quotient = Math.floor(rest / 10);
      buffer[i--] = 48 + (rest - quotient * 10);
      rest = quotient;
    }
    let small = rest | 0;
    for (; i >= this.#at; i--) {
      const quotient = (small / 10) | 0;
      buffer[i] = 48 + small - quotient * 10;
      small = quotient;
    }
    this.#at = end;
  }

  /** Makes room for this many bytes at once. */
  reserve(bytes: number): void {
    if (this.#at + bytes > CAPACITY) this.flush();
  }

  /** 192.0.2.1 */
  ipv4(b: Uint8Array, at: number): void {
    if (this.#at + 16 > CAPACITY) this.flush();
    for (let i = at; i < at + 4; i++) {
      const value = b[i]!;
      if (i > at) this.#buffer[this.#at++] = 46;
      if (value > 99) this.#buffer[this.#at++] = 48 + ((value / 100) | 0);
      if (value > 9) this.#buffer[this.#at++] = 48 + (((value / 10) | 0) % 10);
      this.#buffer[this.#at++] = 48 + (value % 10);
    }
  }

  /** ` → ` */
  arrow(): void {
    if (this.#at + 5 > CAPACITY) this.flush();
    this.#buffer[this.#at++] = 32;
    this.#buffer[this.#at++] = 0xe2;
    this.#buffer[this.#at++] = 0x86;
    this.#buffer[this.#at++] = 0x92;
    this.#buffer[this.#at++] = 32;
  }

  /** Two hexadecimal digits. */
  hexByte(value: number): void {
    if (this.#at + 2 > CAPACITY) this.flush();
    this.#buffer[this.#at++] = HEX[value >> 4]!;
    this.#buffer[this.#at++] = HEX[value & 15]!;
  }

  flush(): void {
    if (this.#at === 0) return;
    const length = this.#at;
    this.#at = 0;
    this.#write(this.#buffer.subarray(0, length));
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE') throw new ClosedPipe();
        if (code === 'ENOSPC' || code === 'EDQUOT')
          throw new UserError('standard output: the disk is full; free some space', FAILED);
        if (code !== 'EAGAIN') throw error;
        // A pipe that somebody made non-blocking and that is full just now.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  }
}

/** How many decimal digits a whole number from 0 on takes. */
export function decimalDigits(value: number): number {
  if (value < 100_000) return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  let digits = 6;
  for (let limit = 1_000_000; value >= limit; limit *= 10) digits++;
  return digits;
}

const HEX = Buffer.from('0123456789abcdef');

// Standard output for bulk text: lines are put together as bytes in one buffer and written when it is full.
import { writeSync } from 'node:fs';
import { FAILED, UserError } from '../errors.ts';

const CAPACITY = 1 << 18;
/** Up to so many characters a loop is faster than a call into the runtime. */
const SHORT = 96;
/** Longer strings are written around the buffer. */
const LONG = CAPACITY >> 2;

/** More than a number takes. */
const NUMBER_BYTES = 24;
const SPACE = 32;
const DOT = 46;
const ZERO = 48;
/** The digits of 0 to 99. */
const TENS = new Uint8Array(100);
const ONES = new Uint8Array(100);
for (let i = 0; i < 100; i++) {
  TENS[i] = ZERO + Math.floor(i / 10);
  ONES[i] = ZERO + (i % 10);
}
/** The text of 0 to 255, a character a byte from the lowest on, and how many those are in the highest. */
const OCTETS = new Int32Array(256);
for (let i = 0; i < 256; i++) {
  const text = String(i);
  for (let k = 0; k < text.length; k++) OCTETS[i]! |= text.charCodeAt(k) << (8 * k);
  OCTETS[i]! |= text.length << 24;
}

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
    const buffer = this.#buffer;
    const start = this.#at;
    if (length <= SHORT) {
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        buffer[start + i] = code;
      }
      if (i === length) {
        this.#at = start + length;
        return;
      }
    }
    this.#at += buffer.write(text, start);
  }

  byte(code: number): void {
    if (this.#at === CAPACITY) this.flush();
    this.#buffer[this.#at++] = code;
  }

  /** A whole number from 0 to 2^53, in decimal; `width`: padded with zeros. */
  number(value: number, width = 1): void {
    if (this.#at + NUMBER_BYTES > CAPACITY) this.flush();
    const buffer = this.#buffer;
    const start = this.#at;
    const end = start + Math.max(width, decimalDigits(value));
    let at = end;
    let rest = value;
    // Beyond 31 bits the remainder is taken by doubles, below by integers.
    while (rest > 0x7fff_ffff) {
      const quotient = Math.floor(rest / 100);
      at -= 2;
      pair(buffer, at, rest - quotient * 100);
      rest = quotient;
    }
    let small = rest | 0;
    while (small > 9) {
      const quotient = (small / 100) | 0;
      at -= 2;
      pair(buffer, at, small - quotient * 100);
      small = quotient;
    }
    // Of an odd number of digits the first, or zeros.
    if (at > start) buffer[--at] = ZERO + small;
    while (at > start) buffer[--at] = ZERO;
    this.#at = end;
  }

  /** Makes room for this many bytes at once. */
  reserve(bytes: number): void {
    if (this.#at + bytes > CAPACITY) this.flush();
  }

  /** Spaces: none where `count` is less than 1. */
  spaces(count: number): void {
    if (this.#at + count > CAPACITY) this.flush();
    const end = this.#at + count;
    for (let at = this.#at; at < end; at++) this.#buffer[at] = SPACE;
    if (count > 0) this.#at = end;
  }

  /** 192.0.2.1; tells how many characters that were. */
  ipv4(b: Uint8Array, from: number): number {
    if (this.#at + 16 > CAPACITY) this.flush();
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = from; i < from + 4; i++) {
      const value = b[i]!;
      // Three digits are written, and those that were none are written over.
      const octet = OCTETS[value]!;
      buffer[at] = octet;
      buffer[at + 1] = octet >> 8;
      buffer[at + 2] = octet >> 16;
      at += octet >> 24;
      buffer[at++] = DOT;
    }
    const length = at - 1 - this.#at;
    this.#at += length;
    return length;
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

/** Two digits at `at`. */
function pair(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = TENS[value]!;
  buffer[at + 1] = ONES[value]!;
}

/** How many decimal digits a whole number from 0 on takes. */
export function decimalDigits(value: number): number {
  if (value < 100_000) return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  let digits = 6;
  for (let limit = 1_000_000; value >= limit; limit *= 10) digits++;
  return digits;
}

const HEX = Buffer.from('0123456789abcdef');

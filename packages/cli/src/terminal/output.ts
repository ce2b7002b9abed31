// Standard output for bulk text: lines are put together as bytes in one buffer and written when it is full.
import { writeSync } from 'node:fs';
import type { TextSink, Words } from '@eyrie/dissect';
import { FAILED, UserError, writeProblem } from '../errors.ts';

const CAPACITY = 1 << 18;
/** Up to so many characters a loop is faster than a call into the runtime. */
const SHORT = 96;
/** Longer strings are written in pieces. */
const LONG = CAPACITY >> 2;

/** Up to four characters are written at once, of which the last ones may be none: they are written over. */
const FOUR = 4;
/** More than a number takes. */
const NUMBER_BYTES = 24;
/** `255.255.255.255`, and what may be written behind it. */
const IPV4_BYTES = 16 + FOUR;
/** Bytes written in hexadecimal before room is made again. */
const HEX_AT_ONCE = 4096;
/** Up to here a quotient by a million is taken by doubles without being rounded up. */
const QUOTIENT_EXACT = 2 ** 50;
const ZERO = 48;
const FOUR_SPACES = 0x20202020;
/** A space and `→` (UTF-8 e2 86 92), the lowest byte first. */
const SPACE_ARROW = 0x9286e220 | 0;
const SPACE = 32;
const DOT = 46;
const LINE_FEED = 10;
/** Bytes of a dump's row, and more characters than it takes. */
const ROW = 16;
const ROW_BYTES = 128;
/** The text of 0 to 999, a character a byte from the lowest on, and how many those are in the highest. */
const UP_TO_THREE = textsOf((number) => String(number));
/** The same, with zeros before it. */
const THREE = textsOf((number) => String(number).padStart(3, '0'));
/** ` 0f`: a byte in hexadecimal behind a space. */
const SPACED_HEX = Int32Array.from({ length: 256 }, (_, byte) => packed(` ${hexOf(byte)}`));
/** A byte's ASCII character, or a dot where it has none that can be printed. */
const PRINTABLE = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= SPACE && byte < 127 ? byte : DOT));
/** Octets of an address, each with the dot behind it. */
const OCTETS = Int32Array.from({ length: 256 }, (_, octet) => packed(`${octet}.`));

function textsOf(textOf: (number: number) => string): Int32Array {
  return Int32Array.from({ length: 1000 }, (_, number) => {
    const text = textOf(number);
    return packed(text) | (text.length << 24);
  });
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function packed(text: string): number {
  let bytes = 0;
  for (let k = 0; k < text.length; k++) bytes |= text.charCodeAt(k) << (8 * k);
  return bytes;
}

/** The reader at the other end of the pipe went away: the work is over, and that is no error. */
export class ClosedPipe extends Error {}

export class Output implements TextSink {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(CAPACITY);
  /** Over the same bytes: one store instead of four. */
  readonly #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, CAPACITY);
  #at = 0;

  constructor(fd = 1) {
    this.#fd = fd;
  }

  text(text: string): void {
    const length = text.length;
    if (length > LONG) {
      this.#long(text);
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

  /** Writes a text of at most SHORT characters that all have a 1 in `allowed`, by code up to 127; else false, and nothing. */
  textOf(text: string, allowed: Uint8Array): boolean {
    const length = text.length;
    if (length > SHORT) return false;
    if (this.#at + length > CAPACITY) this.flush();
    const buffer = this.#buffer;
    const start = this.#at;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (allowed[code] !== 1) return false;
      buffer[start + i] = code;
    }
    this.#at = start + length;
    return true;
  }

  /** In pieces: bytes of their own would lie about outside the heap until the next full collection. */
  #long(text: string): void {
    for (let at = 0; at < text.length; ) {
      let end = Math.min(at + LONG, text.length);
      // Not between the halves of a surrogate pair.
      if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
      this.text(text.slice(at, end));
      at = end;
    }
  }

  words(words: Words): void {
    if (this.#at + words.length + FOUR > CAPACITY) this.flush();
    this.#at = this.#spell(this.#at, words);
  }

  /** ` Ack=1` */
  named(words: Words, value: number): void {
    if (this.#at + words.length + NUMBER_BYTES > CAPACITY) this.flush();
    this.#at = this.#digits(this.#spell(this.#at, words), value);
  }

  byte(code: number): void {
    if (this.#at === CAPACITY) this.flush();
    this.#buffer[this.#at++] = code;
  }

  /** A whole number from 0 to 2^53, in decimal; `width`: padded with zeros. */
  number(value: number, width = 1): void {
    if (this.#at + NUMBER_BYTES + width > CAPACITY) this.flush();
    this.#at = width > 1 ? this.#padded(this.#at, value, width) : this.#digits(this.#at, value);
  }

  /** A whole number, right-aligned in `width` characters. */
  aligned(value: number, width: number): void {
    if (this.#at + NUMBER_BYTES + width > CAPACITY) this.flush();
    const blanks = width - decimalDigits(value);
    this.#at = this.#digits(blanks > 0 ? this.#blank(this.#at, blanks) : this.#at, value);
  }

  /** The decimals of a number, all `width` of them, behind the point. */
  decimals(value: number, width: number): void {
    if (this.#at + NUMBER_BYTES + width > CAPACITY) this.flush();
    this.#buffer[this.#at] = DOT;
    this.#at = this.#padded(this.#at + 1, value, width);
  }

  // These write from a place on and tell where they ended; who calls them has made room.

  #spell(at: number, { length, fours }: Words): number {
    for (let i = 0; i < fours.length; i++) this.#view.setInt32(at + 4 * i, fours[i]!, true);
    return at + length;
  }

  #blank(at: number, count: number): number {
    for (let i = 0; i < count; i += 4) this.#view.setInt32(at + i, FOUR_SPACES, true);
    return at + count;
  }

  #digits(at: number, value: number): number {
    if (value < 1000) return this.#put(at, UP_TO_THREE[value]!);
    if (value < 1_000_000) {
      const thousands = thousandsOf(value);
      const behind = this.#put(at, UP_TO_THREE[thousands]!);
      return this.#put(behind, THREE[(value - thousands * 1000) | 0]!);
    }
    if (value < QUOTIENT_EXACT) {
      const millions = Math.floor(value / 1_000_000);
      return this.#six(this.#digits(at, millions), value - millions * 1_000_000);
    }
    return at + this.#buffer.write(String(value), at);
  }

  /** Microseconds and nanoseconds behind a point have their own way: they stand in every line. */
  #padded(at: number, value: number, width: number): number {
    if (width === 6 && value < 1_000_000) return this.#six(at, value);
    if (width === 9 && value < 1_000_000_000) {
      const millions = (value / 1_000_000) | 0;
      return this.#six(this.#put(at, THREE[millions]!), value - millions * 1_000_000);
    }
    for (let digits = decimalDigits(value); digits < width; digits++) this.#buffer[at++] = ZERO;
    return this.#digits(at, value);
  }

  /** A number below a million, with zeros before it. */
  #six(at: number, value: number): number {
    const thousands = thousandsOf(value);
    const behind = this.#put(at, THREE[thousands]!);
    return this.#put(behind, THREE[(value - thousands * 1000) | 0]!);
  }

  /** A text of one of the tables. */
  #put(at: number, text: number): number {
    this.#view.setInt32(at, text, true);
    return at + (text >> 24);
  }

  /** Makes room for this many bytes at once. */
  reserve(bytes: number): void {
    if (this.#at + bytes > CAPACITY) this.flush();
  }

  /** Spaces: none where `count` is less than 1. */
  spaces(count: number): void {
    if (count <= 0) return;
    if (this.#at + count + FOUR > CAPACITY) this.flush();
    this.#at = this.#blank(this.#at, count);
  }

  /** 192.0.2.1; tells how many characters that were. */
  ipv4(b: Uint8Array, from: number): number {
    if (this.#at + IPV4_BYTES > CAPACITY) this.flush();
    const view = this.#view;
    let at = this.#at;
    for (let i = from; i < from + 4; i++) {
      const octet = b[i]!;
      view.setInt32(at, OCTETS[octet]!, true);
      at += octet > 99 ? 4 : octet > 9 ? 3 : 2;
    }
    // Without the last dot.
    const length = at - 1 - this.#at;
    this.#at += length;
    return length;
  }

  /** ` → ` */
  arrow(): void {
    if (this.#at + 5 > CAPACITY) this.flush();
    const at = this.#at;
    this.#view.setInt32(at, SPACE_ARROW, true);
    this.#buffer[at + 4] = SPACE;
    this.#at = at + 5;
  }

  /** Two hexadecimal digits. */
  hexByte(value: number): void {
    if (this.#at + 2 > CAPACITY) this.flush();
    this.#buffer[this.#at++] = HEX[value >> 4]!;
    this.#buffer[this.#at++] = HEX[value & 15]!;
  }

  /** Any number of bytes in hexadecimal, `separator` (a character code; 0: none) between them. */
  hex(b: Uint8Array, start: number, end: number, separator = 0): void {
    for (let from = start; from < end; from += HEX_AT_ONCE)
      this.#hexOf(b, from, Math.min(end, from + HEX_AT_ONCE), separator, from === start);
  }

  #hexOf(b: Uint8Array, start: number, end: number, separator: number, isFirst: boolean): void {
    if (this.#at + (end - start) * 3 > CAPACITY) this.flush();
    const view = this.#view;
    let at = this.#at;
    for (let i = start; i < end; i++) {
      if (separator !== 0 && !(isFirst && i === start)) this.#buffer[at++] = separator;
      view.setInt16(at, SPACED_HEX[b[i]!]! >> 8, true);
      at += 2;
    }
    this.#at = at;
  }

  /**
   * A row of a dump: `0010  00 15 c5   ...`, the offset's last four digits, up to 16 bytes, and these as text where
   * `withText`; `bar`: a character code around the text, 0 for none.
   */
  dumpRow(offset: number, b: Uint8Array, start: number, end: number, withText: boolean, bar: number): void {
    if (this.#at + ROW_BYTES > CAPACITY) this.flush();
    const view = this.#view;
    const buffer = this.#buffer;
    let at = this.#at;
    view.setInt16(at, SPACED_HEX[(offset >> 8) & 0xff]! >> 8, true);
    view.setInt32(at + 2, (SPACED_HEX[offset & 0xff]! >> 8) | (SPACE << 16), true);
    at += 5;
    for (let i = start; i < end; i++, at += 3) view.setInt32(at, SPACED_HEX[b[i]!]!, true);
    at = this.#blank(at, 3 * (start + ROW - end) + 3);
    if (bar !== 0) buffer[at++] = bar;
    if (withText) for (let i = start; i < end; i++) buffer[at++] = PRINTABLE[b[i]!]!;
    if (bar !== 0) buffer[at++] = bar;
    buffer[at] = LINE_FEED;
    this.#at = at + 1;
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
        if (code !== 'EAGAIN') throw new UserError(writeProblem('standard output', error), FAILED);
        // A pipe that somebody made non-blocking and that is full just now.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  }
}

/** Of a number below a million: a product takes a third of a quotient's time, and with a half more it never falls short. */
function thousandsOf(value: number): number {
  return ((value + 0.5) * 0.001) | 0;
}

/** How many decimal digits a whole number from 0 on takes. */
export function decimalDigits(value: number): number {
  if (value < 100_000) return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  let digits = 6;
  for (let limit = 1_000_000; value >= limit; limit *= 10) digits++;
  return digits;
}

const HEX = Buffer.from('0123456789abcdef');

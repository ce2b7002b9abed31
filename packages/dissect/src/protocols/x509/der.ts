// ASN.1 DER (ITU-T X.690): a cursor over the elements of one value.
import { ascii, u16, u32, utf8 } from '../../core/bytes.ts';

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OID = 0x06;
export const ENUMERATED = 0x0a;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
export const TELETEX_STRING = 0x14;
export const IA5_STRING = 0x16;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const UNIVERSAL_STRING = 0x1c;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** The tag of a context-specific element, [n]. */
export const context = (n: number): number => 0x80 | n;
export const constructed = (n: number): number => 0xa0 | n;

/** A cursor over consecutive elements in [at, end); `next` advances to each in turn. */
export class Der {
  readonly b: Uint8Array;
  /** The current element: its identifier octet, its start, and its contents [at, stop). */
  tag = 0;
  start: number;
  at: number;
  stop: number;
  readonly #end: number;

  constructor(b: Uint8Array, at: number, end: number) {
    this.b = b;
    this.start = this.at = this.stop = at;
    this.#end = end;
  }

  /** Advances to the next element; false at the end, and at one that is invalid (§8.1.3) or has a multi-octet tag. */
  next(): boolean {
    const { b } = this;
    const end = this.#end;
    const start = this.stop;
    if (start + 2 > end) return false;
    const tag = b[start]!;
    let length = b[start + 1]!;
    let at = start + 2;
    if ((tag & 0x1f) === 0x1f) return false;
    if (length > 0x80) {
      const octets = length & 0x7f;
      if (octets > 4 || at + octets > end) return false;
      length = 0;
      for (let k = 0; k < octets; k++) length = length * 256 + b[at + k]!;
      at += octets;
    } else if (length === 0x80) return false;
    if (at + length > end) return false;
    this.tag = tag;
    this.start = start;
    this.at = at;
    this.stop = at + length;
    return true;
  }

  /** Advances only if the next element has this tag. */
  take(tag: number): boolean {
    return this.stop + 2 <= this.#end && this.b[this.stop] === tag && this.next();
  }

  /** A cursor over the elements within the current one. */
  inside(): Der {
    return new Der(this.b, this.at, this.stop);
  }

  get length(): number {
    return this.stop - this.at;
  }

  /** Number of elements in the current element. */
  get items(): number {
    const inner = this.inside();
    let count = 0;
    while (inner.next()) count++;
    return count;
  }
}

const OID_ARCS_MAX = 64;

/** Formats an object identifier (§8.19) as `2.5.4.3`. */
export function oidText(b: Uint8Array, at: number, end: number): string {
  let text = '';
  let arc = 0;
  for (let i = at, arcs = 0; i < end && arcs < OID_ARCS_MAX; i++) {
    arc = arc * 128 + (b[i]! & 0x7f);
    if (b[i]! & 0x80) continue;
    if (text === '') {
      const first = Math.min(2, Math.floor(arc / 40));
      text = `${first}.${arc - first * 40}`;
    } else text += `.${arc}`;
    arc = 0;
    arcs++;
  }
  return text;
}

/** A character string of any of the universal types (§8.23). */
export function stringText(b: Uint8Array, tag: number, at: number, end: number): string {
  if (tag === UTF8_STRING) return utf8(b, at, end);
  if (tag !== BMP_STRING && tag !== UNIVERSAL_STRING) return ascii(b, at, end);
  const width = tag === BMP_STRING ? 2 : 4;
  let text = '';
  for (let i = at; i + width <= end; i += width) {
    const code = width === 2 ? u16(b, i) : u32(b, i);
    text += width === 2 ? String.fromCharCode(code) : String.fromCodePoint(code <= 0x10ffff ? code : 0xfffd);
  }
  return text;
}

/** An INTEGER, exact up to 48 bits; longer ones are truncated. */
export function integer(b: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end && i < at + 6; i++) value = value * 256 + b[i]!;
  return at < end && b[at]! & 0x80 ? value - 256 ** Math.min(6, end - at) : value;
}

const DIGITS = /^\d{10,14}/;

/**
 * UTCTime or GeneralizedTime (X.680 §46, §47) as `2020-03-12 00:00:00 (UTC)`; other text unchanged. RFC 5280
 * §4.1.2.5.1: two-digit years from 50 on are 19xx.
 */
export function timeText(b: Uint8Array, tag: number, at: number, end: number): string {
  const text = ascii(b, at, end);
  const digits = DIGITS.exec(text)?.[0];
  if (digits === undefined) return text;
  const full = tag === UTC_TIME ? (Number(digits.slice(0, 2)) >= 50 ? '19' : '20') + digits : digits;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?/.exec(full) ?? [];
  if (year === undefined) return text;
  return `${year}-${month}-${day} ${hour}:${minute}:${second ?? '00'} (UTC)`;
}

/** GeneralizedTime in nanoseconds since the epoch; null if invalid. */
export function timeNanoseconds(b: Uint8Array, at: number, end: number): bigint | null {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(ascii(b, at, end));
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return BigInt(Date.UTC(year, month - 1, day, hour, minute, second)) * 1_000_000n;
}

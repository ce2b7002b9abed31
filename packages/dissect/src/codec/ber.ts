// ASN.1 basic encoding rules (ITU-T X.690): just enough to walk what SNMP, LDAP and Kerberos put on the wire.
import { ascii } from '../core/bytes.ts';

/** Identifier octets of the universal types (X.680 §8.4), with the constructed bit where it belongs. */
export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const ENUMERATED = 0x0a;
export const UTF8_STRING = 0x0c;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Bytes of an integer that a JavaScript number holds exactly. */
const SAFE_BYTES = 6;
/** Arcs of an object identifier that are written out; more is not an identifier anyone uses. */
const ARCS_MAX = 128;
/** How deep values of indefinite length may nest. */
const INDEFINITE_DEPTH_MAX = 16;

/**
 * One value: identifier, length, contents. An object serves many reads; nested reads take one object a level.
 * All places are offsets in the bytes given to `read`.
 */
export class BerItem {
  /** The first identifier octet: class (bits 8, 7), constructed (bit 6), tag (bits 5 to 1). */
  id = 0;
  /** The tag number; equal to the low five bits of `id` unless that says 31. */
  tag = 0;
  /** Where the identifier starts, the contents start, and the captured contents end. */
  start = 0;
  content = 0;
  stop = 0;
  /** Where the next value starts; beyond `end` when this one was cut. */
  next = 0;

  /** Reads the value at `at`; false when the bytes end in its header or the header is not BER. */
  read(b: Uint8Array, at: number, end: number): boolean {
    if (at + 2 > end) return false;
    this.start = at;
    this.id = b[at++]!;
    this.tag = this.id & 0x1f;
    if (this.tag === 0x1f) at = this.#longTag(b, at, end);
    if (at < 0 || at >= end) return false;
    const first = b[at++]!;
    let length = first;
    if (first === 0x80) return this.#indefinite(b, at, end, 0);
    if (first > 0x80) {
      const octets = first & 0x7f;
      if (octets > SAFE_BYTES || at + octets > end) return false;
      length = 0;
      for (let k = 0; k < octets; k++) length = length * 256 + b[at++]!;
    }
    this.content = at;
    this.next = at + length;
    this.stop = Math.min(this.next, end);
    return true;
  }

  /** As read, but false too when the identifier octet is not `id`. */
  readA(id: number, b: Uint8Array, at: number, end: number): boolean {
    return this.read(b, at, end) && this.id === id;
  }

  get isConstructed(): boolean {
    return (this.id & 0x20) !== 0;
  }

  /** Bytes of contents that were captured. */
  get length(): number {
    return this.stop - this.content;
  }

  /** X.690 §8.1.2.4: tags from 31 on, seven bits an octet. */
  #longTag(b: Uint8Array, at: number, end: number): number {
    this.tag = 0;
    for (let k = 0; k < 4 && at < end; k++) {
      const octet = b[at++]!;
      this.tag = this.tag * 128 + (octet & 0x7f);
      if (octet < 0x80) return at;
    }
    return -1;
  }

  /** X.690 §8.1.3.6: the contents run to two zero octets, values within them skipped whole. */
  #indefinite(b: Uint8Array, at: number, end: number, depth: number): boolean {
    const { id, tag, start } = this;
    const content = at;
    while (at + 2 <= end && (b[at] !== 0 || b[at + 1] !== 0)) {
      if (depth === INDEFINITE_DEPTH_MAX) return false;
      const isRead =
        b[at + 1] === 0x80 && (b[at]! & 0x1f) !== 0x1f
          ? this.#within(b, at, end, depth)
          : this.read(b, at, end);
      if (!isRead) return false;
      at = this.next;
    }
    this.id = id;
    this.tag = tag;
    this.start = start;
    this.content = content;
    this.stop = Math.min(at, end);
    this.next = at + 2;
    return true;
  }

  #within(b: Uint8Array, at: number, end: number, depth: number): boolean {
    this.start = at;
    this.id = b[at]!;
    this.tag = this.id & 0x1f;
    return this.#indefinite(b, at + 2, end, depth + 1);
  }
}

/** A whole message's length, header included, from its first bytes: for framing. 0: not to be known, or not BER. */
export function berMessageLength(b: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const first = b[at + 1]!;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > SAFE_BYTES) return 0;
  if (at + 2 + octets > end) return 2 + octets;
  let length = 0;
  for (let k = 0; k < octets; k++) length = length * 256 + b[at + 2 + k]!;
  return 2 + octets + length;
}

/** X.690 §8.3: two's complement; a bigint when a number can't hold it. No contents read as 0. */
export function berInteger(b: Uint8Array, start: number, end: number): number | bigint {
  if (end - start > SAFE_BYTES) return BigInt.asIntN((end - start) * 8, unsigned(b, start, end));
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + b[i]!;
  return start < end && b[start]! > 127 ? value - 2 ** ((end - start) * 8) : value;
}

/** As berInteger, the sign bit read as a digit: counters and the like. */
export function berUnsigned(b: Uint8Array, start: number, end: number): number | bigint {
  while (end - start > SAFE_BYTES && b[start] === 0) start++;
  if (end - start > SAFE_BYTES) return unsigned(b, start, end);
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + b[i]!;
  return value;
}

function unsigned(b: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let i = start; i < end; i++) value = (value << 8n) | BigInt(b[i]!);
  return value;
}

/** X.690 §8.19: an object identifier as `1.3.6.1.2.1`; the first octets hold two arcs. */
export function berOid(b: Uint8Array, start: number, end: number): string {
  let text = '';
  let arc = 0;
  let arcs = 0;
  for (let i = start; i < end && arcs < ARCS_MAX; i++) {
    arc = arc * 128 + (b[i]! & 0x7f);
    if (b[i]! >= 0x80) continue;
    if (arcs++ === 0) text = arc < 80 ? `${Math.floor(arc / 40)}.${arc % 40}` : `2.${arc - 80}`;
    else text += `.${arc}`;
    arc = 0;
  }
  return text;
}

/** The contents as Latin-1 text. */
export function berText(b: Uint8Array, item: BerItem): string {
  return ascii(b, item.content, item.stop);
}

// ASN.1 basic encoding rules (ITU-T X.690), as far as SNMP, LDAP and Kerberos need them.
import { ascii } from '../core/bytes.ts';

/** Identifier octets of the universal types (X.680 §8.4), including the constructed bit. */
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

/** Longest integer, in bytes, that a JavaScript number holds exactly. */
const SAFE_BYTES = 6;
/** Arcs of an object identifier that are formatted; longer ones are truncated. */
const ARCS_MAX = 128;
/** How deep values of indefinite length may nest. */
const INDEFINITE_DEPTH_MAX = 16;

/**
 * One value: identifier, length, contents. An object can be reused for many reads; nested reads need one per level.
 * All positions are offsets in the bytes given to `read`.
 */
export class BerItem {
  /** The first identifier octet: class (bits 8, 7), constructed (bit 6), tag (bits 5 to 1). */
  id = 0;
  /** The tag number: the low five bits of `id`, unless they are 31 (long form). */
  tag = 0;
  /** Offsets of the identifier, of the contents, and of the end of the captured contents. */
  start = 0;
  content = 0;
  stop = 0;
  /** Offset of the next value; beyond `end` if this one is truncated. */
  next = 0;

  /** Reads the value at `at`; false if the header is truncated or is not BER. */
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

  /** As `read`, but also false unless the identifier octet is `id`. */
  readA(id: number, b: Uint8Array, at: number, end: number): boolean {
    return this.read(b, at, end) && this.id === id;
  }

  get isConstructed(): boolean {
    return (this.id & 0x20) !== 0;
  }

  /** Captured length of the contents in bytes. */
  get length(): number {
    return this.stop - this.content;
  }

  /** X.690 §8.1.2.4: tag numbers from 31 on, seven bits per octet. */
  #longTag(b: Uint8Array, at: number, end: number): number {
    this.tag = 0;
    for (let k = 0; k < 4 && at < end; k++) {
      const octet = b[at++]!;
      this.tag = this.tag * 128 + (octet & 0x7f);
      if (octet < 0x80) return at;
    }
    return -1;
  }

  /** X.690 §8.1.3.6: the contents end with two zero octets; nested values are skipped. */
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

/** Length of a message in bytes, header included, from its first bytes, for framing; 0 if undeterminable or not BER. */
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

/** X.690 §8.3: two's complement; a bigint if it exceeds a number's precision. Empty contents are 0. */
export function berInteger(b: Uint8Array, start: number, end: number): number | bigint {
  if (end - start > SAFE_BYTES) return BigInt.asIntN((end - start) * 8, unsigned(b, start, end));
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + b[i]!;
  return start < end && b[start]! > 127 ? value - 2 ** ((end - start) * 8) : value;
}

/** As `berInteger`, but unsigned: for counters and the like. */
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

/** X.690 §8.19: an object identifier as `1.3.6.1.2.1`; the first subidentifier encodes two arcs. */
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

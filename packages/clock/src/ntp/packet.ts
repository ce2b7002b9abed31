// NTP packets of version 4, and of older versions as far as they share its format (RFC 5905 §7.3), with extension fields
// (RFC 7822 §3).
import type { Timestamp } from './timestamp.ts';

export const HEADER_BYTES = 48;
/** Longer than any response with eight cookies; longer datagrams are rejected. */
const PACKET_BYTES_MAX = 2048;
/** Minimum length of an extension field, so that it can be distinguished from a MAC (RFC 7822 §3). */
const FIELD_BYTES_MIN = 16;
/** Key number and digest: MD5 and AES-CMAC 20, SHA-1 24; a lone key number is a crypto-NAK (RFC 5905 §7.3). */
const MAC_BYTES = [4, 20, 24];
const SHORT_UNIT = 2 ** 16;

export const Mode = { client: 3, server: 4 } as const;
/** Leap indicators: the last minute of the day has 61 or 59 seconds, or the clock is unsynchronized (RFC 5905 figure 9). */
export const Leap = { none: 0, insert: 1, delete: 2, unsynchronised: 3 } as const;
/** Stratum of an unsynchronized server; 0 in a packet means a kiss code. */
export const STRATUM_MAX = 16;

export interface NtpPacket {
  leap: number;
  version: number;
  mode: number;
  stratum: number;
  /** log2 of seconds. */
  poll: number;
  /** log2 of seconds. */
  precision: number;
  /** Seconds. */
  rootDelay: number;
  /** Seconds. */
  rootDispersion: number;
  /** Four bytes: a kiss code, the name of a reference clock, or the address of the server followed. */
  referenceId: Uint8Array;
  reference: Timestamp;
  origin: Timestamp;
  receive: Timestamp;
  transmit: Timestamp;
}

/** `start` and `end` are offsets in the datagram and include the field's header. */
export interface ExtensionField {
  readonly type: number;
  readonly body: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface DecodedPacket {
  readonly packet: NtpPacket;
  readonly fields: readonly ExtensionField[];
}

/** Parses a datagram; null if it is not an NTP packet. Never throws. */
export function decodePacket(bytes: Uint8Array): DecodedPacket | null {
  if (bytes.length < HEADER_BYTES || bytes.length > PACKET_BYTES_MAX || bytes.length % 4 !== 0) return null;
  const fields = decodeFields(bytes, HEADER_BYTES);
  return fields === null ? null : { packet: decodeHeader(bytes), fields };
}

function decodeHeader(bytes: Uint8Array): NtpPacket {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  return {
    leap: first >> 6,
    version: (first >> 3) & 7,
    mode: first & 7,
    stratum: view.getUint8(1),
    poll: view.getInt8(2),
    precision: view.getInt8(3),
    rootDelay: view.getUint32(4) / SHORT_UNIT,
    rootDispersion: view.getUint32(8) / SHORT_UNIT,
    referenceId: bytes.slice(12, 16),
    reference: view.getBigUint64(16),
    origin: view.getBigUint64(24),
    receive: view.getBigUint64(32),
    transmit: view.getBigUint64(40),
  };
}

/** The extension fields up to the end or to a MAC, which is ignored; null if a length is wrong. */
export function decodeFields(bytes: Uint8Array, from: number): ExtensionField[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: ExtensionField[] = [];
  for (let at = from; at < bytes.length; ) {
    const left = bytes.length - at;
    const length = left < FIELD_BYTES_MIN ? 0 : view.getUint16(at + 2);
    if (length < FIELD_BYTES_MIN || length > left || length % 4 !== 0) {
      return MAC_BYTES.includes(left) ? fields : null;
    }
    const end = at + length;
    fields.push({ type: view.getUint16(at), body: bytes.subarray(at + 4, end), start: at, end });
    at = end;
  }
  return fields;
}

export function encodeHeader(packet: NtpPacket): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (packet.leap << 6) | (packet.version << 3) | packet.mode);
  view.setUint8(1, packet.stratum);
  view.setInt8(2, packet.poll);
  view.setInt8(3, packet.precision);
  view.setUint32(4, toShort(packet.rootDelay));
  view.setUint32(8, toShort(packet.rootDispersion));
  bytes.set(packet.referenceId.subarray(0, 4), 12);
  view.setBigUint64(16, packet.reference);
  view.setBigUint64(24, packet.origin);
  view.setBigUint64(32, packet.receive);
  view.setBigUint64(40, packet.transmit);
  return bytes;
}

/** Encodes a field, padded with zeros to a multiple of four bytes and to the minimum length. */
export function encodeField(type: number, body: Uint8Array): Uint8Array {
  const length = Math.max(FIELD_BYTES_MIN, 4 + Math.ceil(body.length / 4) * 4);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type);
  view.setUint16(2, length);
  bytes.set(body, 4);
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** NTP's short format: 16 bits of seconds, 16 of fraction (RFC 5905 §6). */
function toShort(seconds: number): number {
  return Math.min(0xffff_ffff, Math.max(0, Math.round(seconds * SHORT_UNIT)));
}

// Predicates and message lengths for protocols that have no fixed signature.
import { indexOf, spells, u16, u16le, u24, u32, u32le } from '../../../core/bytes.ts';
import type { Look } from './known.ts';

/** General Inter-ORB Protocol (CORBA 3.3 part 2 §9.4.1): a flag gives the byte order of the length. */
export function giopLength(b: Uint8Array, at: number): number {
  return 12 + (b[at + 6]! & 1 ? u32le(b, at + 8) : u32(b, at + 8));
}

const SOH = 0x01;
export const beginsFix: Look = (b, at, end) => spells(b, at, end, '8=FIX');

/** FIX 4.4 volume 1: field 9 (BodyLength) counts the bytes up to the checksum field, which takes seven. */
export function fixLength(b: Uint8Array, at: number, end: number): number {
  // The middle of a message whose beginning was not captured.
  if (!beginsFix(b, at, end)) return end - at;
  const second = indexOf(b, SOH, at, end) + 1;
  if (second > 0 && end - second >= 3 && !spells(b, second, end, '9=')) return end - at;
  let length = 0;
  let i = second + 2;
  for (; second > 0 && i < end && b[i]! >= 0x30 && b[i]! <= 0x39 && length < 1e7; i++)
    length = length * 10 + b[i]! - 0x30;
  // Undecided: one more byte is needed.
  return second > 0 && i < end && b[i] === SOH ? i + 1 + length + 7 - at : end - at + 1;
}

const SMPP_COMMANDS = new Set([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x15, 0x21, 0x102, 0x103, 0x111, 0x112, 0x113,
]);
/** SMPP 3.4 §3.2: length, command id (the highest bit marks responses), status, sequence number. */
export const isSmpp: Look = (b, at, end) =>
  end - at >= 16 &&
  u32(b, at) >= 16 &&
  u32(b, at) < 0x10000 &&
  (b[at + 4]! & 0x7f) === 0 &&
  SMPP_COMMANDS.has(u24(b, at + 5)) &&
  u32(b, at + 8) < 0x600;

const STX = 0x02;
const ETX = 0x03;
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 0x30 && c <= 0x39;

/** CIMD 2 §3.1: STX, two digits, a colon, three digits, …, ETX. */
export const isCimd: Look = (b, at, end) =>
  end - at >= 9 &&
  b[at] === STX &&
  isDigit(b[at + 1]) &&
  isDigit(b[at + 2]) &&
  b[at + 3] === 0x3a &&
  isDigit(b[at + 4]) &&
  isDigit(b[at + 6]) &&
  b[end - 1] === ETX;

/** Universal Computer Protocol (EMI 4.6 §4): STX, transaction, slash, five digits of length, slash, O or R, …, ETX. */
export const isUcp: Look = (b, at, end) =>
  end - at >= 16 &&
  b[at] === STX &&
  isDigit(b[at + 1]) &&
  isDigit(b[at + 2]) &&
  b[at + 3] === 0x2f &&
  isDigit(b[at + 4]) &&
  isDigit(b[at + 8]) &&
  b[at + 9] === 0x2f &&
  (b[at + 10] === 0x4f || b[at + 10] === 0x52);

export function ucpLength(b: Uint8Array, at: number): number {
  let length = 0;
  for (let i = at + 4; i < at + 9; i++) length = length * 10 + (b[i]! - 0x30);
  // The length excludes STX and ETX.
  return length > 0 ? length + 2 : 0;
}

/** CTDB, Samba's clustered trivial database: a length, then a magic number. */
export const isCtdb: Look = (b, at, end) => spells(b, at + 4, end, 'BDTC') || spells(b, at + 4, end, 'CTDB');

/** DRDA, DDM framing: length, 0xd0, format, correlation id, length, code point. */
export const isDrda: Look = (b, at, end) =>
  end - at >= 10 &&
  b[at + 2] === 0xd0 &&
  u16(b, at) >= 10 &&
  u16(b, at + 6) >= 4 &&
  u16(b, at + 6) <= u16(b, at) - 6;
/** A conversation begins with EXCSAT (Exchange Server Attributes). */
export const beginsDrda: Look = (b, at, end) =>
  isDrda(b, at, end) && (u16(b, at + 8) === 0x1041 || u16(b, at + 8) === 0x1443);

/** Thrift binary protocol, strict: version 1, message type, ASCII method name. */
export const isThrift: Look = (b, at, end) =>
  end - at >= 12 &&
  u24(b, at) === 0x800100 &&
  b[at + 3]! >= 1 &&
  b[at + 3]! <= 4 &&
  u32(b, at + 4) >= 1 &&
  u32(b, at + 4) < 256 &&
  b[at + 8]! > 0x20 &&
  b[at + 8]! < 0x7f;

const MIDI_COMMANDS = new Set(['IN', 'OK', 'NO', 'BY', 'CK', 'RS', 'RL']);
/** AppleMIDI's session messages: 0xffff and two letters. */
export const isAppleMidi: Look = (b, at, end) =>
  end - at >= 12 && u16(b, at) === 0xffff && MIDI_COMMANDS.has(String.fromCharCode(b[at + 2]!, b[at + 3]!));

const JDWP_HANDSHAKE = 14;
export function jdwpLength(b: Uint8Array, at: number): number {
  return b[at] === 0x4a ? JDWP_HANDSHAKE : u32(b, at);
}

/** Erlang Port Mapper Daemon: requests have a 2-byte length. */
export const isEpmd: Look = (b, at, end) =>
  (end - at >= 3 && u16(b, at) === end - at - 2 && b[at + 2]! >= 0x61 && b[at + 2]! <= 0x7a) ||
  (end - at >= 2 && (b[at] === 0x77 || b[at] === 0x79));

const CMPP_COMMANDS = new Set([1, 2, 4, 5, 6, 7, 8]);
/** China Mobile Peer to Peer (CMPP): length, command id (the highest bit marks responses), sequence number. */
export const isCmpp: Look = (b, at, end) =>
  end - at >= 12 &&
  u32(b, at) >= 12 &&
  u32(b, at) < 0x10000 &&
  (b[at + 4]! & 0x7f) === 0 &&
  CMPP_COMMANDS.has(u24(b, at + 5));

/** RFC 2741 §6.1: a flag gives the byte order of the payload length. */
export function agentxLength(b: Uint8Array, at: number): number {
  return 20 + (b[at + 2]! & 0x10 ? u32(b, at + 16) : u32le(b, at + 16));
}

/** Memcached binary protocol, also spoken by Couchbase: requests, responses and their flexible-framing variants. */
export const isCouchbase: Look = (b, at, end) =>
  end - at >= 24 && [0x80, 0x81, 0x82, 0x83, 0x08, 0x18].includes(b[at]!);

/** Firebird: a 4-byte operation code below 100. */
export const isFirebird: Look = (b, at, end) => end - at >= 4 && u24(b, at) === 0 && b[at + 3]! <= 100;

/** GigE Vision Control Protocol: a command key, or a status and an acknowledge code. */
export const isGigeVision: Look = (b, at, end) =>
  end - at >= 8 &&
  (b[at] === 0x42 || ((b[at]! & 0x7f) === 0 && (u16(b, at + 2) & 0xff01) === 1 && u16(b, at + 2) !== 0));

export const isHart: Look = (b, at, end) => end - at >= 8 && b[at]! <= 2 && b[at + 1]! <= 15;

export const isMacTelnet: Look = (b, at, end) =>
  end - at >= 18 && b[at] === 1 && ([0, 1, 2, 4, 5, 255] as readonly number[]).includes(b[at + 1]!);

const A11_TYPES = new Set([1, 3, 20, 21, 22, 23, 24, 25]);
export const isA11: Look = (b, at) => A11_TYPES.has(b[at]!);

/** NCP over TCP: signatures of requests and replies. */
export const isNcp: Look = (b, at, end) => spells(b, at, end, 'DmdT') || spells(b, at, end, 'tNcP');

export const isTivo: Look = (b, at, end) =>
  spells(b, at, end, 'tivoconnect=') || spells(b, at, end, 'TiVoConnect=');

/** Omron FINS: information control field, a reserved zero, gateway count. */
export const isOmron: Look = (b, at, end) => end - at >= 10 && (b[at]! & 0x3e) === 0 && b[at + 1] === 0;

const POWERLINK_TYPES = new Set([1, 3, 4, 5, 6, 7, 13]);
export const isPowerlink: Look = (b, at) => POWERLINK_TYPES.has(b[at]!);

/** RFC 1795 §3.3: version and header length. */
export const isDlsw: Look = (b, at, end) =>
  end - at >= 4 &&
  (b[at] === 0x31 || b[at] === 0x32 || b[at] === 0x4b) &&
  (b[at + 1] === 16 || b[at + 1] === 72);
export function dlswLength(b: Uint8Array, at: number): number {
  return b[at + 1]! + u16(b, at + 2);
}

/** HiSLIP (IVI-6.1 §2.5): an 8-byte payload length, of which the lower four suffice. */
export function hislipLength(b: Uint8Array, at: number): number {
  return 16 + u32(b, at + 12);
}

/** Length of a BER element (X.690 §8.1.3); tag and length take at least `header` bytes. */
export function berLength(b: Uint8Array, at: number, end: number): number {
  let i = at + 1;
  if ((b[at]! & 0x1f) === 0x1f) while (i < end && b[i++]! & 0x80);
  if (i >= end) return end - at;
  const first = b[i++]!;
  if (first < 0x80) return i - at + first;
  const width = first & 0x7f;
  if (width === 0 || width > 4 || i + width > end) return end - at;
  let length = 0;
  for (let k = 0; k < width; k++) length = length * 256 + b[i + k]!;
  return i + width - at + length;
}

/** RFC 5326 §3.1: version 0 and a defined segment type. */
export const isLtp: Look = (b, at, end) => end - at > 4 && b[at]! >> 4 === 0;

const SLIM_LETTERS = new Set([...'ihHdD2amMlsrvVpc'].map((c) => c.charCodeAt(0)));
export const isSlimp3: Look = (b, at, end) => end - at >= 18 && SLIM_LETTERS.has(b[at]!);

/** Gryphon: the body is padded to a multiple of four bytes. */
export function gryphonLength(b: Uint8Array, at: number): number {
  return 8 + ((u16(b, at + 4) + 3) & ~3);
}

/** Internet Direct Message Protocol: a last-fragment flag and a length. */
export function idmpLength(b: Uint8Array, at: number): number {
  return 5 + u32(b, at + 1);
}

/** IBM MQ: structure identifier of the segment header, in ASCII or EBCDIC. */
export const isMq: Look = (b, at, end) =>
  end - at >= 8 &&
  (spells(b, at, end, 'TSH') || (b[at] === 0xe3 && b[at + 1] === 0xe2 && b[at + 2] === 0xc8));

/** SPICE: link message magic and major version 1 or 2. */
export const isSpice: Look = (b, at, end) =>
  end - at >= 16 && spells(b, at, end, 'REDQ') && u16le(b, at + 4) <= 2;

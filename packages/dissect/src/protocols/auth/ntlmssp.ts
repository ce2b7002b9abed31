// NTLM authentication messages ([MS-NLMP] §2.2.1), whatever the carrier.
import { filetime } from '../../codec/filetime.ts';
import { utf16le } from '../../codec/utf16.ts';
import { ascii, spells, u16le, u32le } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { emitParts, type Part } from '../parts.ts';
import { f, flagBits, typeNames } from './ntlmssp-fields.ts';

const NEGOTIATE = 1;
const CHALLENGE = 2;
const AUTHENTICATE = 3;

const UNICODE = 0x01;
const VERSION = 0x02000000;

/** Offsets of the 8-byte descriptors (length, allocated length, offset) from the start of the message. */
const NEGOTIATE_DOMAIN = 16;
const NEGOTIATE_HOST = 24;
const TARGET_NAME = 12;
const TARGET_INFO = 40;
const LM_RESPONSE = 12;
const NT_RESPONSE = 20;
const DOMAIN = 28;
const USER = 36;
const HOST = 44;
const SESSION_KEY = 52;
const AUTHENTICATE_FLAGS = 60;

/** Layer note of an AUTHENTICATE_MESSAGE: the user. */
export interface NtlmUser {
  readonly domain: string;
  readonly user: string;
  readonly host: string;
}

/** [MS-NLMP] §2.2.2.9: a message signature in place of a message. */
function isVerifier(b: Uint8Array, start: number, end: number): boolean {
  return end - start === 16 && b[start] === 1;
}

function typeOf(b: Uint8Array, start: number): number {
  return u32le(b, start + 8);
}

export const ntlmssp: Protocol = protocol({
  name: 'ntlmssp',
  title: 'NTLM Secure Service Provider',
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.count - 1;
    if (!isVerifier(b, start, p.end)) {
      if (p.end - start < 12) return p.cut(12);
      if (typeOf(b, start) === AUTHENTICATE) p.notes[layer] = userOf(b, start, p.end);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isVerifier(b, start, end)) {
      out.open(f.verifier, start, 16);
      out.add(f.verifierVersion, start, 4);
      out.add(f.verifierBody, start + 4, 12);
      out.close();
      return;
    }
    if (end - start < 12) return;
    out.add(f.identifier, start, 8, ascii(b, start, start + 7));
    out.add(f.type, start + 8, 4);
    const type = spells(b, start, end, 'NTLMSSP') ? typeOf(b, start) : 0;
    if (type === NEGOTIATE) emitNegotiate(b, start, end, out);
    else if (type === CHALLENGE) emitChallenge(b, start, end, out);
    else if (type === AUTHENTICATE) emitAuthenticate(b, start, end, out);
  },
});

/** Part that an NTLMSSP layer adds to the Info column of the carrying message: `NTLMSSP_AUTH, User: A\b`. */
export function ntlmsspInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (isVerifier(b, start, end) || end - start < 12) return '';
  const name = typeNames[typeOf(b, start)] ?? 'Unknown NTLMSSP message type';
  const user = p.notes[layer] as NtlmUser | null;
  return user === null ? name : `${name}, User: ${user.domain}\\${user.user}`;
}

function userOf(b: Uint8Array, start: number, end: number): NtlmUser | null {
  if (end - start < SESSION_KEY) return null;
  const isUnicode = isUnicodeUser(b, start, end);
  return {
    domain: printable(stringAt(b, start, end, start + DOMAIN, isUnicode)),
    user: printable(stringAt(b, start, end, start + USER, isUnicode)),
    host: printable(stringAt(b, start, end, start + HOST, isUnicode)),
  };
}

/** [MS-NLMP] §2.2.1.3: the flags precede the payload, except with the oldest clients. */
function isUnicodeUser(b: Uint8Array, start: number, end: number): boolean {
  const hasFlags =
    end - start >= AUTHENTICATE_FLAGS + 4 && u32le(b, start + DOMAIN + 4) >= AUTHENTICATE_FLAGS + 4;
  return !hasFlags || (u32le(b, start + AUTHENTICATE_FLAGS) & UNICODE) !== 0;
}

/** The text that the descriptor at `at` points to. */
function stringAt(b: Uint8Array, start: number, end: number, at: number, isUnicode: boolean): string {
  const from = start + u32le(b, at + 4);
  const to = Math.min(end, from + u16le(b, at));
  if (from >= to) return '';
  return isUnicode ? utf16le(b, from, to) : ascii(b, from, to);
}

function emitString(
  b: Uint8Array,
  start: number,
  end: number,
  at: number,
  isUnicode: boolean,
  field: Field,
  out: Sink,
): void {
  if (start + at + 8 > end) return;
  const from = start + u32le(b, start + at + 4);
  const length = u16le(b, start + at);
  const isInside = length > 0 && from + length <= end;
  if (isInside) out.open(field, from, length, stringAt(b, start, end, start + at, isUnicode));
  // As Wireshark shows a text of which there is none.
  else out.open(field, start + at, 8, 'NULL');
  out.add(f.length, start + at, 2);
  out.add(f.maxLength, start + at + 2, 2);
  out.add(f.offset, start + at + 4, 4);
  out.close();
}

/** Opens the field without closing it; returns [start, end) of the payload. */
function openBlob(
  b: Uint8Array,
  start: number,
  end: number,
  at: number,
  field: Field,
  out: Sink,
): [number, number] {
  const from = start + u32le(b, start + at + 4);
  const to = from + u16le(b, start + at);
  const isInside = to > from && to <= end;
  out.open(
    field,
    isInside ? from : start + at,
    isInside ? to - from : 8,
    isInside ? b.subarray(from, to) : b.subarray(0, 0),
  );
  out.add(f.blobLength, start + at, 2);
  out.add(f.blobMaxLength, start + at + 2, 2);
  out.add(f.blobOffset, start + at + 4, 4);
  return isInside ? [from, to] : [end, end];
}

function emitFlags(at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  out.open(f.flags, at, 4);
  for (const bit of flagBits) out.add(bit, at, 4);
  out.close();
}

const VERSION_PARTS: readonly Part[] = [
  [f.major, 1],
  [f.minor, 1],
  [f.build, 2],
  [null, 3],
  [f.revision, 1],
];

/** §2.2.2.10 */
function emitVersion(b: Uint8Array, flags: number, at: number, end: number, out: Sink): void {
  if ((flags & VERSION) === 0 || at + 8 > end) return;
  out.open(f.version, at, 8);
  out.note(` ${b[at]}.${b[at + 1]} (Build ${u16le(b, at + 2)}); NTLM Current Revision ${b[at + 7]}`);
  emitParts(out, b, at, end, VERSION_PARTS);
  out.close();
}

function emitNegotiate(b: Uint8Array, start: number, end: number, out: Sink): void {
  emitFlags(start + 12, end, out);
  emitString(b, start, end, NEGOTIATE_DOMAIN, false, f.negotiateDomain, out);
  emitString(b, start, end, NEGOTIATE_HOST, false, f.negotiateHost, out);
  if (end - start >= 16) emitVersion(b, u32le(b, start + 12), start + 32, end, out);
}

function emitChallenge(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 32) return;
  const flags = u32le(b, start + 20);
  emitString(b, start, end, TARGET_NAME, (flags & UNICODE) !== 0, f.targetName, out);
  emitFlags(start + 20, end, out);
  out.add(f.challenge, start + 24, 8);
  if (end - start < 40) return;
  out.add(f.reserved, start + 32, 8);
  if (end - start < 48) return;
  const at = start + TARGET_INFO;
  const from = start + u32le(b, at + 4);
  const to = Math.min(end, from + u16le(b, at));
  out.open(f.targetInfo, from, Math.max(0, to - from));
  out.add(f.targetInfoLength, at, 2);
  out.add(f.targetInfoMaxLength, at + 2, 2);
  out.add(f.targetInfoOffset, at + 4, 4);
  emitItems(b, from, to, CHALLENGE_ITEMS, out);
  out.close();
  emitVersion(b, flags, start + 48, end, out);
}

function emitAuthenticate(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < SESSION_KEY) return;
  const isUnicode = isUnicodeUser(b, start, end);
  openBlob(b, start, end, LM_RESPONSE, f.lmResponse, out);
  out.close();
  const [from, to] = openBlob(b, start, end, NT_RESPONSE, f.ntResponse, out);
  // §2.2.2.7, §2.2.2.8: a response of 24 bytes is version 1.
  if (to - from > 24) emitResponse(b, from, to, out);
  out.close();
  emitString(b, start, end, DOMAIN, isUnicode, f.domain, out);
  emitString(b, start, end, USER, isUnicode, f.user, out);
  emitString(b, start, end, HOST, isUnicode, f.host, out);
  if (end - start < AUTHENTICATE_FLAGS) return;
  openBlob(b, start, end, SESSION_KEY, f.sessionKey, out);
  out.close();
  emitFlags(start + AUTHENTICATE_FLAGS, end, out);
  if (end - start < 72) return;
  emitVersion(b, u32le(b, start + AUTHENTICATE_FLAGS), start + 64, end, out);
  if (u32le(b, start + DOMAIN + 4) >= 88) out.add(f.mic, start + 72, 16);
}

const RESPONSE_PARTS: readonly Part[] = [
  [f.v2Proof, 16],
  [f.v2Version, 1],
  [f.v2HighVersion, 1],
  [f.v2Zero, 6],
  [f.v2Time, 8, filetime],
  [f.v2Challenge, 8],
  [f.v2Zero, 4],
];

function emitResponse(b: Uint8Array, from: number, to: number, out: Sink): void {
  out.open(f.v2, from, to - from);
  const at = emitParts(out, b, from, to, RESPONSE_PARTS);
  const stop = emitItems(b, at, to, RESPONSE_ITEMS, out);
  if (stop < to) out.add(f.v2Pad, stop, to - stop);
  out.close();
}

/** Fields of an attribute list, by AvId. */
interface Items {
  readonly type: Field;
  readonly length: Field;
  readonly values: readonly (Field | null)[];
}

const CHALLENGE_ITEMS: Items = {
  type: f.itemType,
  length: f.itemLength,
  values: [null, f.nbComputer, f.nbDomain, f.dnsComputer, f.dnsDomain, f.dnsTree, f.itemFlags, f.timestamp],
};
const RESPONSE_ITEMS: Items = {
  type: f.v2ItemType,
  length: f.v2ItemLength,
  values: [
    null,
    f.v2NbComputer,
    f.v2NbDomain,
    f.v2DnsComputer,
    f.v2DnsDomain,
    f.v2DnsTree,
    f.v2ItemFlags,
    f.v2Timestamp,
    f.v2Restrictions,
    f.v2TargetName,
    f.v2Bindings,
  ],
};

/** §2.2.2.1: returns the end of the list. */
function emitItems(b: Uint8Array, at: number, end: number, items: Items, out: Sink): number {
  while (at + 4 <= end) {
    const type = u16le(b, at);
    const length = u16le(b, at + 2);
    const value = at + 4;
    if (value + length > end) return end;
    out.group(`Attribute: ${items.type.nameOf(type) ?? type}`, at, 4 + length);
    out.add(items.type, at, 2);
    out.add(items.length, at + 2, 2);
    const field = items.values[type];
    if (field?.type === 'text') out.add(field, value, length, utf16le(b, value, value + length));
    else if (field?.type === 'time') {
      if (length === 8) out.add(field, value, 8, filetime(b, value));
    } else if (field) out.add(field, value, length);
    out.close();
    at = value + length;
    if (type === 0) return at;
  }
  return at;
}

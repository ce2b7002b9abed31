// DTLS records (RFC 6347 §4.1, RFC 9146 §4, RFC 9147 §4), and conversation state.
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { DTLS10, DTLS10_OPENSSL, DTLS12, DTLS13, TLS12_CID } from './session.ts';

export const RECORD_HEADER = 13;

/** A handshake message of which some fragments have come: its body, and the ranges of it that are there. */
export interface Fragmented {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly ranges: number[];
}

export interface DtlsSession {
  version: number;
  cipher: number;
  /** Of each direction: bytes of the connection identifier in records that go there. */
  cidLength: [number, number];
  fragmented: [Fragmented[], Fragmented[]];
}

const newSession = (): DtlsSession => ({ version: 0, cipher: 0, cidLength: [0, 0], fragmented: [[], []] });

export function dtlsSession(p: Packet): DtlsSession {
  return p.session.stateOf(p, 'dtls', newSession);
}

function isContentType(type: number): boolean {
  return type >= 20 && type <= 25;
}

function isVersion(version: number): boolean {
  return version === DTLS10 || version === DTLS12 || version === DTLS10_OPENSSL || version === DTLS13;
}

/** True if a record begins here. */
function looksLikeRecord(b: Uint8Array, at: number): boolean {
  return isContentType(b[at]!) && isVersion(u16(b, at + 1));
}

/** Bytes of the header of the record at `at`; 0: none begins here. RFC 9146 §4 puts an identifier before the length. */
export function headerBytes(b: Uint8Array, at: number, end: number, cidLength: number): number {
  if (end - at < 3 ? !isContentType(b[at]!) : !looksLikeRecord(b, at)) return 0;
  return RECORD_HEADER + (b[at] === TLS12_CID ? cidLength : 0);
}

/**
 * RFC 9147 §4: unified header of DTLS 1.3. After the top bits 001, flags announce a connection ID, a 16- or 8-bit
 * sequence number, and a length. Returns the length of the header; 0 if it does not fit.
 */
export function unifiedHeaderBytes(b: Uint8Array, at: number, end: number, cidLength: number): number {
  const flags = b[at]!;
  if (flags >> 5 !== 1) return 0;
  const bytes = 1 + (flags & 0x10 ? cidLength : 0) + (flags & 0x08 ? 2 : 1) + (flags & 0x04 ? 2 : 0);
  return at + bytes > end ? 0 : bytes;
}

/** Bytes of the whole record with a unified header of `header` bytes; without a length it fills the datagram. */
export function unifiedRecordBytes(b: Uint8Array, at: number, wireEnd: number, header: number): number {
  return b[at]! & 0x04 ? header + u16(b, at + header - 2) : wireEnd - at;
}

/** Is the payload a row of whole records (or, cut by the capture, does it begin like one)? */
export function isRecords(p: Packet): boolean {
  const { buf: b, end, wireEnd } = p;
  if (end < wireEnd) return end - p.at >= 3 && looksLikeRecord(b, p.at);
  let at = p.at;
  while (at + RECORD_HEADER <= end && looksLikeRecord(b, at)) {
    at += RECORD_HEADER + u16(b, at + 11);
    if (at === end) return true;
  }
  return false;
}

// Dissection of handshake records: messages are split out of records or reassembled from several (RFC 8446 §5.1), and
// state for later packets is kept.
import { u24 } from '../../core/bytes.ts';
import { NESTED, type Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { certificateAt, nameAt } from '../x509/certificate.ts';
import { ocspResponseAt } from '../x509/ocsp.ts';
import { eachContent } from './contents.ts';
import { helloProtocol, protocolAmong, rememberExtensions, rememberHello } from './decryption/decryption.ts';
import type { Carrier } from './fingerprints.ts';
import { handshakeTypeNames } from './names.ts';
import {
  CLIENT_HELLO,
  ENCRYPTED_EXTENSIONS,
  messageLength,
  SERVER_HELLO,
  serverHelloCipher,
  type TlsSession,
  versionAfterMessage,
} from './session.ts';

/** Kind of the bytes [at, end) of a handshake record. */
export const WHOLE = 0;
/** The first part of a message, a later part of one, its last part. */
export const FIRST = 1;
export const MIDDLE = 2;
export const LAST = 3;
export const ENCRYPTED = 4;

export interface Piece {
  readonly kind: number;
  readonly at: number;
  readonly end: number;
  readonly type: number;
  /** For LAST: the reassembled message. */
  readonly whole: Uint8Array | null;
  /** Of the session, after it. */
  readonly version: number;
}

/** A record that was decrypted. */
export interface Decrypted {
  /** Offset of the record. */
  readonly at: number;
  /** Decrypted contents: the inner type (RFC 8446 §5.2), and the bytes. */
  readonly type: number;
  readonly content: Uint8Array;
  /** Of handshake messages: the layer they are in, -1 without one. */
  readonly layer: number;
  /** It is part of a message that later records complete. */
  readonly isWaiting: boolean;
}

/** Layer note: what dissection leaves for emit and info. */
export class HandshakeNotes {
  readonly pieces: Piece[] = [];
  readonly decrypted: Decrypted[] = [];
  cipher = 0;
  /** The layer is a single message without record header, reassembled from several records. */
  isBare = false;
  /** The layer is a stretch of messages without records around them, as QUIC carries them. */
  isRecordless = false;
  carrier: Carrier = 't';
}

/** The record that begins at `at`, if it was decrypted. */
export function decryptedAt(p: Packet, layer: number, at: number): Decrypted | undefined {
  const notes = p.notes[layer];
  return notes instanceof HandshakeNotes ? notes.decrypted.find((record) => record.at === at) : undefined;
}

/** Messages, and parts of them, within the record [at, end). */
export function piecesOf(p: Packet, layer: number, at: number, end: number): Piece[] {
  const notes = p.notes[layer];
  if (!(notes instanceof HandshakeNotes)) return [];
  return notes.pieces.filter((piece) => piece.at >= at && piece.end <= end);
}

/** Reassembly limit; certificate chains are far shorter. */
const MESSAGE_BYTES_MAX = 1 << 18;
/** Plausible length of a message in clear. */
const CLEAR_BYTES_MAX = 1 << 16;
const HEADER = 4;
/** Any protection adds at least so many bytes, so shorter records are in clear. */
const OVERHEAD_MIN = 16;

export function notesOf(p: Packet, layer: number): HandshakeNotes {
  let notes = p.notes[layer] as HandshakeNotes | null;
  if (notes === null) {
    notes = new HandshakeNotes();
    p.notes[layer] = notes;
  }
  return notes;
}

/** Reads a handshake record with body [at, end). `bare` is the protocol of a message's own layer. */
export function readHandshakeRecord(
  p: Packet,
  s: TlsSession,
  layer: number,
  at: number,
  end: number,
  bare: Protocol,
): void {
  const notes = notesOf(p, layer);
  const b = p.buf;
  const { direction } = p;
  const pending = s.pending[direction as 0 | 1];
  if (pending !== null) {
    const taken = extend(pending, b, at, end);
    const isWhole = pending.have >= HEADER && pending.have === messageLength(pending.bytes, 0);
    const type = pending.bytes[0]!;
    if (!isWhole) {
      if (pending.have >= MESSAGE_BYTES_MAX) s.pending[direction as 0 | 1] = null;
      notes.pieces.push({ kind: MIDDLE, at, end, type, whole: null, version: s.version });
      return;
    }
    s.pending[direction as 0 | 1] = null;
    readWhole(p, s, pending, bare, notes.carrier);
    notes.pieces.push({
      kind: LAST,
      at,
      end: at + taken,
      type,
      whole: pending.bytes.subarray(0, pending.have),
      version: s.version,
    });
    at += taken;
  } else if (!notes.isRecordless && isEncrypted(p, s, b, at, end)) {
    notes.pieces.push({ kind: ENCRYPTED, at, end, type: 0, whole: null, version: s.version });
    return;
  }
  while (at < end) {
    const length = end - at < HEADER ? 0 : messageLength(b, at);
    if (length === 0 || length > end - at) {
      begin(s, direction as 0 | 1, b, at, end);
      notes.pieces.push({ kind: FIRST, at, end, type: b[at]!, whole: null, version: s.version });
      return;
    }
    readMessage(p, s, at, at + length);
    notes.pieces.push({ kind: WHOLE, at, end: at + length, type: b[at]!, whole: null, version: s.version });
    at += length;
  }
  notes.cipher = s.cipher;
}

/** As readHandshakeRecord for a record of which the capture kept only [at, end): what begins in it is read as far. */
export function readCutHandshakeRecord(
  p: Packet,
  s: TlsSession,
  layer: number,
  at: number,
  end: number,
): void {
  const b = p.buf;
  const notes = notesOf(p, layer);
  s.pending[p.direction as 0 | 1] = null;
  if (isEncrypted(p, s, b, at, end)) {
    notes.pieces.push({ kind: ENCRYPTED, at, end, type: 0, whole: null, version: s.version });
    return;
  }
  while (at < end) {
    const stop = end - at < HEADER ? end : Math.min(end, at + messageLength(b, at));
    // A hello takes effect once it is complete.
    if (stop < end) readMessage(p, s, at, stop);
    notes.pieces.push({ kind: WHOLE, at, end: stop, type: b[at]!, whole: null, version: s.version });
    at = stop;
  }
  notes.cipher = s.cipher;
}

function begin(s: TlsSession, direction: 0 | 1, b: Uint8Array, at: number, end: number): void {
  const bytes = new Uint8Array(Math.max(64, (end - at) * 2));
  bytes.set(b.subarray(at, end));
  s.pending[direction] = { bytes, have: end - at };
}

/** Adds what belongs to the message of [at, end); returns how many bytes. */
function extend(
  pending: { bytes: Uint8Array; have: number },
  b: Uint8Array,
  at: number,
  end: number,
): number {
  let taken = 0;
  while (pending.have < HEADER && at + taken < end) pending.bytes[pending.have++] = b[at + taken++]!;
  if (pending.have < HEADER) return taken;
  const rest = Math.min(end - at - taken, messageLength(pending.bytes, 0) - pending.have);
  if (pending.have + rest > pending.bytes.length) {
    const larger = new Uint8Array(Math.min(MESSAGE_BYTES_MAX, (pending.have + rest) * 2));
    larger.set(pending.bytes.subarray(0, pending.have));
    pending.bytes = larger;
  }
  pending.bytes.set(
    b.subarray(at + taken, at + taken + Math.min(rest, pending.bytes.length - pending.have)),
    pending.have,
  );
  pending.have = Math.min(pending.bytes.length, pending.have + rest);
  return taken + rest;
}

function readWhole(
  p: Packet,
  s: TlsSession,
  pending: { bytes: Uint8Array; have: number },
  bare: Protocol,
  carrier: Carrier,
): void {
  p.within('Reassembled TLS Handshake', pending.bytes, 0, pending.have, pending.have, () => {
    readBareMessage(p, s, bare, carrier);
  });
}

/** The bytes from the cursor on are one whole message: it gets a layer of its own. */
function readBareMessage(p: Packet, s: TlsSession, bare: Protocol, carrier: Carrier): void {
  const before = s.version;
  if (!p.push(bare, NESTED)) return;
  const { layer } = p;
  const notes = notesOf(p, layer);
  notes.isBare = true;
  notes.carrier = carrier;
  readMessage(p, s, p.at, p.end);
  p.mark[layer] = packVersions(before, s.version);
  notes.cipher = s.cipher;
}

/** Value in the version-before half of a mark: the capture truncated the last record. */
export const CUT = 0x8000;

/** The versions before and after a layer, in one mark. */
export function packVersions(before: number, after: number): number {
  return (after << 16) | before;
}

function readMessage(p: Packet, s: TlsSession, at: number, end: number): void {
  const b = p.buf;
  const type = b[at]!;
  s.version = versionAfterMessage(s.version, b, at, end);
  if (type === SERVER_HELLO) {
    s.cipher = serverHelloCipher(b, at + HEADER, end);
    s.alpn = helloProtocol(b, at + HEADER, end);
  } else if (type === ENCRYPTED_EXTENSIONS) s.alpn = protocolAmong(b, at + HEADER, end);
  if ((type === SERVER_HELLO || type === CLIENT_HELLO) && !p.session.keyLog.isEmpty)
    rememberHello(p, type, at + HEADER, end, s.changedFrame[p.direction as 0 | 1] !== 0);
  else if (type === ENCRYPTED_EXTENSIONS && !p.session.keyLog.isEmpty)
    rememberExtensions(p, at + HEADER, end);
  readContents(p, type, at + HEADER, end, s.version);
}

/** Certificates, names and status responses become layers of their own. */
export function readContents(p: Packet, type: number, at: number, end: number, version: number): void {
  eachContent(type, p.buf, at, end, version, {
    certificate: (start, stop) => certificateAt(p, start, stop),
    name: (start, stop) => nameAt(p, start, stop),
    status: (start, stop) => ocspResponseAt(p, start, stop),
  });
}

/** True if a record at a message boundary looks encrypted: all are after ChangeCipherSpec (RFC 5246 §7.1). */
function isEncrypted(p: Packet, s: TlsSession, b: Uint8Array, at: number, end: number): boolean {
  if (end - at < OVERHEAD_MIN) return false;
  // The explicit nonce of the first encrypted record (RFC 5288 §3) is often zero; two empty HelloRequests are not sent.
  if (u24(b, at) === 0 && b[at + 3] === 0 && b[at + 4] === 0) return true;
  const changed = s.changedFrame[p.direction as 0 | 1];
  if (changed !== 0 && p.number > changed) {
    if (!isHello(b, at, end)) return true;
    // Another session over the same ports, whose SYN was not captured.
    s.changedFrame[p.direction as 0 | 1] = 0;
    return false;
  }
  return handshakeTypeNames[b[at]!] === undefined || u24(b, at + 1) >= CLEAR_BYTES_MAX;
}

/** A whole hello in clear: what is encrypted looks so once in 2^29 records. */
function isHello(b: Uint8Array, at: number, end: number): boolean {
  const type = b[at]!;
  // RFC 8446 §4.1.2: 3, and at most 4, is its version.
  const isVersion = b[at + 4] === 3 && b[at + 5]! <= 4;
  return (type === CLIENT_HELLO || type === SERVER_HELLO) && isVersion && at + messageLength(b, at) <= end;
}

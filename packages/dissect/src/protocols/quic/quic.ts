// QUIC (RFC 9000, RFC 9001, RFC 9369): headers of all packets, contents of Initial packets, and of others whose secrets
// are logged.
import { u32 } from '../../core/bytes.ts';
import { COLUMN, NESTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { udpHeuristics } from '../../core/table.ts';
import { readHttp3 } from '../http3/http3.ts';
import { readQuicHandshake } from '../tls/tls.ts';
import {
  beginConnection,
  CID_BYTES_MAX,
  type Connection,
  connectionHere,
  isAt,
  isRoaming,
  isSame,
  roamingConnection,
  takeCid,
  takeInitial,
  takeInitialKeys,
  takeRetry,
  takeServerCid,
} from './connection.ts';
import { decryptPacket, takeSession } from './decryption.ts';
import { emitFrames, emitPacket, FRAMES, PADDING, quicExpert, quicInfo } from './emit.ts';
import { f } from './fields.ts';
import { CRYPTO, eachFrame, isLastPart, isStream, NEW_CONNECTION_ID, streamPart } from './frames.ts';
import { hasPlainCids, isLong, newLongHeader, packetEnd, readLongHeader } from './header.ts';
import type { QuicNotes } from './notes.ts';
import { APPLICATION_LEVEL, HANDSHAKE_LEVEL, INITIAL_LEVEL, type Level } from './side.ts';
import { varint, varintBytes } from './varint.ts';
import { HANDSHAKE, hasTls, INITIAL, isKnown, RETRY } from './versions.ts';

const h = newLongHeader();

/** Sender and connection of the current datagram. */
let connection: Connection | null = null;
let isFromServer = false;
/** Of a short header: the bytes of its identifier. */
let shortCidBytes = 0;

/** The shortest long header with its identifiers, and with a packet number and a tag behind a short one. */
const LONG_BYTES_MIN = 13;
const SHORT_BYTES_MIN = 19;

function matches(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < LONG_BYTES_MIN) return false;
  if (!isLong(b, at)) return end - at >= SHORT_BYTES_MIN && isRoaming(p, at, end);
  if (!isKnown(u32(b, at + 1)) || b[at + 5]! > CID_BYTES_MAX) return false;
  const source = at + 6 + b[at + 5]!;
  return source < end && b[source]! <= CID_BYTES_MAX;
}

export const quic: Protocol = protocol({
  name: 'quic',
  title: 'QUIC IETF',
  column: 'QUIC',
  fields: f,
  heuristics: [[udpHeuristics, matches]],
  step(p) {
    const { end, wireEnd, layer } = p;
    const dcid = p.at;
    let current = layer;
    findConnection(p);
    for (;;) {
      const at = p.at;
      const stop = readPacket(p, current, wireEnd);
      if (stop < 0) return p.cut(LONG_BYTES_MIN);
      p.stop[current] = Math.min(end, stop);
      p.payload[current] = p.stop[current]!;
      p.end = end;
      p.at = stop;
      if (stop >= wireEnd) return null;
      if (stop >= end) return p.cut(1);
      if (!p.push(quic, SHOWN | COLUMN)) return null;
      current = p.layer;
      // RFC 9000 §12.2: packets of one datagram have one destination; what has another is padding.
      if (!hasSameDestination(p, dcid, at)) {
        p.mark[current] = PADDING;
        return null;
      }
    }
  },
  emit(p, layer, out) {
    if (p.mark[layer] === FRAMES) emitFrames(p, layer, out);
    else emitPacket(p, layer, out);
  },
  info: quicInfo,
  expert: quicExpert,
});

/** Sets `connection` and `isFromServer` for the datagram at the cursor. */
function findConnection(p: Packet): void {
  const b = p.buf;
  connection = connectionHere(p);
  isFromServer = connection !== null && p.direction === connection.serverDirection;
  if (!isLong(b, p.at)) {
    connection = matchingShort(p, connection);
    return;
  }
  if (!readLongHeader(h, b, p.at, p.end) || !hasPlainCids(h)) return;
  const dcid = b.subarray(h.dcid, h.dcid + h.dcidBytes);
  const scid = b.subarray(h.scid, h.scid + h.scidBytes);
  if (h.type === INITIAL && h.version !== 0 && !isFromServer) fromClient(p, dcid, scid);
  else if (h.version !== 0) connection = matchingLong(connection, dcid);
  if (connection !== null && isFromServer && h.version !== 0) fromServer(p, connection, scid);
}

/** The connection whose identifier, of the side that receives, the packet carries. */
function matchingLong(here: Connection | null, dcid: Uint8Array): Connection | null {
  for (let known = here; known !== null; known = known.previous) {
    if (dcid.length === 0) return known;
    if (isFromServer ? isOneOf(known.sides[0].cids, dcid) : isOf(known, dcid)) return known;
  }
  return null;
}

function fromClient(p: Packet, dcid: Uint8Array, scid: Uint8Array): void {
  if (connection !== null && connection.initialDcid === null && dcid.length > 0) {
    connection.sides[1].cids.length = 0;
    takeInitial(p, connection, dcid, scid);
  } else if (connection === null || (dcid.length > 0 && !isOf(connection, dcid)))
    connection = beginConnection(p, h.version, dcid, scid);
}

const isOneOf = (cids: readonly Uint8Array[], cid: Uint8Array): boolean =>
  cids.some((known) => isSame(known, cid));

const isOf = (known: Connection, dcid: Uint8Array): boolean =>
  isSame(known.initialDcid, dcid) || isOneOf(known.sides[1].cids, dcid);

function fromServer(p: Packet, known: Connection, scid: Uint8Array): void {
  if (h.type === RETRY) takeRetry(p, known, scid);
  else if (h.type === INITIAL || h.type === HANDSHAKE) takeServerCid(p, known, scid);
  // RFC 9368 §2.3: the server may go on in another, compatible version.
  if (h.type === INITIAL && h.version !== known.version && known.initialDcid !== null) {
    known.version = h.version;
    takeInitialKeys(known, known.initialDcid);
  }
}

/** A short header does not carry the connection ID's length: it is one that the receiver chose. */
function matchingShort(p: Packet, here: Connection | null): Connection | null {
  for (let known = here; known !== null; known = known.previous) {
    shortCidBytes = cidBytesAt(p, known.sides[isFromServer ? 0 : 1].cids);
    if (shortCidBytes >= 0) return known;
  }
  shortCidBytes = 0;
  const roaming = roamingConnection(p, p.at, p.end);
  if (roaming === null) return null;
  isFromServer = roaming.isFromServer;
  shortCidBytes = roaming.cid.length;
  return roaming.connection;
}

/** The bytes of the identifier behind the cursor's first byte; -1: it is none of these. */
function cidBytesAt(p: Packet, cids: readonly Uint8Array[]): number {
  if (cids.length === 0) return 0;
  const cid = cids.find((known) => p.at + 1 + known.length <= p.end && isAt(known, p.buf, p.at + 1));
  return cid?.length ?? -1;
}

function hasSameDestination(p: Packet, first: number, before: number): boolean {
  const b = p.buf;
  if (!isLong(b, p.at)) {
    if (connection === null) return true;
    shortCidBytes = cidBytesAt(p, connection.sides[isFromServer ? 0 : 1].cids);
    if (shortCidBytes < 0) return false;
    return isLong(b, first)
      ? b[first + 5] === shortCidBytes && isAt(b.subarray(p.at + 1, p.at + 1 + shortCidBytes), b, first + 6)
      : before >= 0;
  }
  const length = b[p.at + 5]!;
  if (!isLong(b, first) || p.at + 6 + length > p.end || length !== b[first + 5]) return false;
  return isAt(b.subarray(p.at + 6, p.at + 6 + length), b, first + 6);
}

/** Reads the packet at the cursor; returns where it ends on the wire, or -1 when the bytes end within its header. */
function readPacket(p: Packet, layer: number, wireEnd: number): number {
  const b = p.buf;
  const { at, end } = p;
  p.notes[layer] = connection;
  if (!isLong(b, at)) {
    const cid = at + 1 + shortCidBytes <= end ? shortCidBytes : 0;
    p.mark[layer] = cid;
    if (connection !== null) open(p, layer, connection, APPLICATION_LEVEL, at + 1 + cid, wireEnd);
    return wireEnd;
  }
  if (!readLongHeader(h, b, at, end)) return -1;
  if (h.version === 0 || h.type === RETRY) return wireEnd;
  const stop = packetEnd(h, wireEnd);
  if (connection !== null) open(p, layer, connection, h.type as Level, h.packetNumber, stop);
  return stop;
}

/** Opens the packet at the cursor, if it can be and was captured whole, and reads its frames. */
function open(p: Packet, layer: number, known: Connection, level: Level, number: number, stop: number): void {
  if (stop > p.end || (level !== INITIAL_LEVEL && p.session.keyLog.isEmpty)) return;
  const who = isFromServer ? 1 : 0;
  const decrypted = decryptPacket(p, known, who, level, p.at, number, stop);
  if (decrypted === null) return;
  const notes: QuicNotes = { connection: known, decrypted, who, inside: new Map() };
  p.notes[layer] = notes;
  const { plain } = decrypted;
  if (plain === null) return;
  p.within('Decrypted QUIC', plain, 0, plain.length, plain.length, () => {
    if (!p.push(quic, NESTED)) return;
    p.mark[p.layer] = FRAMES;
    eachFrame(plain, 0, plain.length, (type, at, body, end) => {
      if (type === CRYPTO && hasTls(known.version)) takeCrypto(p, known, who, level, body, end);
      else if (type === NEW_CONNECTION_ID) takeNewCid(p, known, who, body, end);
      else if (isStream(type) && known.alpn.startsWith('h3')) {
        const part = { ...streamPart(p.buf, type, body), end, isLast: isLastPart(type) };
        const words = readHttp3(p, known.http3, who, part);
        if (words !== '') notes.inside.set(at, words);
      }
      return at < end;
    });
  });
}

/** RFC 9000 §19.15: behind two numbers the identifier, its length first. */
function takeNewCid(p: Packet, known: Connection, who: 0 | 1, body: number, end: number): void {
  const second = body + varintBytes(p.buf, body);
  const length = second + varintBytes(p.buf, second);
  const cid = p.buf.subarray(length + 1, Math.min(end, length + 1 + p.buf[length]!));
  if (cid.length <= CID_BYTES_MAX) takeCid(p, known, who, cid);
}

function takeCrypto(p: Packet, known: Connection, who: 0 | 1, level: Level, body: number, end: number): void {
  const offset = varint(p.buf, body);
  const length = body + varintBytes(p.buf, body);
  const at = length + varintBytes(p.buf, length);
  const stream = known.sides[who].crypto[level];
  if (stream === null || !stream.add(p.buf, at, end, offset)) return;
  if (stream.bytes === p.buf) readQuicHandshake(p, stream.start, stream.end);
  else
    p.within('Reassembled QUIC CRYPTO', stream.bytes, stream.start, stream.end, stream.end, () =>
      readQuicHandshake(p, stream.start, stream.end),
    );
  if (level === INITIAL_LEVEL || level === HANDSHAKE_LEVEL) takeSession(p, known);
}

// Tree, fields and Info text of TLS.
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { expectedProtocol } from './decryption/application-data.ts';
import type { HandshakeFields } from './fields.ts';
import {
  CUT,
  type Decrypted,
  decryptedAt,
  ENCRYPTED,
  FIRST,
  HandshakeNotes,
  LAST,
  MIDDLE,
  type Piece,
  piecesOf,
  WHOLE,
} from './handshake.ts';
import { emitBody, type MessageContext } from './messages.ts';
import { alertLevelNames, alertNames, handshakeTypeNames } from './names.ts';
import {
  CONTINUATION,
  IGNORED,
  isContentType,
  kindOf,
  RECORD,
  RECORD_HEADER,
  SSL2_RECORD,
} from './record.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HANDSHAKE,
  HEARTBEAT,
  isAuthoritative,
  isRetryRequest,
  newVersion,
  SERVER_HELLO,
  SSL2,
  SSL3,
  TLS13,
  tlsSession,
  versionColumn,
} from './session.ts';
import { emitSsl2, settlesSsl2, ssl2Header, ssl2Info, ssl2Length } from './ssl2.ts';
import { tlsFields as f } from './tls-fields.ts';

/** Calls `visit` for each whole record and each stretch that is none, with the session's version before and after it. */
function eachRecord(
  p: Packet,
  layer: number,
  visit: (kind: number, at: number, end: number, before: number, after: number) => void,
): void {
  const b = p.bufferOf(layer);
  const stop = p.stop[layer]!;
  let version = p.mark[layer]! & (CUT - 1);
  const isCut = (p.mark[layer]! & CUT) !== 0;
  for (let at = p.start[layer]!; at < stop; ) {
    const kind = kindOf(b, at, stop, stop, version);
    if (kind === IGNORED) {
      visit(kind, at, stop, version, version);
      return;
    }
    if (kind === CONTINUATION || (kind === RECORD && !isContentType(b[at]!))) {
      const end = version === SSL3 ? Math.min(stop, at + RECORD_HEADER + u16(b, at + 3)) : stop;
      visit(CONTINUATION, at, end, version, version);
      at = end;
      continue;
    }
    if (kind !== RECORD && kind !== SSL2_RECORD) return;
    const end =
      at + (kind === RECORD ? RECORD_HEADER + u16(b, at + 3) : ssl2Header(b, at) + ssl2Length(b, at));
    if (end > stop && !isCut) return;
    const captured = Math.min(end, stop);
    const after =
      kind === RECORD
        ? versionAfterRecord(p, layer, b, at, captured, version)
        : versionAfterSsl2(b, at, captured, version);
    visit(kind, at, captured, version, after);
    version = after;
    at = end;
  }
}

function versionAfterSsl2(b: Uint8Array, at: number, end: number, version: number): number {
  return version === 0 && settlesSsl2(b, at, end) ? SSL2 : version;
}

function versionAfterRecord(
  p: Packet,
  layer: number,
  b: Uint8Array,
  at: number,
  end: number,
  known: number,
): number {
  let version = known;
  if (version === 0 && isAuthoritative(b[at]!, b[at + RECORD_HEADER]!))
    version = newVersion(0, u16(b, at + 1), false);
  if (b[at] !== HANDSHAKE) return version;
  const pieces = piecesOf(p, layer, at, end);
  return pieces.length === 0 ? version : pieces[pieces.length - 1]!.version;
}

/** Contents of the layer's records, for the Info column. */
export function recordsInfo(p: Packet, layer: number): string {
  const words: string[] = [];
  eachRecord(p, layer, (kind, at, end) => {
    if (kind === IGNORED) words.push('Ignored Unknown Record');
    else if (kind === CONTINUATION) words.push('Continuation Data');
    else if (kind === SSL2_RECORD) words.push(ssl2Info(p.bufferOf(layer), at, end));
    else words.push(...recordWords(p, layer, at, end));
  });
  return words.join(', ');
}

function recordWords(p: Packet, layer: number, at: number, end: number): string[] {
  const b = p.bufferOf(layer);
  const body = at + RECORD_HEADER;
  const decrypted = decryptedAt(p, layer, at);
  if (decrypted !== undefined) return decryptedWords(p, decrypted);
  switch (b[at]) {
    case CHANGE_CIPHER_SPEC:
      return ['Change Cipher Spec'];
    case ALERT:
      return [alertText(b, body, end)];
    case APPLICATION_DATA:
      return ['Application Data'];
    case HEARTBEAT:
      return [heartbeatText(b, body, end)];
    default:
      return handshakeWords(b, piecesOf(p, layer, at, end));
  }
}

/** Contents of a decrypted record. */
function decryptedWords(p: Packet, { type, content, layer }: Decrypted): string[] {
  if (type === ALERT) return [alertText(content, 0, content.length)];
  if (type === HEARTBEAT) return [heartbeatText(content, 0, content.length)];
  if (type !== HANDSHAKE || layer < 0) return ['Application Data'];
  return handshakeWords(p.bufferOf(layer), piecesOf(p, layer, 0, content.length));
}

/** An alert is two bytes; a longer one is encrypted. */
export function alertText(b: Uint8Array, at: number, end: number): string {
  if (end - at !== 2) return 'Encrypted Alert';
  const level = alertLevelNames[b[at]!] ?? 'Unknown';
  return `Alert (Level: ${level}, Description: ${alertNames[b[at + 1]!] ?? 'Unknown'})`;
}

/** RFC 6520 §4: type, length, payload and at least 16 bytes of padding; anything inconsistent is encrypted. */
export function heartbeatText(b: Uint8Array, at: number, end: number): string {
  const isClear = isClearHeartbeat(b, at, end);
  return isClear ? `Heartbeat ${b[at] === 1 ? 'Request' : 'Response'}` : 'Encrypted Heartbeat';
}

function isClearHeartbeat(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 3 || (b[at] !== 1 && b[at] !== 2)) return false;
  return end - at <= 19 || 3 + u16(b, at + 1) + 16 <= end - at;
}

function handshakeWords(b: Uint8Array, pieces: readonly Piece[]): string[] {
  const words: string[] = [];
  pieces.forEach((piece, i) => {
    if (piece.kind === WHOLE || piece.kind === LAST) {
      if (i === 0 || handshakeTypeNames[piece.type] !== undefined) words.push(pieceName(b, piece));
    } else if (piece.kind === ENCRYPTED) words.push(ENCRYPTED_MESSAGE);
    else if (piece.kind === FIRST && i === 0) words.push(`[${typeName(piece.type)} Fragment]`);
  });
  return words;
}

const ENCRYPTED_MESSAGE = 'Encrypted Handshake Message';

function typeName(type: number): string {
  return handshakeTypeNames[type] ?? ENCRYPTED_MESSAGE;
}

function pieceName(b: Uint8Array, piece: Piece): string {
  if (piece.kind === ENCRYPTED) return ENCRYPTED_MESSAGE;
  const isRetry =
    piece.type === SERVER_HELLO &&
    (piece.whole === null
      ? isRetryRequest(b, piece.at + 4, piece.end)
      : isRetryRequest(piece.whole, 4, piece.whole.length));
  return isRetry ? 'Hello Retry Request' : typeName(piece.type);
}

export function emitRecords(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  eachRecord(p, layer, (kind, at, end, before, after) => {
    if (kind === SSL2_RECORD) emitSsl2(out, f, b, at, end);
    else if (kind === RECORD) emitRecord(p, layer, out, at, end, before, after);
  });
}

function emitRecord(
  p: Packet,
  layer: number,
  out: Sink,
  at: number,
  end: number,
  before: number,
  after: number,
): void {
  const b = p.bufferOf(layer);
  const type = b[at]!;
  const body = at + RECORD_HEADER;
  const line = out.wants(f.record) ? recordLine(p, layer, at, end, after) : undefined;
  out.open(f.record, at, end - at, line);
  out.add(before === TLS13 && type === APPLICATION_DATA ? f.opaqueType : f.contentType, at, 1);
  out.add(f.recordVersion, at + 1, 2);
  out.add(f.recordLength, at + 3, 2);
  const decrypted = decryptedAt(p, layer, at);
  if (decrypted !== undefined && before === TLS13) out.add(f.contentType, at, 0, decrypted.type);
  if (decrypted !== undefined && emitDecrypted(out, decrypted, body)) {
    out.close();
    return;
  }
  if (type === APPLICATION_DATA) emitApplicationData(p, out, body, end);
  else if (type === CHANGE_CIPHER_SPEC) out.add(f.changeCipherSpec, body, end - body);
  else if (type === ALERT) emitAlert(out, f, b, body, end);
  else if (type === HEARTBEAT) emitHeartbeat(out, f, b, body, end);
  else if (type === HANDSHAKE) emitHandshake(p, layer, out, body, end);
  out.close();
}

/** `TLSv1.2 Record Layer: Handshake Protocol: Client Hello` */
function recordLine(p: Packet, layer: number, at: number, end: number, version: number): string {
  const b = p.bufferOf(layer);
  const words = recordWords(p, layer, at, end);
  const title = `${versionColumn(version || u16(b, at + 1)) ?? 'SSL'} Record Layer`;
  switch (decryptedAt(p, layer, at)?.type ?? b[at]) {
    case HANDSHAKE:
      return `${title}: Handshake Protocol: ${words.length > 1 ? 'Multiple Handshake Messages' : words.join('')}`;
    case CHANGE_CIPHER_SPEC:
      return `${title}: Change Cipher Spec Protocol: Change Cipher Spec`;
    case APPLICATION_DATA:
      return `${title}: Application Data Protocol: ${expectedProtocol(p, tlsSession(p).alpn)?.title ?? 'Application Data'}`;
    default:
      return `${title}: ${words.join(', ')}`;
  }
}

function emitApplicationData(p: Packet, out: Sink, body: number, end: number): void {
  out.add(f.appData, body, end - body);
  const expected = expectedProtocol(p, tlsSession(p).alpn);
  if (expected !== undefined) out.add(f.appDataProtocol, body, 0, expected.title);
}

/** Emits decrypted contents in place of the record's bytes; false if the bytes are to be shown as they are. */
function emitDecrypted(out: Sink, { type, content, layer }: Decrypted, body: number): boolean {
  // Messages are layers of their own.
  if (type === HANDSHAKE) return layer >= 0;
  if (type !== ALERT || content.length !== 2) return false;
  out.open(f.alert, body, 0);
  out.note(`: ${alertText(content, 0, 2)}`);
  out.add(f.alertLevel, body, 0, content[0]!);
  out.add(f.alertDescription, body, 0, content[1]!);
  out.close();
  return true;
}

export function emitAlert(out: Sink, fields: HandshakeFields, b: Uint8Array, at: number, end: number): void {
  out.open(fields.alert, at, end - at);
  out.note(`: ${alertText(b, at, end)}`);
  if (end - at === 2) {
    out.add(fields.alertLevel, at, 1);
    out.add(fields.alertDescription, at + 1, 1);
  }
  out.close();
}

export function emitHeartbeat(
  out: Sink,
  fields: HandshakeFields,
  b: Uint8Array,
  at: number,
  end: number,
): void {
  out.open(fields.heartbeat, at, end - at);
  if (isClearHeartbeat(b, at, end)) {
    out.add(fields.heartbeatType, at, 1);
    out.add(fields.heartbeatLength, at + 1, 2);
  }
  out.close();
}

function emitHandshake(p: Packet, layer: number, out: Sink, at: number, end: number): void {
  const b = p.bufferOf(layer);
  const notes = p.notes[layer] as HandshakeNotes | null;
  for (const piece of piecesOf(p, layer, at, end)) {
    const isPart = piece.kind === FIRST || piece.kind === LAST || piece.kind === MIDDLE;
    out.open(f.handshake, piece.at, piece.end - piece.at);
    out.note(
      `: ${pieceName(b, piece)}${isPart ? (piece.kind === LAST ? ' (last fragment)' : ' (fragment)') : ''}`,
    );
    if (piece.kind === WHOLE && handshakeTypeNames[piece.type] !== undefined)
      emitMessage(out, b, piece.at, piece.end, {
        version: piece.version,
        cipher: notes!.cipher,
        carrier: notes!.carrier,
      });
    out.close();
  }
}

/** A layer that is one handshake message or a row of them; false when it has records. */
export function emitRecordless(p: Packet, layer: number, out: Sink): boolean {
  const notes = p.notes[layer];
  if (!(notes instanceof HandshakeNotes)) return false;
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (notes.isRecordless) {
    emitHandshake(p, layer, out, start, stop);
    return true;
  }
  if (!notes.isBare) return false;
  const b = p.bufferOf(layer);
  out.open(f.handshake, start, stop - start);
  out.note(`: ${typeName(b[start]!)}`);
  const { cipher, carrier } = notes;
  emitMessage(out, b, start, stop, { version: p.mark[layer]! >>> 16, cipher, carrier });
  out.close();
  return true;
}

/** A message with its header (RFC 8446 §4). */
function emitMessage(out: Sink, b: Uint8Array, at: number, end: number, context: MessageContext): void {
  if (end - at < 4) return;
  out.add(f.type, at, 1);
  out.add(f.length, at + 1, 3);
  emitBody(out, f, b[at]!, b, at + 4, end, context);
}

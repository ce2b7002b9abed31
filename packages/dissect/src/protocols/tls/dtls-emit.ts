// Tree, fields and Info text of DTLS.
import { u16, u48 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { dtlsFields as f } from './dtls-fields.ts';
import { MESSAGE_HEADER } from './dtls-handshake.ts';
import {
  dtlsSession,
  headerBytes,
  RECORD_HEADER,
  unifiedHeaderBytes,
  unifiedRecordBytes,
} from './dtls-record.ts';
import { alertText, emitAlert, emitHeartbeat, heartbeatText } from './emit.ts';
import { ENCRYPTED, FIRST, type HandshakeNotes, LAST, type Piece, piecesOf, WHOLE } from './handshake.ts';
import { emitBody } from './messages.ts';
import { contentTypeNames, handshakeTypeNames } from './names.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  DTLS13,
  HANDSHAKE,
  HEARTBEAT,
  TLS12_CID,
  versionColumn,
} from './session.ts';

/** Calls `visit` for each record with its header's length: 0 for bytes that are none, -n for a unified header. */
function eachRecord(
  p: Packet,
  layer: number,
  visit: (at: number, header: number, end: number) => void,
): void {
  const b = p.bufferOf(layer);
  const stop = p.stop[layer]!;
  const cidLength = dtlsSession(p).cidLength[p.direction as 0 | 1];
  for (let at = p.start[layer]!; at < stop; ) {
    const header = headerBytes(b, at, stop, cidLength);
    const unified = header === 0 && p.mark[layer] === DTLS13 ? unifiedHeaderBytes(b, at, stop, cidLength) : 0;
    if (header > 0 && at + header > stop) return;
    const length =
      header > 0
        ? header + u16(b, at + header - 2)
        : unified > 0
          ? unifiedRecordBytes(b, at, stop, unified)
          : stop - at;
    visit(at, header > 0 ? header : -unified, Math.min(stop, at + length));
    at += length;
  }
}

export function dtlsInfo(p: Packet, layer: number): string {
  const words: string[] = [];
  eachRecord(p, layer, (at, header, end) => words.push(recordWords(p, layer, at, header, end)));
  return words.join(', ');
}

function recordWords(p: Packet, layer: number, at: number, header: number, end: number): string {
  const b = p.bufferOf(layer);
  if (header < 0) return 'Encrypted Record';
  if (header === 0) return 'Continuation Data';
  switch (b[at]) {
    case CHANGE_CIPHER_SPEC:
      return 'Change Cipher Spec';
    case ALERT:
      return alertText(b, at + header, end);
    case HANDSHAKE:
      return piecesOf(p, layer, at, end).map(pieceName).join(', ');
    case APPLICATION_DATA:
      return 'Application Data';
    case HEARTBEAT:
      return heartbeatText(b, at + header, end);
    default:
      return contentTypeNames[b[at]!] ?? 'Unknown';
  }
}

function pieceName(piece: Piece): string {
  if (piece.kind === ENCRYPTED) return 'Encrypted Handshake Message';
  const name = handshakeTypeNames[piece.type] ?? 'Unknown';
  if (piece.kind === FIRST) return `${name} (Fragment)`;
  return piece.kind === LAST ? `${name} (Reassembled)` : name;
}

export function emitDtls(p: Packet, layer: number, out: Sink): void {
  eachRecord(p, layer, (at, header, end) => {
    if (header > 0) emitRecord(p, layer, out, at, header, end);
    else if (header < 0) {
      out.open(f.record, at, end - at);
      out.add(f.encrypted, at - header, end - at + header);
      out.close();
    }
  });
}

function emitRecord(p: Packet, layer: number, out: Sink, at: number, header: number, end: number): void {
  const b = p.bufferOf(layer);
  const type = b[at]!;
  const body = at + header;
  out.open(f.record, at, end - at);
  if (out.wants(f.record))
    out.note(`: ${versionColumn(p.mark[layer]!) ?? 'DTLS'} ${recordWords(p, layer, at, header, end)}`);
  out.add(f.contentType, at, 1);
  out.add(f.recordVersion, at + 1, 2);
  out.add(f.epoch, at + 3, 2);
  out.add(f.sequenceNumber, at + 5, 6, BigInt(u48(b, at + 5)));
  if (header > RECORD_HEADER) out.add(f.recordConnectionId, at + 11, header - RECORD_HEADER);
  out.add(f.recordLength, body - 2, 2);
  if (type === APPLICATION_DATA) out.add(f.appData, body, end - body);
  else if (type === TLS12_CID) out.add(f.encrypted, body, end - body);
  else if (type === CHANGE_CIPHER_SPEC) out.add(f.changeCipherSpec, body, end - body);
  else if (type === ALERT) emitAlert(out, f, b, body, end);
  else if (type === HEARTBEAT) emitHeartbeat(out, f, b, body, end);
  else if (type === HANDSHAKE)
    for (const piece of piecesOf(p, layer, body, end)) emitPiece(p, layer, out, piece);
  out.close();
}

function emitPiece(p: Packet, layer: number, out: Sink, piece: Piece): void {
  out.open(f.handshake, piece.at, piece.end - piece.at);
  out.note(`: ${pieceName(piece)}`);
  if (piece.kind !== ENCRYPTED) {
    const b = p.bufferOf(layer);
    emitHeader(out, piece.at);
    const { cipher } = p.notes[layer] as HandshakeNotes;
    if (piece.kind === WHOLE)
      emitBody(out, f, piece.type, b, piece.at + MESSAGE_HEADER, piece.end, {
        version: piece.version,
        cipher,
        carrier: 'd',
      });
  }
  out.close();
}

/** RFC 6347 §4.2.2. */
function emitHeader(out: Sink, at: number): void {
  out.add(f.type, at, 1);
  out.add(f.length, at + 1, 3);
  out.add(f.messageSeq, at + 4, 2);
  out.add(f.fragmentOffset, at + 6, 3);
  out.add(f.fragmentLength, at + 9, 3);
}

/** A layer that is one reassembled message: its header is already shown with its fragments. */
export function emitDtlsMessage(p: Packet, layer: number, out: Sink, notes: HandshakeNotes): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  out.group(
    `Handshake Protocol: ${handshakeTypeNames[b[start]!] ?? 'Unknown'} (Reassembled)`,
    start,
    stop - start,
  );
  const { cipher } = notes;
  emitBody(out, f, b[start]!, b, start + MESSAGE_HEADER, stop, {
    version: p.mark[layer]! >>> 16,
    cipher,
    carrier: 'd',
  });
  out.close();
}

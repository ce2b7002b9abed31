// Tree, fields and Info text of QUIC packets.
import type { AddExpertInfo } from '../../core/expert.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { hex } from '../../core/text.ts';
import type { Connection } from './connection.ts';
import type { Unprotected } from './decryption.ts';
import { emitFrame } from './emit-frame.ts';
import { COALESCED_PADDING, f, UNKNOWN_CONNECTION } from './fields.ts';
import { eachFrame, framesText } from './frames.ts';
import { isLong, type LongHeader, newLongHeader, readLongHeader } from './header.ts';
import { type QuicNotes, quicNotes } from './notes.ts';
import { varint, varintBytes } from './varint.ts';
import { INITIAL, isVersion2, longTypeNames, RETRY } from './versions.ts';

/** Marks of a layer: the frames of a decrypted packet, or bytes behind the last packet; else see quic.ts. */
export const FRAMES = -1;
export const PADDING = -2;
/** RFC 9001 §6: in the first byte of a short header. */
const KEY_PHASE = 0x04;
const CONNECTION = 'QUIC Connection information';
/** RFC 9001 §5.8. */
const RETRY_TAG_BYTES = 16;

const h = newLongHeader();

function connectionOf(p: Packet, layer: number): Connection | null {
  const notes = p.notes[layer] as Connection | QuicNotes | null;
  if (notes === null) return null;
  return 'decrypted' in notes ? notes.connection : notes;
}

function decryptedOf(p: Packet, layer: number): Unprotected | null {
  return quicNotes(p, layer)?.decrypted ?? null;
}

/** The Info column shows the last packet of a datagram. */
export function quicInfo(p: Packet, layer: number): string | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.mark[layer] === PADDING) return null;
  const notes = quicNotes(p, layer);
  if (!isLong(b, start)) {
    const bytes = p.mark[layer]!;
    const cid = bytes === 0 ? '' : `, DCID=${hex(b, start + 1, start + 1 + bytes)}`;
    const phase = notes !== null && (notes.decrypted.first & KEY_PHASE) !== 0 ? 1 : 0;
    return `Protected Payload (KP${phase})${cid}${decryptedText(notes)}`;
  }
  const stop = p.stop[layer]!;
  readLongHeader(h, b, start, stop);
  let text: string = h.version === 0 ? 'Version Negotiation' : longTypeNames[h.type]!;
  if (h.dcidBytes > 0 && h.dcid + h.dcidBytes <= stop)
    text += `, DCID=${hex(b, h.dcid, h.dcid + h.dcidBytes)}`;
  if (h.scidBytes > 0 && h.scid + h.scidBytes <= stop)
    text += `, SCID=${hex(b, h.scid, h.scid + h.scidBytes)}`;
  return text + decryptedText(notes);
}

/** `, PKN: 3, ACK, STREAM(0)`; empty for what could not be decrypted. */
function decryptedText(notes: QuicNotes | null): string {
  if (notes === null) return '';
  const { packetNumber, plain } = notes.decrypted;
  return `, PKN: ${packetNumber}${plain === null ? '' : framesText(plain, notes.inside)}`;
}

export function emitPacket(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  const connection = connectionOf(p, layer);
  // A datagram belongs to one connection, which is shown with its first packet only.
  if (
    connection !== null &&
    p.protocols[layer - 1]!.name !== 'quic' &&
    p.protocols[layer - 1]!.name !== 'tls'
  ) {
    out.group(CONNECTION, start, 0);
    out.add(f.connectionNumber, start, 0, connection.number);
    out.close();
  } else if (isUnknown(p, layer)) {
    out.group(CONNECTION, start, 0);
    out.add(f.unknownConnection, start, 0);
    out.close();
  }
  if (p.mark[layer] === PADDING) {
    out.add(f.coalescedPadding, start, 0);
    return;
  }
  out.add(f.packetLength, start, 0, stop - start);
  if (isLong(b, start)) {
    out.add(f.headerForm, start, 1);
    if (readLongHeader(h, b, start, stop)) emitLong(out, p, layer, h);
    return;
  }
  emitShort(out, start, stop, p.mark[layer]!, decryptedOf(p, layer));
}

/** A packet of a connection whose beginning was not captured. */
function isUnknown(p: Packet, layer: number): boolean {
  return p.mark[layer] !== FRAMES && p.mark[layer] !== PADDING && connectionOf(p, layer) === null;
}

export function quicExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  if (isUnknown(p, layer)) add('note', 'protocol', UNKNOWN_CONNECTION, { name: f.unknownConnection });
  else if (p.mark[layer] === PADDING)
    add('note', 'protocol', COALESCED_PADDING, { name: f.coalescedPadding });
}

/** RFC 9000 §17.3.1. */
function emitShort(out: Sink, start: number, stop: number, cid: number, decrypted: Unprotected | null): void {
  out.open(f.short, start, stop - start);
  out.add(f.headerForm, start, 1);
  out.add(f.fixedBit, start, 1);
  out.add(f.spinBit, start, 1);
  if (decrypted !== null) {
    out.add(f.shortReserved, start, 1, (decrypted.first >> 3) & 3);
    out.add(f.keyPhase, start, 1, (decrypted.first & KEY_PHASE) !== 0);
    out.add(f.packetNumberLength, start, 1, decrypted.first & 3);
  }
  if (cid > 0) out.add(f.dcid, start + 1, cid);
  const rest = start + 1 + cid;
  if (decrypted !== null) {
    out.add(f.packetNumber, rest, decrypted.packetNumberBytes, BigInt(decrypted.packetNumber));
    const payload = rest + decrypted.packetNumberBytes;
    out.add(f.protectedPayload, payload, stop - payload);
  }
  out.close();
  if (decrypted === null && stop > rest) out.add(f.remaining, rest, stop - rest);
}

function emitLong(out: Sink, p: Packet, layer: number, header: LongHeader): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  const decrypted = decryptedOf(p, layer);
  if (header.version === 0) out.add(f.unused, start, 1);
  else {
    if (header.type !== RETRY) out.add(f.fixedBit, start, 1);
    out.add(isVersion2(header.version) ? f.longTypeV2 : f.longType, start, 1);
    if (decrypted !== null) {
      out.add(f.reserved, start, 1, (decrypted.first >> 2) & 3);
      out.add(f.packetNumberLength, start, 1, decrypted.first & 3);
    }
  }
  out.add(f.version, start + 1, 4);
  out.add(f.dcil, start + 5, 1);
  if (header.dcidBytes > 0) out.add(f.dcid, header.dcid, header.dcidBytes);
  out.add(f.scil, header.scid - 1, 1);
  if (header.scidBytes > 0) out.add(f.scid, header.scid, header.scidBytes);
  const rest = header.scid + header.scidBytes;
  if (header.version === 0) {
    for (let at = rest; at + 4 <= stop; at += 4) out.add(f.supportedVersion, at, 4);
  } else if (header.type === RETRY) emitRetry(out, rest, stop);
  else emitProtected(out, b, header, rest, stop, decrypted);
}

function emitRetry(out: Sink, rest: number, stop: number): void {
  const tag = Math.max(rest, stop - RETRY_TAG_BYTES);
  if (tag > rest) out.add(f.retryToken, rest, tag - rest);
  if (stop > tag) out.add(f.retryTag, tag, stop - tag);
}

function emitProtected(
  out: Sink,
  b: Uint8Array,
  header: LongHeader,
  rest: number,
  stop: number,
  decrypted: Unprotected | null,
): void {
  let length = rest;
  if (header.type === INITIAL) {
    out.add(f.tokenLength, rest, varintBytes(b, rest), BigInt(varint(b, rest)));
    if (header.tokenBytes > 0) out.add(f.token, header.token, header.tokenBytes);
    length = header.token + header.tokenBytes;
  }
  out.add(f.length, length, header.packetNumber - length, BigInt(header.length));
  if (decrypted === null) {
    if (stop > header.packetNumber) out.add(f.remaining, header.packetNumber, stop - header.packetNumber);
    return;
  }
  const payload = header.packetNumber + decrypted.packetNumberBytes;
  out.add(f.packetNumber, header.packetNumber, decrypted.packetNumberBytes, BigInt(decrypted.packetNumber));
  out.add(f.payload, payload, stop - payload);
}

/** The frames of a decrypted packet, in a buffer of their own. */
export function emitFrames(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  eachFrame(b, p.start[layer]!, p.stop[layer]!, (type, at, body, end) => {
    emitFrame(out, b, type, at, body, end);
    return true;
  });
}

// Tree, fields and Info text of SSH.
import { ascii, u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import { FieldReader } from '../../core/field-reader.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { md5Text } from '../tls/fingerprints.ts';
import { f, listFields } from './fields.ts';
import { BANNER, ENCRYPTED, ENCRYPTED1, FROM_SERVER, IS_READ, PACKET, PACKET1, type Part } from './ssh.ts';
import { ECDH, GEX, KEXINIT, messageName, messageName1 } from './state.ts';

function partsOf(p: Packet, layer: number): readonly Part[] {
  const parts = p.notes[layer] as Part[] | null;
  if (parts !== null) return parts;
  const all = { kind: ENCRYPTED, at: p.start[layer]!, end: p.stop[layer]!, exchange: 0, sequence: 0 };
  return (p.mark[layer]! & IS_READ) === 0 ? [] : [all];
}

export function sshInfo(p: Packet, layer: number): string {
  if ((p.mark[layer]! & IS_READ) === 0) return p.isPartOfMessage ? '[TCP segment of a reassembled PDU]' : '';
  const b = p.bufferOf(layer);
  const words = partsOf(p, layer).map((part) => partText(b, part));
  return `${p.mark[layer]! & FROM_SERVER ? 'Server' : 'Client'}: ${words.join(', ')}`;
}

function partText(b: Uint8Array, part: Part): string {
  switch (part.kind) {
    case BANNER:
      return `Protocol (${ascii(b, part.at, lineEnd(b, part.at, part.end))})`;
    case PACKET:
      return messageName(b[part.at + 5] ?? 0, part.exchange);
    case PACKET1:
      return messageName1(b[payload1(b, part.at)] ?? 0);
    case ENCRYPTED1:
      return `Encrypted packet (len=${u32(b, part.at)})`;
    default:
      return `Encrypted packet (len=${part.end - part.at})`;
  }
}

function lineEnd(b: Uint8Array, at: number, end: number): number {
  if (end > at && b[end - 1] === 0x0a) end--;
  return end > at && b[end - 1] === 0x0d ? end - 1 : end;
}

/** Offset of the message type in a version 1 packet. */
function payload1(b: Uint8Array, at: number): number {
  return at + 4 + 8 - (u32(b, at) % 8);
}

export function emitSsh(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const isFromServer = (p.mark[layer]! & FROM_SERVER) !== 0;
  for (const part of partsOf(p, layer)) {
    const length = part.end - part.at;
    if (part.kind === BANNER)
      out.add(f.protocol, part.at, length, ascii(b, part.at, lineEnd(b, part.at, part.end)));
    else if (part.kind === ENCRYPTED) emitEncrypted(out, part);
    else {
      out.group(part.kind === PACKET ? 'SSH Version 2' : 'SSH Version 1', part.at, length);
      if (part.kind === PACKET) emitPacket(out, b, part, isFromServer);
      else emitPacket1(out, b, part);
      out.close();
    }
  }
  if ((p.mark[layer]! & IS_READ) !== 0) out.add(f.direction, p.start[layer]!, 0, isFromServer);
}

/** The length is encrypted too (RFC 4253 §6), except with a few ciphers; it comes first in any case. */
function emitEncrypted(out: Sink, part: Part): void {
  const length = Math.min(4, part.end - part.at);
  out.add(f.encryptedLength, part.at, length);
  if (part.end > part.at + length) out.add(f.encrypted, part.at + length, part.end - part.at - length);
}

function emitPacket1(out: Sink, b: Uint8Array, part: Part): void {
  out.add(f.packetLength, part.at, 4);
  const type = payload1(b, part.at);
  if (part.kind === PACKET1 && type < part.end) {
    out.add(f.messageCode, type, 1);
    out.note(` (${messageName1(b[type]!)})`);
  } else if (part.end > part.at + 4) out.add(f.encrypted, part.at + 4, part.end - part.at - 4);
}

function emitPacket(out: Sink, b: Uint8Array, part: Part, isFromServer: boolean): void {
  const { at, end } = part;
  if (at + 6 > end) return;
  const padding = b[at + 4]!;
  const code = b[at + 5]!;
  out.add(f.packetLength, at, 4);
  out.add(f.paddingLength, at + 4, 1);
  out.add(f.messageCode, at + 5, 1);
  out.note(` (${messageName(code, part.exchange)})`);
  const stop = Math.max(at + 6, at + 4 + u32(b, at) - padding);
  const r = new Strings(out, b, at + 6, Math.min(end, stop));
  if (code === KEXINIT) emitKexInit(r, at + 5, isFromServer);
  else if (code >= 30 && code <= 34) emitExchange(r, code, part.exchange);
  else if (r.left > 0) out.add(f.payload, r.at, r.left);
  if (stop < end) out.add(f.padding, stop, end - stop);
  out.add(f.sequenceNumber, end, 0, part.sequence);
}

/** Strings as RFC 4251 §5 has them: a length of four bytes, then as many. */
class Strings extends FieldReader {
  string(length: Field, field: Field): void {
    if (this.left < 4) return;
    const taken = Math.min(u32(this.b, this.at), this.left - 4);
    this.out.add(length, this.at, 4);
    this.out.add(field, this.at + 4, taken);
    this.at += 4 + taken;
  }

  /** A blob of which the first string is a type. */
  typed(length: Field, typeLength: Field, type: Field, data: Field): void {
    if (this.left < 4) return;
    const end = Math.min(this.end, this.at + 4 + u32(this.b, this.at));
    this.out.add(length, this.at, 4);
    const inner = new Strings(this.out, this.b, this.at + 4, end);
    inner.string(typeLength, type);
    if (inner.left > 0) this.out.add(data, inner.at, inner.left);
    this.at = end;
  }
}

/** RFC 4253 §7.1. The fingerprints are those of https://github.com/salesforce/hassh. */
function emitKexInit(r: Strings, code: number, isFromServer: boolean): void {
  const { out, b } = r;
  if (r.left < 16) return;
  out.add(f.cookie, code + 1, 16);
  r.at = code + 17;
  const lists: string[] = [];
  for (const [length, field] of listFields) {
    const start = r.at + 4;
    r.string(length, field);
    lists.push(ascii(b, start, Math.max(start, r.at)));
  }
  if (r.left >= 5) {
    out.add(f.firstFollows, r.at, 1);
    out.add(f.reserved, r.at + 1, 4);
    r.at += 5;
  }
  const [kex = '', , encryptC = '', encryptS = '', macC = '', macS = '', compressC = '', compressS = ''] =
    lists;
  if (isFromServer) {
    const text = [kex, encryptS, macS, compressS].join(';');
    out.add(f.hasshServerAlgorithms, code, 0, text);
    if (out.wants(f.hasshServer)) out.add(f.hasshServer, code, 0, md5Text(text));
  } else {
    const text = [kex, encryptC, macC, compressC].join(';');
    out.add(f.hasshAlgorithms, code, 0, text);
    if (out.wants(f.hassh)) out.add(f.hassh, code, 0, md5Text(text));
  }
}

/** RFC 4253 §8, RFC 4419 §3, RFC 5656 §4. */
function emitExchange(r: Strings, code: number, exchange: number): void {
  const isReply = (exchange === GEX && code === 33) || (exchange !== GEX && code === 31);
  if (isReply) r.typed(f.hostKeyLength, f.hostKeyTypeLength, f.hostKeyType, f.hostKeyData);
  if (exchange === ECDH) {
    if (isReply) r.string(f.ecdhServerLength, f.ecdhServer);
    else r.string(f.ecdhClientLength, f.ecdhClient);
  } else if (exchange === GEX && code === 34) {
    for (const field of [f.gexMin, f.gexBits, f.gexMax]) r.number(field, 4);
  } else if (exchange === GEX && code === 31) {
    r.string(f.integerLength, f.gexP);
    r.string(f.integerLength, f.gexG);
  } else r.string(f.integerLength, isReply ? f.dhServer : f.dhClient);
  if (isReply) r.typed(f.signatureLength, f.signatureTypeLength, f.signatureType, f.signatureData);
}

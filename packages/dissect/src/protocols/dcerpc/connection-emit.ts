// Fields of a connection-oriented DCE/RPC message.
import { ascii, uint } from '../../core/bytes.ts';
import type { AddExpertInfo } from '../../core/expert.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { sinceRequest } from './calls.ts';
import type { PduNote } from './connection.ts';
import {
  authLevelNames,
  authTypeNames,
  byteOrderNames,
  characterNames,
  f,
  floatingPointNames,
} from './fields.ts';
import { resultsAt } from './info.ts';
import * as pdu from './pdu.ts';
import { uuidAt, uuidName } from './uuids.ts';

const CONTEXTS_MAX = 64;

/** Reads numbers and UUIDs in the message's byte order. */
class Body {
  readonly b: Uint8Array;
  readonly start: number;
  readonly stop: number;
  readonly little: boolean;
  readonly out: Sink;

  constructor(b: Uint8Array, start: number, stop: number, out: Sink) {
    this.b = b;
    this.start = start;
    this.stop = stop;
    this.little = pdu.isLittle(b, start + 4);
    this.out = out;
  }

  number(field: Field, offset: number, width: number): number {
    const at = this.start + offset;
    if (at + width > this.stop) return 0;
    const value = uint(this.b, at, width, this.little);
    this.out.add(field, at, width, value);
    return value;
  }

  has(offset: number, width: number): boolean {
    return this.start + offset + width <= this.stop;
  }

  /** The number at an offset, which shows nothing; 0 when it is not there. */
  peek(offset: number, width: number): number {
    return this.has(offset, width) ? uint(this.b, this.start + offset, width, this.little) : 0;
  }

  /** The name of the UUID at an offset, or else itself; empty when it is not there. */
  nameAt(offset: number): string {
    return this.has(offset, 16) ? uuidName(uuidAt(this.b, this.start + offset, this.little)) : '';
  }

  uuid(field: Field, offset: number): void {
    const at = this.start + offset;
    if (at + 16 > this.stop) return;
    const uuid = uuidAt(this.b, at, this.little);
    this.out.add(field, at, 16, uuid);
  }
}

export function emitConnection(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (stop - start < pdu.HEAD) return;
  const body = new Body(b, start, stop, out);
  emitHead(body, out);
  switch (b[start + 2]) {
    case pdu.BIND:
    case pdu.ALTER_CONTEXT:
      emitBind(body, out);
      break;
    case pdu.BIND_ACK:
    case pdu.ALTER_CONTEXT_RESPONSE:
      emitAcknowledge(body, out);
      break;
    case pdu.BIND_NAK:
      body.number(f.reject, 16, 2);
      break;
    case pdu.REQUEST:
      emitRequest(p, layer, body, out);
      break;
    case pdu.RESPONSE:
    case pdu.FAULT:
      emitResponse(p, layer, body, out);
      break;
    default:
      emitVerifier(body, pdu.HEAD, out);
  }
}

function emitHead(body: Body, out: Sink): void {
  const { start } = body;
  out.add(f.version, start, 1);
  out.add(f.minor, start + 1, 1);
  out.add(f.type, start + 2, 1);
  out.open(f.flags, start + 3, 1);
  for (const flag of [
    f.flagObject,
    f.flagMaybe,
    f.flagDidNotExecute,
    f.flagMultiplex,
    f.flagReserved,
    f.flagCancelPending,
    f.flagLast,
    f.flagFirst,
  ])
    out.add(flag, start + 3, 1);
  out.close();
  out.open(f.drep, start + 4, 4);
  out.note(representationText(body.b, start + 4));
  out.add(f.byteOrder, start + 4, 1, body.b[start + 4]! >> 4);
  out.add(f.character, start + 4, 1, body.b[start + 4]! & 0x0f);
  out.add(f.floatingPoint, start + 5, 1);
  out.close();
  body.number(f.fragmentLength, 8, 2);
  body.number(f.authLength, 10, 2);
  body.number(f.callId, 12, 4);
}

function representationText(b: Uint8Array, at: number): string {
  const order = byteOrderNames[b[at]! >> 4] ?? 'Unknown';
  const character = characterNames[b[at]! & 0x0f] ?? 'Unknown';
  return ` (Order: ${order}, Char: ${character}, Float: ${floatingPointNames[b[at + 1]!] ?? 'Unknown'})`;
}

function emitBind(body: Body, out: Sink): void {
  body.number(f.maxTransmit, 16, 2);
  body.number(f.maxReceive, 18, 2);
  body.number(f.group, 20, 4);
  const count = body.number(f.contextCount, 24, 1);
  let offset = 28;
  for (let k = 0; k < Math.min(count, CONTEXTS_MAX) && body.start + offset + 24 <= body.stop; k++) {
    const syntaxes = body.b[body.start + offset + 2]!;
    out.open(f.contextItem, body.start + offset, 24 + syntaxes * 20);
    out.note(`[${k + 1}]: Context ID:${body.peek(offset, 2)}, ${body.nameAt(offset + 4)}`);
    if (syntaxes > 0) out.note(`, ${body.nameAt(offset + 24 + (syntaxes - 1) * 20)}`);
    body.number(f.contextId, offset, 2);
    body.number(f.syntaxCount, offset + 2, 1);
    const [major, minor] = body.little ? [offset + 20, offset + 22] : [offset + 22, offset + 20];
    const version = `V${body.peek(major, 2)}.${body.peek(minor, 2)}`;
    out.group(`Abstract Syntax: ${body.nameAt(offset + 4)} ${version}`, body.start + offset + 4, 20);
    body.uuid(f.uuid, offset + 4);
    body.number(f.uuidVersion, major, 2);
    body.number(f.uuidMinor, minor, 2);
    out.close();
    offset += 24;
    for (let j = 0; j < syntaxes && body.has(offset, 20); j++, offset += 20) {
      const syntax = `${body.nameAt(offset)} V${body.peek(offset + 16, 4)}`;
      out.group(`Transfer Syntax[${j + 1}]: ${syntax}`, body.start + offset, 20);
      body.uuid(f.syntax, offset);
      body.number(f.syntaxVersion, offset + 16, 4);
      out.close();
    }
    out.close();
  }
  emitVerifier(body, offset, out);
}

function emitAcknowledge(body: Body, out: Sink): void {
  const { b, start } = body;
  body.number(f.maxTransmit, 16, 2);
  body.number(f.maxReceive, 18, 2);
  body.number(f.group, 20, 4);
  const length = body.number(f.addressLength, 24, 2);
  if (length > 0 && start + 26 + length <= body.stop)
    out.add(f.address, start + 26, length, ascii(b, start + 26, start + 25 + length));
  let offset = resultsAt(b, start, body.little) - start;
  const count = body.number(f.resultCount, offset, 1);
  offset += 4;
  for (let k = 0; k < Math.min(count, CONTEXTS_MAX) && start + offset + 24 <= body.stop; k++, offset += 24) {
    const answer = pdu.resultNames[body.peek(offset, 2)] ?? 'Unknown';
    out.group(`Ctx Item[${k + 1}]: ${answer}, ${body.nameAt(offset + 4)}`, start + offset, 24);
    const result = body.number(f.result, offset, 2);
    if (result !== 0 && result !== 3) body.number(f.reason, offset + 2, 2);
    body.uuid(f.ackSyntax, offset + 4);
    body.number(f.ackSyntaxVersion, offset + 20, 4);
    out.close();
  }
  emitVerifier(body, offset, out);
}

/** A call or reply of an interface that was not captured being bound. */
function isUnbound(p: Packet, layer: number): boolean {
  const note = p.notes[layer] as PduNote | null;
  return note !== null && note.context === null;
}

export function connectionExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const type = p.bufferOf(layer)[p.start[layer]! + 2];
  if ((type !== pdu.REQUEST && type !== pdu.RESPONSE && type !== pdu.FAULT) || !isUnbound(p, layer)) return;
  const { contextId } = p.notes[layer] as PduNote;
  const message = `No bind info for interface Context ID ${contextId} - capture start too late?`;
  add('note', 'undecoded', message, { under: f.contextId, name: f.noBind });
}

function emitRequest(p: Packet, layer: number, body: Body, out: Sink): void {
  body.number(f.hint, 16, 4);
  body.number(f.contextId, 20, 2);
  if (isUnbound(p, layer)) out.add(f.noBind, body.start + 20, 0);
  body.number(f.opnum, 22, 2);
  let offset = 24;
  if (body.b[body.start + 3]! & pdu.OBJECT) {
    body.uuid(f.object, 24);
    offset = 40;
  }
  const answer = p.session.ahead?.of('dcerpc', p.number, pdu.callId(body.b, body.start)) ?? 0;
  if (answer > 0) out.add(f.responseIn, body.start, 0, answer);
  emitStub(body, offset, out);
}

function emitResponse(p: Packet, layer: number, body: Body, out: Sink): void {
  const { start } = body;
  body.number(f.hint, 16, 4);
  body.number(f.contextId, 20, 2);
  if (isUnbound(p, layer)) out.add(f.noBind, start + 20, 0);
  body.number(f.cancelCount, 22, 1);
  const isFault = body.b[start + 2] === pdu.FAULT;
  if (isFault) body.number(f.status, 24, 4);
  const call = (p.notes[layer] as PduNote | null)?.call ?? null;
  if (call !== null) {
    out.add(f.opnum, start, 0, call.opnum);
    if (call.object !== '') out.add(f.object, start, 0, call.object);
    out.add(f.requestIn, start, 0, call.request);
    out.add(f.time, start, 0, sinceRequest(p, call));
  }
  emitStub(body, isFault ? 32 : 24, out);
}

function emitStub(body: Body, offset: number, out: Sink): void {
  const { b, start, stop } = body;
  const at = start + offset;
  if (at > stop) return;
  const auth = pdu.authStart(b, start, at, stop);
  const isEncrypted = auth < stop && b[auth + 1] === pdu.PRIVACY;
  if (auth > at) out.add(isEncrypted ? f.encrypted : f.stub, at, auth - at);
  emitVerifier(body, offset, out);
}

function emitVerifier(body: Body, offset: number, out: Sink): void {
  const { b, start, stop } = body;
  const at = pdu.authStart(b, start, Math.min(stop, start + offset), stop);
  if (at === stop) return;
  out.open(f.authInfo, at, stop - at);
  const type = authTypeNames[b[at]!] ?? 'Unknown';
  const level = authLevelNames[b[at + 1]!] ?? 'Unknown';
  out.note(`: ${type}, ${level}, AuthContextId(${body.peek(at + 4 - start, 4)})`);
  out.add(f.authType, at, 1);
  out.add(f.authLevel, at + 1, 1);
  out.add(f.authPad, at + 2, 1);
  out.add(f.authReserved, at + 3, 1);
  body.number(f.authContext, at + 4 - start, 4);
  if (stop > at + pdu.AUTH_HEAD) out.add(f.credentials, at + pdu.AUTH_HEAD, stop - at - pdu.AUTH_HEAD);
  out.close();
}

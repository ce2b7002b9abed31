// Dissects one call or reply: program, authentication, and body.
import { u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { COLUMN, LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { gssapi } from '../auth/gssapi.ts';
import { krb5Token } from '../auth/krb5-token.ts';
import { callNested } from '../auth/nested.ts';
import { AUTH_GSSAPI, type Call, callOf, RPCSEC_GSS, rememberCall } from './calls.ts';
import * as layout from './layout.ts';
import { readAccess } from './nfs3.ts';
import { indirectCall } from './portmap.ts';
import { type Body, type Program, programOf } from './programs.ts';

/** Note of an RPC layer. */
export interface Message {
  readonly isCall: boolean;
  readonly call: Call;
  /** Offset of the transaction ID. */
  readonly start: number;
  /** Frame that this message retransmits; 0: none. */
  readonly repeats: number;
}

/** Notes of layers without a message. */
export const FRAGMENT = { info: 'Fragment' };
export const CONTINUATION = { info: 'Continuation' };

export function messageOf(p: Packet, layer: number): Message | null {
  const note = p.notes[layer];
  return note === null || note === FRAGMENT || note === CONTINUATION ? null : (note as Message);
}

/** RPCSEC_GSS procedures and services (RFC 2203 §5). */
const GSS_DATA = 0;
const GSS_CONTINUE = 2;
const INTEGRITY = 2;
const PRIVACY = 3;

/** AUTH_GSSAPI: the message belongs to the authentication itself. */
const API_MESSAGE = -1;
const API_INIT = 1;
const API_MESSAGES = 3;

/** Dissects the message in [start, end), which was recognized before. */
export function readMessage(p: Packet, start: number, end: number, wireEnd: number): void {
  const program = layout.programAt(p.buf, start, end);
  if (program !== null) readCall(p, program, start, end, wireEnd);
  else readReply(p, start, end, wireEnd);
}

function readCall(p: Packet, program: Program, start: number, end: number, wireEnd: number): void {
  const b = p.buf;
  const layer = p.count - 1;
  const xid = u32(b, start);
  const body = layout.argumentsAt(b, start, end);
  let call = callOf(p, xid);
  if (call === undefined) {
    call = newCall(p, program, start, end, body);
    rememberCall(p, xid, call);
  }
  const repeats = call.request !== p.number ? call.request : 0;
  const message: Message = { isCall: true, call, start, repeats };
  p.notes[layer] = message;
  const verifier = layout.authEnd(b, start + layout.CREDENTIALS, end);
  if (verifier >= 0) readVerifier(p, verifier, end);
  if (body < 0) cutHeader(p, start, end, wireEnd);
  else readBody(p, layer, message, body, end, wireEnd);
}

function newCall(p: Packet, program: Program, start: number, end: number, body: number): Call {
  const b = p.buf;
  const word = (at: number): number => (start + at + 4 <= end ? u32(b, start + at) : 0);
  const flavor = word(layout.CREDENTIALS);
  const credentials = layout.CREDENTIALS + layout.AUTH_HEAD;
  const version = word(layout.PROGRAM_VERSION);
  const procedure = word(layout.PROCEDURE);
  return {
    program,
    version,
    procedure,
    request: p.number,
    seconds: p.seconds,
    nanoseconds: p.nanoseconds,
    flavor,
    gssProcedure:
      flavor === RPCSEC_GSS
        ? word(credentials + 4)
        : flavor === AUTH_GSSAPI && word(credentials + 4) !== 0
          ? API_MESSAGE
          : GSS_DATA,
    gssService: flavor === RPCSEC_GSS ? word(credentials + 12) : 0,
    access: body < 0 ? -1 : readAccess(program.number, version, procedure, b, body, end),
    reply: 0,
  };
}

function readReply(p: Packet, start: number, end: number, wireEnd: number): void {
  const b = p.buf;
  const layer = p.count - 1;
  const call = layout.answered(p, start, end);
  if (call === null) return;
  const repeats = call.reply !== 0 && call.reply !== p.number ? call.reply : 0;
  if (call.reply === 0) call.reply = p.number;
  const message: Message = { isCall: false, call, start, repeats };
  p.notes[layer] = message;
  const isAccepted = start + layout.REPLY_BODY <= end && u32(b, start + layout.REPLY_STATE) === 0;
  if (isAccepted) readVerifier(p, start + layout.REPLY_BODY, end);
  const body = layout.replyEnd(b, start, end);
  if (body < 0) cutHeader(p, start, end, wireEnd);
  else if (layout.isSuccess(b, start, end)) readBody(p, layer, message, body, end, wireEnd);
  else {
    p.stop[layer] = body;
    if (body < end) callNested(p, data, body, end);
  }
}

function cutHeader(p: Packet, start: number, end: number, wireEnd: number): void {
  p.at = start;
  p.end = end;
  p.wireEnd = wireEnd;
  p.cut(end < wireEnd ? wireEnd - start : end - start + 1);
}

/** The verifier is a token that signs the header (RFC 2203 §5.3.1). */
function readVerifier(p: Packet, at: number, end: number): void {
  if (at + layout.AUTH_HEAD <= end && u32(p.buf, at) === RPCSEC_GSS) readToken(p, at + 4, end);
}

/** Dissects a token preceded by its length; returns its end. */
function readToken(p: Packet, at: number, end: number): number {
  if (at + 4 > end) return end;
  const length = u32(p.buf, at);
  const stop = Math.min(at + 4 + length, end);
  if (length > 0 && at + 4 < end) callNested(p, gssapi, at + 4, stop);
  return Math.min(at + 4 + layout.padded(length), end);
}

/** End of opaque data. */
function behind(b: Uint8Array, at: number, end: number): number {
  return at + 4 > end ? end : Math.min(at + 4 + layout.padded(u32(b, at)), end);
}

/** Dissects the body by security service (§5.3.2). */
function readBody(
  p: Packet,
  layer: number,
  message: Message,
  at: number,
  end: number,
  wireEnd: number,
): void {
  const { call, isCall } = message;
  const b = p.buf;
  p.stop[layer] = at;
  p.end = end;
  p.wireEnd = wireEnd;
  if (call.gssProcedure === API_MESSAGE) {
    readApiMessage(p, call.procedure, isCall, at, end);
    p.at = end;
    return;
  }
  const { program, version, procedure } = call;
  const isPlain = call.flavor !== RPCSEC_GSS && call.flavor !== AUTH_GSSAPI;
  const isData = call.flavor === RPCSEC_GSS && call.gssProcedure === GSS_DATA;
  const isSigned = isData && call.gssService === INTEGRITY;
  const isReadable = isPlain || (isData && call.gssService !== PRIVACY);
  if (isData && call.gssService === PRIVACY && at + 4 < end) callNested(p, krb5Token, at + 4, end);
  const isKnown = program.procedureName(version, procedure) !== undefined;
  const isListed = isReadable && isKnown && wireEnd > at;
  // Protected data begin with a sequence number.
  const first = isSigned ? Math.min(at + 8, end) : at;
  const last = isSigned ? Math.min(behind(b, at, end), end) : end;
  p.at = first;
  p.end = Math.max(last, first);
  const body: Body = { program, version, procedure, isCall, call, isReadable };
  if (!p.push(program.made, isListed ? LISTED | SHOWN | COLUMN : SHOWN | COLUMN)) return;
  p.notes[p.count - 1] = body;
  if (isReadable && isKnown) {
    if (isCall) pushIndirect(p, body, first, p.end);
  } else if (isReadable && first < p.end) callNested(p, data, first, p.end);
  p.end = end;
  if (isSigned) readToken(p, last, end);
  else if (call.flavor === RPCSEC_GSS && !isData && call.gssProcedure <= GSS_CONTINUE)
    readContext(p, isCall, at, end);
  p.at = end;
  if (end < wireEnd) p.cut(1);
}

/** Context creation, §5.2.2. */
function readContext(p: Packet, isCall: boolean, at: number, end: number): void {
  if (isCall) readToken(p, at, end);
  else readToken(p, Math.min(behind(p.buf, at, end) + 12, end), end);
}

function readApiMessage(p: Packet, procedure: number, isCall: boolean, at: number, end: number): void {
  if (procedure < API_INIT || procedure > API_MESSAGES) return;
  if (isCall) readToken(p, at + 4, end);
  else readToken(p, Math.min(behind(p.buf, at + 4, end) + 8, end), end);
}

/** A portmapper CALLIT contains a call, which gets its own tree. */
function pushIndirect(p: Packet, outer: Body, at: number, end: number): void {
  const inner = indirectCall(outer.program.number, outer.version, outer.procedure, p.buf, at, end);
  if (inner === null) return;
  const program = programOf(inner.program);
  if (program?.procedureName(inner.version, inner.procedure) === undefined) return;
  const count = p.count;
  callNested(p, program.made, inner.start, inner.end);
  if (p.count > count)
    p.notes[count] = {
      program,
      version: inner.version,
      procedure: inner.procedure,
      isCall: true,
      call: null,
      isReadable: true,
    } satisfies Body;
}

// Connection-oriented DCE/RPC, over TCP or an SMB named pipe (C706 §12.6, [MS-RPCE] §2.2.2).
import { spells, uint } from '../../core/bytes.ts';
import { COLUMN, LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpHeuristics } from '../../core/table.ts';
import { gssapi } from '../auth/gssapi.ts';
import { callNested } from '../auth/nested.ts';
import { ntlmssp } from '../auth/ntlmssp.ts';
import { netbiosHeuristics } from '../netbios/payload.ts';
import { addFragment, beginCall, bindContext, type Call, type Context, callOf, contextOf } from './calls.ts';
import { connectionExpert, emitConnection } from './connection-emit.ts';
import { f } from './fields.ts';
import { chainColumn, chainInfo, connectionHeadline, pipeBelow } from './info.ts';
import { interfaceOf } from './interfaces.ts';
import { Operation } from './operation.ts';
import * as pdu from './pdu.ts';
import { uuidAt } from './uuids.ts';

/** Over NetBIOS, four zero bytes may precede a message. */
const PADDING = '\0\0\0\0';
const CONTEXTS_MAX = 64;
const SPNEGO = 9;
const NTLMSSP = 10;
const KERBEROS = 16;

/** Layer note: results of dissection. */
export interface PduNote {
  readonly context: Context | null;
  readonly contextId: number;
  readonly call: Call | null;
}

/** The call that a response completes; null for other messages, or if its request was not captured. */
export function callAnswered(p: Packet, layer: number): Call | null {
  const isResponse = p.bufferOf(layer)[p.start[layer]! + 2] === pdu.RESPONSE;
  return isResponse ? ((p.notes[layer] as PduNote | null)?.call ?? null) : null;
}

function paddingAt(b: Uint8Array, at: number, end: number): number {
  return spells(b, at, end, PADDING) ? PADDING.length : 0;
}

function isDcerpc(p: Packet): boolean {
  return pdu.isConnectionPdu(p.buf, p.at + paddingAt(p.buf, p.at, p.end), p.end);
}

export const dcerpc: Protocol = protocol({
  name: 'dcerpc',
  title: 'Distributed Computing Environment / Remote Procedure Call (DCE/RPC)',
  headline: connectionHeadline,
  column: (p, layer) => chainColumn(p, layer) ?? 'DCERPC',
  fields: f,
  heuristics: [
    [tcpHeuristics, isDcerpc],
    [netbiosHeuristics, isDcerpc],
  ],
  framing: {
    header: pdu.HEAD,
    length: (p) => (pdu.isConnectionPdu(p.buf, p.at, p.end) ? pdu.fragmentLength(p.buf, p.at) : 0),
  },
  step(p) {
    const b = p.buf;
    const { end, wireEnd } = p;
    p.at += paddingAt(b, p.at, end);
    if (!pdu.isConnectionPdu(b, p.at, end)) return REJECTED;
    for (;;) {
      const layer = p.count - 1;
      const start = p.at;
      const stop = start + pdu.fragmentLength(b, start);
      p.start[layer] = start;
      if (stop > wireEnd) {
        // The remainder arrives with the next read from the pipe.
        p.flags[layer]! &= LISTED;
        break;
      }
      if (stop > end) return p.cut(stop - start);
      p.stop[layer] = p.payload[layer] = p.end = p.wireEnd = stop;
      readPdu(p, layer, start, stop);
      p.at = stop;
      p.end = end;
      p.wireEnd = wireEnd;
      if (!pdu.isConnectionPdu(b, stop, end) || !p.push(dcerpc, SHOWN | COLUMN)) break;
    }
    p.at = end;
    return null;
  },
  emit: emitConnection,
  info: chainInfo,
  expert: connectionExpert,
});

function readPdu(p: Packet, layer: number, start: number, stop: number): void {
  const b = p.buf;
  const type = b[start + 2]!;
  const little = pdu.isLittle(b, start + 4);
  const pipe = pipeBelow(p, layer);
  switch (type) {
    case pdu.BIND:
    case pdu.ALTER_CONTEXT:
      readBind(p, start, stop, little, pipe);
      break;
    case pdu.REQUEST:
      readRequest(p, layer, start, stop, little, pipe);
      return;
    case pdu.RESPONSE:
    case pdu.FAULT:
      readResponse(p, layer, start, stop, little, pipe);
      return;
  }
  if (type === pdu.BIND_NAK || type > pdu.AUTH3) return;
  readVerifier(p, start, start + pdu.HEAD, stop);
}

/** §12.6.4.3: presentation contexts proposed by the client. */
function readBind(p: Packet, start: number, stop: number, little: boolean, pipe: number): void {
  const b = p.buf;
  let at = start + 28;
  if (at > stop) return;
  const count = Math.min(b[start + 24]!, CONTEXTS_MAX);
  for (let k = 0; k < count && at + 24 <= stop; k++) {
    const uuid = uuidAt(b, at + 4, little);
    const version = uint(b, at + (little ? 20 : 22), 2, little);
    bindContext(p, pipe, uint(b, at, 2, little), { uuid, version, made: interfaceOf(uuid, version) });
    at += 24 + b[at + 2]! * 20;
  }
}

function readRequest(
  p: Packet,
  layer: number,
  start: number,
  stop: number,
  little: boolean,
  pipe: number,
): void {
  const b = p.buf;
  const flags = b[start + 3]!;
  const stub = start + (flags & pdu.OBJECT ? 40 : 24);
  if (stub > stop) return;
  const auth = readVerifier(p, start, stub, stop);
  const contextId = uint(b, start + 20, 2, little);
  const id = pdu.callId(b, start);
  const context = contextOf(p, pipe, contextId) ?? null;
  let call: Call | null = null;
  if (context !== null && flags & pdu.FIRST_FRAGMENT) {
    const object = flags & pdu.OBJECT ? uuidAt(b, start + 24, little) : '';
    call = beginCall(p, pipe, id, context, uint(b, start + 22, 2, little), object);
  } else if (context !== null) call = callOf(p, pipe, id) ?? null;
  p.notes[layer] = { context, contextId, call } satisfies PduNote;
  if (call !== null) handOver(p, start, stub, auth, call, true);
}

function readResponse(
  p: Packet,
  layer: number,
  start: number,
  stop: number,
  little: boolean,
  pipe: number,
): void {
  const b = p.buf;
  const isFault = b[start + 2] === pdu.FAULT;
  const stub = start + (isFault ? 32 : 24);
  if (stub > stop) return;
  const auth = readVerifier(p, start, stub, stop);
  const contextId = uint(b, start + 20, 2, little);
  const id = pdu.callId(b, start);
  const found = callOf(p, pipe, id) ?? null;
  const call = found !== null && (isFault || found.request < p.number) ? found : null;
  if (call !== null && b[start + 3]! & pdu.FIRST_FRAGMENT)
    p.session.ahead?.enter('dcerpc', call.request, id, p.number);
  p.notes[layer] = { context: call?.context ?? null, contextId, call } satisfies PduNote;
  if (call !== null && !isFault) handOver(p, start, stub, auth, call, false);
}

/** Hands a call's body to its interface once it is complete. */
function handOver(
  p: Packet,
  start: number,
  stub: number,
  auth: number,
  call: Call,
  isRequest: boolean,
): void {
  const { made } = call.context;
  const flags = p.buf[start + 3]!;
  const isEncrypted = auth < p.end && p.buf[auth + 1] === pdu.PRIVACY;
  // [MS-RPCE] §2.2.2.11: padding aligns the verifier; encrypted, it can't be told from the parameters.
  const end = auth < p.end && !isEncrypted ? Math.max(stub, auth - p.buf[auth + 2]!) : auth;
  if ((flags & pdu.WHOLE) === pdu.WHOLE) {
    if (made !== null)
      pushInterface(p, made, stub, end, new Operation(made.name, call.opnum, isRequest, isEncrypted));
    return;
  }
  // Encrypted fragments are not reassembled.
  if (made === null || isEncrypted) return;
  const isFirst = (flags & pdu.FIRST_FRAGMENT) !== 0;
  const whole = addFragment(call, p.buf.subarray(stub, end), isFirst, (flags & pdu.LAST_FRAGMENT) !== 0);
  if (whole !== null) {
    const operation = new Operation(made.name, call.opnum, isRequest);
    p.within('Reassembled DCE/RPC', whole, 0, whole.length, whole.length, (inner) =>
      pushInterface(inner, made, 0, whole.length, operation),
    );
  }
}

function pushInterface(p: Packet, made: Protocol, at: number, end: number, operation: Operation): void {
  p.at = at;
  const oldEnd = p.end;
  p.end = end;
  if (p.push(made, SHOWN | COLUMN)) p.notes[p.count - 1] = operation;
  p.end = oldEnd;
}

/** Parses the auth verifier at the end of a message; returns its offset, or `stop` if there is none. */
function readVerifier(p: Packet, start: number, body: number, stop: number): number {
  const at = pdu.authStart(p.buf, start, body, stop);
  if (at === stop) return stop;
  const credentials = at + pdu.AUTH_HEAD;
  const type = p.buf[at]!;
  const isBinding = p.buf[start + 2]! >= pdu.BIND;
  if (credentials < stop) {
    if (type === SPNEGO || type === KERBEROS) callNested(p, gssapi, credentials, stop, false);
    else if (type === NTLMSSP && isBinding) callNested(p, ntlmssp, credentials, stop, false);
  }
  return at;
}

// Fields of RPC message headers.
import { u32 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { AUTH_DES, AUTH_GLUSTER, AUTH_GSSAPI, AUTH_SYS, RPCSEC_GSS, sinceCall } from './calls.ts';
import { f } from './fields.ts';
import * as layout from './layout.ts';
import { CONTINUATION, FRAGMENT, type Message, messageOf } from './message.ts';
import { array, choose, fixed, long, number, opaque, type Shape, seq, text, Xdr } from './xdr.ts';

export function emitRpc(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (p.notes[layer] === CONTINUATION) {
    out.add(f.continuation, start, end - start);
    return;
  }
  const message = messageOf(p, layer);
  const first = message?.start ?? start + 4;
  if (first > start) emitMark(b, start, out);
  if (p.notes[layer] === FRAGMENT) out.add(f.fragmentData, first, end - first);
  if (message === null) return;
  out.add(f.xid, first, 4);
  out.add(f.msgtyp, first + 4, 4);
  if (message.isCall) emitCall(b, first, end, message, out);
  else emitReply(p, b, first, end, message, out);
}

function emitMark(b: Uint8Array, at: number, out: Sink): void {
  const length = u32(b, at) & 0x7fffffff;
  const last = u32(b, at) & 0x80000000 ? 'Last fragment, ' : '';
  out.group(`Fragment header: ${last}${length} byte${length === 1 ? '' : 's'}`, at, 4);
  out.add(f.lastfrag, at, 4);
  out.add(f.fraglen, at, 4, length);
  out.close();
}

function emitCall(b: Uint8Array, start: number, end: number, { call, repeats }: Message, out: Sink): void {
  if (start + layout.CREDENTIALS > end) return;
  const { program, version, procedure } = call;
  out.add(f.version, start + 8, 4);
  out.add(f.program, start + layout.PROGRAM, 4, program.number);
  out.add(f.programversion, start + layout.PROGRAM_VERSION, 4);
  out.add(f.procedure, start + layout.PROCEDURE, 4);
  out.note(` ${program.procedureName(version, procedure) ?? `proc-${procedure}`}`);
  if (repeats !== 0) {
    out.add(f.dup, start, 0);
    out.add(f.callDup, start, 0, repeats);
  }
  const verifier = emitAuth(b, start + layout.CREDENTIALS, end, 'Credentials', credentials, out);
  if (verifier >= 0) emitAuth(b, verifier, end, 'Verifier', callVerifiers, out);
}

function emitReply(
  p: Packet,
  b: Uint8Array,
  start: number,
  end: number,
  { call, repeats }: Message,
  out: Sink,
): void {
  out.add(f.program, start, 0, call.program.number);
  out.add(f.programversion, start, 0, call.version);
  out.add(f.procedure, start, 0, call.procedure);
  if (start + layout.REPLY_BODY > end) return;
  out.add(f.replystat, start + layout.REPLY_STATE, 4);
  out.add(f.repframe, start, 0, call.request);
  out.add(f.time, start, 0, sinceCall(p, call));
  if (repeats !== 0) {
    out.add(f.dup, start, 0);
    out.add(f.replyDup, start, 0, repeats);
  }
  const state = u32(b, start + layout.REPLY_STATE);
  let at = start + layout.REPLY_BODY;
  if (state === layout.ACCEPTED) at = emitAuth(b, at, end, 'Verifier', replyVerifiers, out);
  if (at < 0) return;
  const x = new Xdr(b, at, end, out, call);
  if (state === layout.ACCEPTED) accepted(x);
  else if (state === layout.DENIED) denied(x);
}

const accepted = choose(f.accept, {
  [layout.PROGRAM_MISMATCH]: seq(number(f.programMin), number(f.programMax)),
});
const denied = choose(f.reject, {
  [layout.RPC_MISMATCH]: seq(number(f.versionMin), number(f.versionMax)),
  [layout.AUTH_ERROR]: number(f.auth),
});

/** Authentication bodies (RFC 5531 §8.2, appendix A; RFC 2695 §2; RFC 2203 §5.3.1). */
const unix = seq(number(f.stamp), text(f.machine), number(f.uid), number(f.gid), array(null, number(f.gid)));
const des = choose(f.namekind, {
  0: seq(text(f.netname), long(f.convkey), number(f.window)),
  1: number(f.nickname),
});
const gssContext = seq(number(f.gssContextLength), (x: Xdr) => {
  const length = u32(x.b, x.at - 4);
  if (x.at <= x.end && x.has(length)) x.out?.add(f.gssContext, x.at, length);
});
const credentials: Readonly<Record<number, Shape>> = {
  [AUTH_SYS]: unix,
  [AUTH_DES]: des,
  [AUTH_GLUSTER]: seq(
    fixed(f.lockOwner, 8),
    number(f.pid),
    number(f.uid),
    number(f.gid),
    array(null, number(f.gid)),
  ),
  [RPCSEC_GSS]: seq(
    number(f.gssVersion),
    number(f.gssProcedure),
    number(f.gssSequence),
    number(f.gssService),
    gssContext,
  ),
  [AUTH_GSSAPI]: seq(number(f.apiVersion), number(f.apiMessage), opaque(f.apiHandle)),
};
const callVerifiers: Readonly<Record<number, Shape>> = {
  [AUTH_SYS]: unix,
  [AUTH_DES]: seq(long(f.timestamp), number(f.windowverf)),
};
const replyVerifiers: Readonly<Record<number, Shape>> = {
  [AUTH_SYS]: unix,
  [AUTH_DES]: seq(long(f.timeverf), number(f.nickname)),
};

/** Emits credentials or a verifier; returns their end, or -1 if truncated. */
function emitAuth(
  b: Uint8Array,
  at: number,
  end: number,
  title: string,
  shapes: Readonly<Record<number, Shape>>,
  out: Sink,
): number {
  if (at + layout.AUTH_HEAD > end) return -1;
  const flavor = u32(b, at);
  const length = u32(b, at + 4);
  const next = layout.authEnd(b, at, end);
  const stop = next < 0 ? end : next;
  out.group(title, at, stop - at);
  out.add(f.flavor, at, 4);
  const body = at + layout.AUTH_HEAD;
  if (flavor === RPCSEC_GSS && shapes !== credentials) {
    out.open(f.gssToken, at + 4, stop - at - 4);
    out.add(f.gssTokenLength, at + 4, 4);
    out.close();
  } else {
    out.add(f.authLength, at + 4, 4);
    const shape = shapes[flavor];
    if (shape !== undefined) shape(new Xdr(b, body, stop, out, null));
    else if (length > 0) out.add(f.opaqueData, body, stop - body);
  }
  out.close();
  return next;
}

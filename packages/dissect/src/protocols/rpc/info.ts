// Info column of RPC and its programs; several messages in one packet are joined.
import type { Packet } from '../../core/packet.ts';
import { apiProcedureNames } from './fields.ts';
import { CONTINUATION, FRAGMENT, type Message, messageOf } from './message.ts';
import { type Body, readBody } from './programs.ts';
import { Xdr } from './xdr.ts';

const NFS = 100003;
const COMPOUND = 1;

/** Info texts of all messages of the packet. */
export function rpcInfo(p: Packet, layer: number): string {
  const note = p.notes[layer];
  if (note === FRAGMENT || note === CONTINUATION) return (note as typeof FRAGMENT).info;
  let text = '';
  let prefix = '';
  for (let at = 0; at <= layer; at++) {
    if (p.protocols[at]!.name !== 'rpc') continue;
    const message = messageOf(p, at);
    if (message === null) continue;
    if (message.repeats !== 0)
      prefix = `[RPC ${message.isCall ? 'retransmission' : 'duplicate'} of #${message.repeats}]${prefix}`;
    text += `${text === '' ? '' : '  ; '}${messageInfo(p, at, message)}`;
  }
  return prefix + text;
}

export function bodyInfo(p: Packet, layer: number): string | null {
  for (let at = layer - 1; at > 0; at--) if (p.protocols[at]!.name === 'rpc') return rpcInfo(p, at);
  return null;
}

function messageInfo(p: Packet, layer: number, { call, isCall }: Message): string {
  const kind = isCall ? 'Call' : 'Reply';
  if (call.gssProcedure < 0) {
    const name = apiProcedureNames[call.procedure] ?? `Unknown (${call.procedure})`;
    return `${name} ${kind}`;
  }
  const { program, version, procedure } = call;
  const name = program.procedureName(version, procedure) ?? `proc-${procedure}`;
  // Of a COMPOUND, its operations.
  const isCompound = program.number === NFS && version === 4 && procedure === COMPOUND;
  const head = `V${version}${isCompound ? '' : ` ${name}`} ${kind}${isCall ? '' : ` (Call In ${call.request})`}`;
  return head + callInfo(p, layer);
}

/** Info text of a message's body. */
function callInfo(p: Packet, layer: number): string {
  for (let at = layer + 1; at < p.count && p.protocols[at]!.name !== 'rpc'; at++) {
    const body = p.notes[at] as Body | null;
    if (body === null || p.protocols[at] !== body.program?.made) continue;
    if (!body.isReadable) return '';
    const x = new Xdr(p.bufferOf(at), p.start[at]!, p.stop[at]!, null, body.call);
    readBody(body, x);
    return x.info;
  }
  return '';
}

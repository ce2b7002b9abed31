// A call of DCE/RPC as its messages tell of it, for logs of calls.
import type { Packet } from '../../core/packet.ts';
import type { PduNote } from './connection.ts';
import { pipeBelow } from './info.ts';
import { Operation } from './operation.ts';
import * as pdu from './pdu.ts';

export interface RpcCall {
  readonly isRequest: boolean;
  /** The SMB pipe that carries it; 0: none, over TCP. */
  readonly pipe: number;
  /** Together with the pipe it says which request a response belongs to. */
  readonly id: number;
  /** UUID of the interface. */
  readonly uuid: string;
  readonly opnum: number;
  /** Name of the operation as in Wireshark; undefined where it has none. */
  readonly name: string | undefined;
}

/**
 * Takes the index of a `dcerpc` layer: the first or only fragment of a request or response. Null for other messages, and where
 * the bind or the request was not captured.
 */
export function rpcCall(p: Packet, layer: number): RpcCall | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < pdu.HEAD) return null;
  const type = b[start + 2]!;
  if ((type !== pdu.REQUEST && type !== pdu.RESPONSE) || (b[start + 3]! & pdu.FIRST_FRAGMENT) === 0)
    return null;
  const call = (p.notes[layer] as PduNote | null)?.call ?? null;
  if (call === null) return null;
  const { context, opnum } = call;
  return {
    isRequest: type === pdu.REQUEST,
    pipe: pipeBelow(p, layer),
    id: pdu.callId(b, start),
    uuid: context.uuid,
    opnum,
    name: context.made === null ? undefined : new Operation(context.made.name, opnum, true).name,
  };
}

/** The SMB pipe that carries the message of a `dcerpc` layer; 0: none. */
export { pipeBelow as rpcPipe };

// dce_rpc.log: remote procedure calls of Windows that were answered (https://docs.zeek.org/en/master/logs/dce-rpc.html).
import { type RpcCall, rpcCall, rpcPipe } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { dullOperations, rpcInterfaces } from './dce-rpc-names.ts';
import { type LogReader, tapOf } from './log.ts';
import { Waiting } from './waiting.ts';

interface Call extends OfConn {
  readonly answered: number;
  readonly pipe: string | null;
  readonly endpoint: string;
  readonly operation: string;
}

const columns: readonly Column<Call>[] = [
  ...connColumns,
  ['rtt', 'interval', ({ time, answered }) => (answered === time ? null : answered - time)],
  ['named_pipe', 'string', ({ pipe }) => pipe],
  ['endpoint', 'string', ({ endpoint }) => endpoint],
  ['operation', 'string', ({ operation }) => operation],
];

export const dceRpcLog: LogKind<Call> = { path: 'dce_rpc', columns };

/** C706 §12.6.4.4: where the server answers, in its acceptance of a bind. */
const ADDRESS = 'dcerpc.cn_sec_addr';
/** Of one connection: calls that wait for an answer, and pipes. */
const CALLS_MAX = 1024;
const PIPES_MAX = 256;

class State {
  /** Times of requests, by pipe and number. */
  readonly asked = new Waiting<string, number>(CALLS_MAX);
  /** Names, by the number of the pipe; 0 over TCP. */
  readonly pipes = new Waiting<number, string>(PIPES_MAX);
}

export const dceRpcReader: LogReader = {
  protocols: ['dcerpc'],
  make(logs) {
    const tap = tapOf(['dcerpc'], [ADDRESS]);
    return (p, layer, { conn, time }) => {
      const state = conn.keep('dce_rpc', () => new State());
      const call = rpcCall(p, layer);
      if (call === null) {
        tap.take(p, layer);
        if (tap.has(ADDRESS) && tap.text(ADDRESS) !== '')
          state.pipes.add(rpcPipe(p, layer), tap.text(ADDRESS));
        return;
      }
      const key = `${call.pipe} ${call.id}`;
      if (call.isRequest) return state.asked.add(key, time);
      const asked = state.asked.take(key);
      const endpoint = rpcInterfaces[call.uuid]?.name ?? `unknown-${call.uuid}`;
      const operation = operationOf(call);
      if (asked === undefined || dullOperations[endpoint]?.includes(operation)) return;
      const pipe = state.pipes.get(call.pipe) ?? null;
      logs.write(dceRpcLog, { conn, time: asked, answered: time, pipe, endpoint, operation });
    };
  },
};

function operationOf({ uuid, opnum, name }: RpcCall): string {
  const known = rpcInterfaces[uuid]?.operations[opnum] ?? '-';
  return known === '-' ? (name ?? `unknown-${opnum}`) : known;
}

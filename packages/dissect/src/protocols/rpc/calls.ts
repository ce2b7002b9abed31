// State of RPC conversations: pending calls, which replies are matched with and dissected by.
import { u32 } from '../../core/bytes.ts';
import { IPV4, type Packet } from '../../core/packet.ts';
import { remember } from '../smb/bounded.ts';
import { UDP } from '../udp.ts';
import type { Program } from './programs.ts';

const CALLS_MAX = 4096;
const BROADCASTS_MAX = 1024;

/** Authentication flavors (RFC 5531 §8.2, RFC 2203, and an older one). */
export const AUTH_SYS = 1;
export const AUTH_DES = 3;
export const AUTH_GLUSTER = 5;
export const RPCSEC_GSS = 6;
export const AUTH_GSSAPI = 300001;

export interface Call {
  readonly program: Program;
  readonly version: number;
  readonly procedure: number;
  /** Frame and time of the call. */
  readonly request: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly flavor: number;
  /** RPCSEC_GSS: procedure, and protection of the body. */
  readonly gssProcedure: number;
  readonly gssService: number;
  /** Access rights requested by an NFS version 3 ACCESS call; -1 if not captured. */
  readonly access: number;
  /** Frame of the first reply; 0: none yet. */
  reply: number;
}

interface Conversation {
  readonly calls: Map<number, Call>;
}

const KEY = 'rpc';

export function callOf(p: Packet, xid: number): Call | undefined {
  return (
    p.session.knownState<Conversation>(p, KEY)?.calls.get(xid) ??
    (p.transport === UDP ? broadcasts(p).calls.get(xid) : undefined)
  );
}

export function rememberCall(p: Packet, xid: number, call: Call): void {
  const { calls } = p.session.stateOf(p, KEY, (): Conversation => ({ calls: new Map() }));
  remember(calls, xid, call, CALLS_MAX);
  if (p.transport === UDP && isToMany(p)) remember(broadcasts(p).calls, xid, call, BROADCASTS_MAX);
}

/** Calls to broadcast addresses, whose replies come from other addresses. */
function broadcasts(p: Packet): Conversation {
  return p.session.memoryOf(KEY, (): Conversation => ({ calls: new Map() }));
}

function isToMany(p: Packet): boolean {
  if (p.netKind !== IPV4) return false;
  const address = u32(p.netBuf, p.netDst);
  return address >= 0xe0000000 || (address & 0xff) === 0xff;
}

/** Nanoseconds from the call to this packet. */
export function sinceCall(p: Packet, call: Call): bigint {
  return BigInt(p.seconds - call.seconds) * 1_000_000_000n + BigInt(p.nanoseconds - call.nanoseconds);
}

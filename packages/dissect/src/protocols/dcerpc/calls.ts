// State of a DCE/RPC conversation, for each pipe it uses: bound contexts and pending calls.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { remember } from '../smb/bounded.ts';

const PIPES_MAX = 256;
const CONTEXTS_MAX = 256;
const CALLS_MAX = 1024;
/** Reassembly limit: fragments per call. */
const CALL_BYTES_MAX = 4 << 20;

export interface Context {
  readonly uuid: string;
  readonly version: number;
  readonly made: Protocol | null;
}

export interface Call {
  readonly context: Context;
  readonly opnum: number;
  readonly object: string;
  /** Frame and time of the request. */
  readonly request: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Fragments of the request, then of the response, until the last one arrives. */
  parts: Uint8Array[];
  length: number;
}

interface Pipe {
  readonly contexts: Map<number, Context>;
  readonly calls: Map<number, Call>;
}

interface Conversation {
  readonly pipes: Map<number, Pipe>;
}

const KEY = 'dcerpc';

function pipeOf(p: Packet, pipe: number): Pipe {
  const { pipes } = p.session.stateOf(p, KEY, (): Conversation => ({ pipes: new Map() }));
  let found = pipes.get(pipe);
  if (found === undefined) {
    found = { contexts: new Map(), calls: new Map() };
    remember(pipes, pipe, found, PIPES_MAX);
  }
  return found;
}

export function bindContext(p: Packet, pipe: number, id: number, context: Context): void {
  remember(pipeOf(p, pipe).contexts, id, context, CONTEXTS_MAX);
}

/** The presentation context with that number; undefined if its bind was not captured. */
export function contextOf(p: Packet, pipe: number, id: number): Context | undefined {
  return p.session.knownState<Conversation>(p, KEY)?.pipes.get(pipe)?.contexts.get(id);
}

export function beginCall(
  p: Packet,
  pipe: number,
  id: number,
  context: Context,
  opnum: number,
  object: string,
): Call {
  const call: Call = {
    context,
    opnum,
    object,
    request: p.number,
    seconds: p.seconds,
    nanoseconds: p.nanoseconds,
    parts: [],
    length: 0,
  };
  remember(pipeOf(p, pipe).calls, id, call, CALLS_MAX);
  return call;
}

export function callOf(p: Packet, pipe: number, id: number): Call | undefined {
  return p.session.knownState<Conversation>(p, KEY)?.pipes.get(pipe)?.calls.get(id);
}

/** Adds a fragment; returns the whole body with the last one, null while fragments are missing. */
export function addFragment(
  call: Call,
  body: Uint8Array,
  isFirst: boolean,
  isLast: boolean,
): Uint8Array | null {
  if (isFirst) call.length = call.parts.length = 0;
  else if (call.parts.length === 0) return null;
  if (call.length + body.length > CALL_BYTES_MAX) {
    call.length = call.parts.length = 0;
    return null;
  }
  call.parts.push(body.slice());
  call.length += body.length;
  if (!isLast) return null;
  const whole = new Uint8Array(call.length);
  let at = 0;
  for (const part of call.parts) {
    whole.set(part, at);
    at += part.length;
  }
  call.length = call.parts.length = 0;
  return whole;
}

/** Seconds from the request to this packet. */
export function sinceRequest(p: Packet, call: Call): bigint {
  return BigInt(p.seconds - call.seconds) * 1_000_000_000n + BigInt(p.nanoseconds - call.nanoseconds);
}

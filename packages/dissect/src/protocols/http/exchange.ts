// State of an HTTP conversation: its latest requests and responses.
import { copyOf, spells } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { type Head, NEITHER, REQUEST, RESPONSE } from './head.ts';

/** A request and its response. Frame numbers are 0 if it was not seen. */
export interface Exchange {
  readonly number: number;
  requestFrame: number;
  responseFrame: number;
  requestSeconds: number;
  requestNanoseconds: number;
  /** Copies of the request's target and Host; null without a request. */
  target: Uint8Array | null;
  host: Uint8Array | null;
  isHead: boolean;
  isConnect: boolean;
  code: number;
  previousRequestFrame: number;
  previousResponseFrame: number;
}

export class HttpMemory {
  /** Number of exchanges so far. */
  count = 0;
  /** The latest exchange; Wireshark pairs a response with it, even with pipelining. */
  last: Exchange | null = null;
  /** Target of the latest request, even one that begins no exchange (NOTIFY). */
  target: Uint8Array | null = null;
  host: Uint8Array | null = null;
  /** By direction: where parsing of an incomplete chunked body resumes, in bytes from the message's start. */
  readonly chunksDone = [0, 0];
  /** By direction: bytes of an incomplete first line already searched for its end. */
  readonly searched = [0, 0];
  /** True after 101 Switching Protocols or CONNECT. */
  isSwitched = false;
  /** The protocol switched to; null: unknown. */
  next: Protocol | null = null;
  /** The target of a CONNECT tunnel; port 0: none. */
  tunnelHost = '';
  tunnelPort = 0;
  /** The protocol recognized in the tunnel. */
  inTunnel: Protocol | null = null;
  /** Payloads in the tunnel that no heuristic recognized. */
  guesses = 0;
}

const KEY = 'http';

/** Keys in `Ahead` (two-pass analysis): facts about an exchange from later messages. */
export const RESPONSE_IN = 'http.response';
export const NEXT_REQUEST = 'http.nextRequest';
export const NEXT_RESPONSE = 'http.nextResponse';
const EXCHANGES = 'http.exchanges';

/** Exchanges of the packet's conversation: those of the whole capture in the second pass, else those up to `number`. */
export function exchangeCount(p: Packet, number: number): number {
  return Math.max(number, p.session.ahead?.of(EXCHANGES, conversationKey(p), 0) ?? 0);
}

/** For `Ahead`, whose keys are frame numbers. */
const conversationKey = (p: Packet): number => (p.flow < 0 ? 0 : p.session.flows.stream(p.flow) + 1);

export function httpMemory(p: Packet): HttpMemory {
  return p.session.stateOf(p, KEY, () => new HttpMemory());
}

function newExchange(number: number, before: Exchange | null): Exchange {
  return {
    number,
    requestFrame: 0,
    responseFrame: 0,
    requestSeconds: 0,
    requestNanoseconds: 0,
    target: null,
    host: null,
    isHead: false,
    isConnect: false,
    code: 0,
    previousRequestFrame: before?.requestFrame ?? 0,
    previousResponseFrame: before?.responseFrame ?? 0,
  };
}

function add(p: Packet, memory: HttpMemory): Exchange {
  const made = newExchange(++memory.count, memory.last);
  p.session.ahead?.enter(EXCHANGES, conversationKey(p), 0, memory.count);
  memory.last = made;
  return made;
}

function addRequest(p: Packet, memory: HttpMemory): Exchange {
  const { last } = memory;
  if (last !== null) {
    p.session.ahead?.enter(NEXT_REQUEST, last.requestFrame, last.number, p.number);
    p.session.ahead?.enter(NEXT_REQUEST, last.responseFrame, last.number, p.number);
  }
  const made = add(p, memory);
  made.requestFrame = p.number;
  made.requestSeconds = p.seconds;
  made.requestNanoseconds = p.nanoseconds;
  return made;
}

/** A response belongs to the latest request, unless that has its final response (1xx are interim, RFC 9110 §15.2). */
function addResponse(p: Packet, memory: HttpMemory, code: number): Exchange {
  const { last } = memory;
  const exchange = last === null || (last.responseFrame > 0 && last.code >= 200) ? add(p, memory) : last;
  const { number, requestFrame, previousResponseFrame } = exchange;
  p.session.ahead?.enter(RESPONSE_IN, requestFrame, number, p.number);
  p.session.ahead?.enter(NEXT_RESPONSE, previousResponseFrame, number - 1, p.number);
  exchange.responseFrame = p.number;
  exchange.code = code;
  exchange.target = memory.target;
  exchange.host = memory.host;
  return exchange;
}

/** Records the message whose head was read at `start`; null if it is neither request nor response. */
export function remember(p: Packet, memory: HttpMemory, head: Head, start: number): Exchange | null {
  if (head.kind === RESPONSE) return addResponse(p, memory, head.code);
  if (head.kind === NEITHER) return null;
  const b = p.buf;
  const exchange = head.kind === REQUEST ? addRequest(p, memory) : newExchange(0, null);
  memory.target = exchange.target = copyOf(b, head.uriStart, head.uriStop);
  memory.host = exchange.host = head.hostStop > 0 ? copyOf(b, head.hostStart, head.hostStop) : null;
  exchange.isHead = spells(b, start, p.end, 'HEAD ');
  exchange.isConnect = spells(b, start, p.end, 'CONNECT ') || spells(b, start, p.end, 'SSTP_DUPLEX_POST ');
  return exchange;
}

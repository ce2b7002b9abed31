// Matching of CoAP messages: a token identifies a request, its responses, and the blocks of either (RFC 7252 §5.3.1).
import { u16 } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';
import { Exchanges, UNASKED } from '../../../flows/exchanges.ts';

/** Maximum number of URIs remembered; the oldest are evicted. */
const URIS_MAX = 1 << 14;
/** Reassembly limits: concurrent bodies, and bytes per body. */
const CONTENTS_MAX = 64;
const CONTENT_BYTES_MAX = 1 << 20;
const MESSAGE_IDS = 0x10000;
/** Key of responses in `Ahead` (two-pass analysis). */
const ANSWERED = 'coap.answer';

/** Note of a message's layer. */
export interface Exchange {
  uri: string;
  /** Frame of the request that a response answers, and of the request that is retransmitted; 0: none. */
  request: number;
  repeats: number;
  /** Nanoseconds since the request. */
  time: bigint;
  /** Reassembled payload of all blocks. */
  content: Uint8Array | null;
}

interface Blocks {
  next: number;
  length: number;
  pieces: Uint8Array[];
}

class Memory {
  readonly exchanges = new Exchanges('coap');
  readonly blocks = new Map<number, Blocks>();
  readonly #uris: string[] = [];
  #count = 0;

  /** Stores a URI; returns a number by which to look it up. */
  keep(uri: string): number {
    this.#uris[this.#count % URIS_MAX] = uri;
    return this.#count++;
  }

  uri(number: number): string {
    return number < this.#count - URIS_MAX ? '' : (this.#uris[number % URIS_MAX] ?? '');
  }
}

const makeMemory = (): Memory => new Memory();
const memoryOf = (p: Packet): Memory => p.session.memoryOf('coap', makeMemory);

/** A token of up to eight octets as a number, collision-free up to six. */
function tokenNumber(b: Uint8Array, at: number, length: number): number {
  let high = length;
  let low = 0;
  for (let i = 0; i < length; i++) {
    if (i < 4) low = ((low << 8) | b[at + i]!) >>> 0;
    else high = (Math.imul(high, 257) + b[at + i]!) & 0xfffff;
  }
  return high * 0x1_0000_0000 + low;
}

/** Records a request; `uri` is shown once per token. */
export function enterRequest(
  p: Packet,
  at: number,
  length: number,
  uri: string,
  messageAt: number,
): Exchange {
  const exchange: Exchange = { uri, request: 0, repeats: 0, time: 0n, content: null };
  const memory = memoryOf(p);
  const { exchanges } = memory;
  const id = tokenNumber(p.buf, at, length);
  const messageId = messageAt < 0 ? 0 : u16(p.buf, messageAt);
  if (exchanges.recall(p, id)) {
    const note = exchanges.note[exchanges.entry]!;
    if (messageAt >= 0 && note % MESSAGE_IDS === messageId) {
      exchange.repeats = exchanges.request[exchanges.entry]!;
      return exchange;
    }
    exchanges.seeRequest(p, id, 0);
    exchanges.note[exchanges.entry] = note - (note % MESSAGE_IDS) + messageId;
    return exchange;
  }
  exchanges.seeRequest(p, id, 0);
  if (exchanges.entry >= 0) exchanges.note[exchanges.entry] = memory.keep(uri) * MESSAGE_IDS + messageId;
  return exchange;
}

/** Looks up the request of a response. */
export function enterResponse(p: Packet, at: number, length: number, messageAt: number): Exchange {
  const exchange: Exchange = { uri: '', request: 0, repeats: 0, time: 0n, content: null };
  const memory = memoryOf(p);
  const { exchanges } = memory;
  const token = tokenNumber(p.buf, at, length);
  if (exchanges.seeReply(p, token) === UNASKED) return exchange;
  const note = exchanges.note[exchanges.entry]!;
  exchange.uri = memory.uri(Math.floor(note / MESSAGE_IDS));
  // A later notification has a message ID of its own.
  if (messageAt >= 0 && note % MESSAGE_IDS !== u16(p.buf, messageAt)) return exchange;
  exchange.request = exchanges.request[exchanges.entry]!;
  exchange.time = exchanges.responseTimeNs(p, exchanges.entry);
  p.session.ahead?.enter(ANSWERED, exchange.request, token, p.number);
  return exchange;
}

/** Two-pass analysis: frame of the response to this request; 0 if none. `b` is the layer's bytes. */
export function answerTo(p: Packet, b: Uint8Array, at: number, length: number): number {
  return p.session.ahead?.of(ANSWERED, p.number, tokenNumber(b, at, length)) ?? 0;
}

/**
 * Adds a block to the current exchange; returns the whole body if this is the last block and none is missing (RFC 7959
 * §2).
 */
export function addBlock(
  p: Packet,
  at: number,
  end: number,
  kind: number,
  number: number,
  hasMore: boolean,
): Uint8Array | null {
  const memory = memoryOf(p);
  const { blocks } = memory;
  const key = memory.exchanges.entry * 2 + kind;
  let content = blocks.get(key);
  if (number === 0) {
    if (!hasMore) return p.buf.subarray(at, end);
    if (content === undefined && blocks.size >= CONTENTS_MAX) blocks.delete(blocks.keys().next().value!);
    content = { next: 0, length: 0, pieces: [] };
    blocks.set(key, content);
  }
  if (content === undefined || content.next !== number) return null;
  content.next++;
  content.length += end - at;
  if (content.length > CONTENT_BYTES_MAX) {
    blocks.delete(key);
    return null;
  }
  content.pieces.push(p.buf.slice(at, end));
  if (hasMore) return null;
  blocks.delete(key);
  const whole = new Uint8Array(content.length);
  let done = 0;
  for (const piece of content.pieces) {
    whole.set(piece, done);
    done += piece.length;
  }
  return whole;
}

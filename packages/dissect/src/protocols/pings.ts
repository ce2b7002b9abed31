// Pending echo requests, for matching replies and measuring round-trip times.
import { u16, u32 } from '../core/bytes.ts';
import { IPV4, type Packet } from '../core/packet.ts';

/** Maximum number of pending requests; the oldest are evicted. */
const REQUESTS_MAX = 8192;

interface Request {
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Note of a reply's layer: frame of the request, and milliseconds since then. */
export interface Answer {
  readonly request: number;
  readonly milliseconds: number;
}

const REPLY_IN = 'ping';

/** Mark of a request layer of the packet itself, not of one that an ICMP error quotes. */
const ASKS = 1;

/** Frame of the reply to this layer's request; 0: no reply; null: not a request, or unknown. */
export function replyTo(p: Packet, layer: number): number | null {
  const { ahead } = p.session;
  if (p.mark[layer] !== ASKS || ahead === null) return null;
  const reply = ahead.of(REPLY_IN, p.number, 0);
  return reply > 0 || ahead.isWhole ? reply : null;
}

/** Info text that refers to the frame of the counterpart. */
export function pingText(p: Packet, layer: number): string {
  const answer = p.notes[layer] as Answer | null;
  if (answer !== null) return ` (request in ${answer.request})`;
  const reply = replyTo(p, layer);
  return reply === null ? '' : reply > 0 ? ` (reply in ${reply})` : ' (no response found!)';
}

class Pings {
  readonly requests = new Map<string, Request>();
}

const memory = (p: Packet): Pings => p.session.memoryOf('pings', () => new Pings());

/**
 * A key that is the same for a request and its reply: the two addresses in either order, identifier, sequence number,
 * and the checksum of a reply with the same data (the two differ in the type only).
 */
function keyOf(p: Packet, at: number, checksum: number): string {
  const width = p.netKind === IPV4 ? 4 : 16;
  let addresses = '';
  for (let i = 0; i < width; i += 4)
    addresses += `${(u32(p.netBuf, p.netSrc + i) ^ u32(p.netBuf, p.netDst + i)) >>> 0} `;
  return `${addresses}${u32(p.buf, at + 4)} ${checksum}`;
}

/** One's complement addition, in which both representations of zero are equal (RFC 1071 §2). */
function add(a: number, b: number): number {
  const sum = a + b;
  const folded = sum > 0xffff ? (sum & 0xffff) + 1 : sum;
  return folded === 0xffff ? 0 : folded;
}

/** Checksum difference between request and reply: ICMP type 8 becomes 0, ICMPv6 type 128 becomes 129. */
const GROWTH_4 = 0x0800;
const GROWTH_6 = 0xffff - 0x0100;

/** Records the request whose header is at `at`. */
export function rememberPing(p: Packet, at: number): void {
  if (!p.session.matchesReplies) return;
  p.mark[p.layer] = ASKS;
  const { requests } = memory(p);
  const key = keyOf(p, at, add(u16(p.buf, at + 2), p.netKind === IPV4 ? GROWTH_4 : GROWTH_6));
  requests.delete(key);
  if (requests.size >= REQUESTS_MAX) requests.delete(requests.keys().next().value!);
  requests.set(key, { number: p.number, seconds: p.seconds, nanoseconds: p.nanoseconds });
}

/** The request that this reply answers, or null; only the first reply matches. */
export function answeredPing(p: Packet, at: number): Answer | null {
  if (!p.session.matchesReplies) return null;
  const { requests } = memory(p);
  const key = keyOf(p, at, add(u16(p.buf, at + 2), 0));
  const request = requests.get(key);
  if (request === undefined) return null;
  requests.delete(key);
  p.session.ahead?.enter(REPLY_IN, request.number, 0, p.number);
  const milliseconds =
    (p.seconds - request.seconds) * 1000 + Math.round((p.nanoseconds - request.nanoseconds) / 1000) / 1000;
  return { request: request.number, milliseconds };
}

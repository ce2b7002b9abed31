// Session Traversal Utilities for NAT (RFC 8489) with TURN (RFC 8656) and ICE (RFC 8445); see classic-stun.ts for RFC
// 3489.
import { ascii, u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts, udpHeuristics, udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';
import { AGAIN, Exchanges, UNASKED } from '../../flows/exchanges.ts';
import { nestFrom } from '../media/nesting.ts';
import {
  addressAt,
  attributes,
  eachAttribute,
  emitAttribute,
  errorNames,
  stunFields as f,
  methods,
  PLAIN_ADDRESSES,
  XORED_ADDRESSES,
} from './stun-attributes.ts';

const HEADER = 20;
const COOKIE = 0x2112a442;
const PORT = 3478;

const REQUEST = 0;
const INDICATION = 1;
const classes = ['Request', 'Indication', 'Success Response', 'Error Response'] as const;

/** Offsets of the message's parts; on TCP, RFC 4571 framing puts a length before the message. */
function messageAt(b: Uint8Array, start: number, end: number): number {
  return end - start >= HEADER + 2 && u32(b, start + 4) !== COOKIE && u32(b, start + 6) === COOKIE
    ? start + 2
    : start;
}

function isMessage(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER || b[at]! > 0x3f || u32(b, at + 4) !== COOKIE) return false;
  const length = u16(b, at + 2);
  return length % 4 === 0 && length <= end - at - HEADER;
}

const isChannel = (first: number): boolean => first >= 0x40 && first <= 0x7f;

/** ChannelData (RFC 8656 §12.4): a channel number from 0x4000 to 0x7fff (the limit of RFC 5766 §11), then a length. */
function isChannelData(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= 4 && isChannel(b[at]!) && u16(b, at + 2) <= end - at - 4;
}

/** The class of a message: bits 4 and 8 of the type (§5); the rest is the method. */
function classOf(type: number): number {
  return ((type >> 4) & 1) | ((type >> 7) & 2);
}

function methodOf(type: number): number {
  return (type & 0xf) | ((type & 0xe0) >> 1) | ((type & 0x3e00) >> 2);
}

export const stun = protocol({
  name: 'stun',
  title: 'Session Traversal Utilities for NAT',
  column: 'STUN',
  fields: f,
  on: [[udpPorts, PORT]],
  heuristics: [
    [
      udpHeuristics,
      (p) =>
        p.end - p.at >= HEADER &&
        isMessage(p.buf, p.at, p.wireEnd) &&
        u16(p.buf, p.at + 2) + HEADER === p.wireEnd - p.at,
    ],
  ],
  step(p) {
    const b = p.buf;
    const start = messageAt(b, p.at, p.end);
    if (p.end - start >= HEADER && isMessage(b, start, p.wireEnd)) {
      p.notes[p.count - 1] = remember(p, start);
      p.payload[p.count - 1] = start + HEADER;
      const stop = start + HEADER + u16(b, start + 2);
      if (stop > p.end) return p.cut(stop - p.at);
      eachAttribute(b, start, p.end, (type, at, length) => {
        if (type === 0x0013 && length > 0) callNested(p, at, Math.min(p.end, at + length));
      });
    } else if (isChannelData(b, p.at, p.end)) {
      p.payload[p.count - 1] = p.at + 4;
      const length = u16(b, p.at + 2);
      if (length > 0) callNested(p, p.at + 4, p.at + 4 + length);
    } else return REJECTED;
    p.at = p.end;
    return null;
  },
  emit: emitStun,
  info: stunInfo,
});

/** A message's place in its transaction; ChannelData has none. */
interface Exchange {
  /** Frame of the message that this one retransmits; 0: none. */
  readonly repeats: number;
  /** Frame of the request that a response answers; 0: unknown. */
  readonly request: number;
  /** Nanoseconds since that request. */
  readonly time: bigint;
}

const exchangesOf = (p: Packet): Exchanges => p.session.memoryOf('stun', () => new Exchanges('stun'));

/**
 * §5: the first 53 bits of the 96-bit transaction ID, which suffice to distinguish the transactions of a conversation.
 */
const transactionOf = (b: Uint8Array, start: number): number =>
  u32(b, start + 8) * 0x20_0000 + (u32(b, start + 12) >>> 11);

const NOTHING: Exchange = { repeats: 0, request: 0, time: 0n };

/** Enters a request into its transaction, or looks up that of a response; detects retransmissions. */
function remember(p: Packet, start: number): Exchange {
  const exchanges = exchangesOf(p);
  const kind = classOf(u16(p.buf, start));
  const id = transactionOf(p.buf, start);
  if (kind === REQUEST) {
    const isAgain = exchanges.seeRequest(p, id, Infinity) === AGAIN;
    return isAgain ? { ...NOTHING, repeats: exchanges.request[exchanges.entry]! } : NOTHING;
  }
  if (kind === INDICATION) return NOTHING;
  const seen = exchanges.seeReply(p, id);
  if (seen === UNASKED) return NOTHING;
  const { entry } = exchanges;
  return {
    repeats: seen === AGAIN ? exchanges.reply[entry]! : 0,
    request: exchanges.request[entry]!,
    time: exchanges.responseTimeNs(p, entry),
  };
}

/** Dissects data relayed for a client (RFC 8656 §12), whose protocol is unknown. */
function callNested(p: Packet, at: number, end: number): void {
  const layers = p.count;
  p.call(data, at, end);
  nestFrom(p, layers);
}

/** STUN over TCP: messages with a length (RFC 8489 §6.2.2), optionally in RFC 4571 framing. */
export const stunTcp = protocol({
  name: 'stun',
  title: 'Session Traversal Utilities for NAT',
  column: 'STUN',
  fields: f,
  on: [[tcpPorts, PORT]],
  heuristics: [[tcpHeuristics, (p) => isMessage(p.buf, messageAt(p.buf, p.at, p.end), p.end)]],
  framing: {
    header: 4,
    length(p) {
      const { buf: b, at, end } = p;
      // RFC 8656 §12.5: ChannelData is padded on TCP.
      if (isChannel(b[at]!)) return 4 + Math.ceil(u16(b, at + 2) / 4) * 4;
      if (end - at < HEADER) return b[at]! < 0x40 ? HEADER : 0;
      const start = messageAt(b, at, end);
      return u32(b, start + 4) === COOKIE ? start - at + HEADER + u16(b, start + 2) : 0;
    },
  },
  step: (p) => stun.step(p),
  emit: emitStun,
  info: stunInfo,
});

function emitStun(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const first = p.start[layer]!;
  const end = p.stop[layer]!;
  const start = messageAt(b, first, end);
  if (p.notes[layer] === null) {
    if (end - first < 4) return;
    out.add(f.channel, first, 2);
    out.add(f.length, first + 2, 2);
    return;
  }
  const type = u16(b, start);
  emitExchange(p, layer, start, type, out);
  if (start > first) out.add(f.frameLength, first, 2);
  out.open(f.type, start, 2);
  out.note(` (${messageName(type)})`);
  out.add(f.class, start, 2, (type & 0x0110) >> 4);
  out.add(f.method, start, 2, type & 0x3eef);
  out.close();
  out.add(f.length, start + 2, 2);
  out.add(f.cookie, start + 4, 4);
  out.add(f.id, start + 8, 12);
  eachAttribute(b, start, end, (kind, at, length) => {
    if (at + length > end) return;
    out.group(attributes[kind] ?? 'Unknown', at - 4, length + 4);
    out.add(f.attType, at - 4, 2);
    out.add(f.attLength, at - 2, 2);
    emitAttribute(b, start, kind, at, length, out);
    out.close();
  });
}

function emitExchange(p: Packet, layer: number, start: number, type: number, out: Sink): void {
  const { repeats, request, time } = p.notes[layer] as Exchange;
  if (repeats > 0) out.add(f.duplicate, start, 0, repeats);
  if (classOf(type) === REQUEST) {
    const answer = exchangesOf(p).answerTo(p, transactionOf(p.bufferOf(layer), start));
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
  } else if (request > 0) {
    out.add(f.responseTo, start, 0, request);
    out.add(f.time, start, 0, time);
  }
}

function messageName(type: number): string {
  return `${methods[methodOf(type)] ?? 'Unknown'} ${classes[classOf(type)]}`;
}

/** Attributes for the Info column. */
function stunInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const first = p.start[layer]!;
  const end = p.stop[layer]!;
  const start = messageAt(b, first, end);
  if (p.notes[layer] === null) return 'ChannelData TURN Message';
  let text = messageName(u16(b, start));
  eachAttribute(b, start, end, (kind, at, length) => {
    if (at + length > end) return;
    const isPlain = PLAIN_ADDRESSES.has(kind);
    if (isPlain || XORED_ADDRESSES.has(kind)) {
      const found = addressAt(b, start, at, length, !isPlain);
      if (found === null) return;
      const address =
        found.address.length === 4 ? ipv4Address(found.address, 0) : ipv6Address(found.address, 0);
      text += ` ${attributes[kind]}: ${address}:${found.port}`;
    } else if (kind === 0x0006) text += ` user: ${ascii(b, at, at + length)}`;
    else if (kind === 0x0014) text += ` realm: ${ascii(b, at, at + length)}`;
    else if (kind === 0x0015) text += ' with nonce';
    else if (kind === 0x0009 && length >= 4) text += errorText(b, at, length);
    else if (kind === 0x0010 && length >= 4) text += ` bandwidth: ${u32(b, at)}`;
    else if (kind === 0x000d && length === 4) text += ` lifetime: ${u32(b, at)}`;
    else if (kind === 0x0019) text += b[at] === 17 ? ' UDP' : b[at] === 6 ? ' TCP' : '';
    else if (kind === 0x000c) text += ` ChannelNumber=0x${u16(b, at).toString(16)}`;
  });
  return text;
}

function errorText(b: Uint8Array, at: number, length: number): string {
  const code = b[at + 2]! * 100 + b[at + 3]!;
  const reason = length > 4 ? ` ${ascii(b, at + 4, at + length)}` : '';
  return ` error-code: ${code} (${errorNames[code] ?? '*Unknown error code*'})${reason}`;
}

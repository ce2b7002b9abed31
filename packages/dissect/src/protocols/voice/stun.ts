// Session Traversal Utilities for NAT (RFC 8489), with TURN (RFC 8656) and ICE (RFC 8445), and its predecessor
// (RFC 3489), which has no magic cookie.
import { ascii, u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts, udpHeuristics, udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';
import { nestFrom } from '../media/nesting.ts';

const HEADER = 20;
const COOKIE = 0x2112a442;
const PORT = 3478;

const classes = ['Request', 'Indication', 'Success Response', 'Error Response'] as const;

const methods: Readonly<Record<number, string>> = {
  0x000: 'Reserved',
  0x001: 'Binding',
  0x002: 'SharedSecret',
  0x003: 'Allocate',
  0x004: 'Refresh',
  0x006: 'Send',
  0x007: 'Data',
  0x008: 'CreatePermission',
  0x009: 'ChannelBind',
  0x00a: 'Connect',
  0x00b: 'ConnectionBind',
  0x00c: 'ConnectionAttempt',
  0x080: 'GooglePing',
};

/** https://www.iana.org/assignments/stun-parameters */
const attributes: Readonly<Record<number, string>> = {
  0x0001: 'MAPPED-ADDRESS',
  0x0002: 'RESPONSE_ADDRESS',
  0x0003: 'CHANGE_REQUEST',
  0x0004: 'SOURCE_ADDRESS',
  0x0005: 'CHANGED_ADDRESS',
  0x0006: 'USERNAME',
  0x0007: 'PASSWORD',
  0x0008: 'MESSAGE-INTEGRITY',
  0x0009: 'ERROR-CODE',
  0x000a: 'UNKNOWN-ATTRIBUTES',
  0x000b: 'REFLECTED-FROM',
  0x000c: 'CHANNEL-NUMBER',
  0x000d: 'LIFETIME',
  0x000f: 'MAGIC-COOKIE',
  0x0010: 'BANDWIDTH',
  0x0012: 'XOR-PEER-ADDRESS',
  0x0013: 'DATA',
  0x0014: 'REALM',
  0x0015: 'NONCE',
  0x0016: 'XOR-RELAYED-ADDRESS',
  0x0017: 'REQUESTED-ADDRESS-TYPE',
  0x0018: 'EVEN-PORT',
  0x0019: 'REQUESTED-TRANSPORT',
  0x001a: 'DONT-FRAGMENT',
  0x001c: 'MESSAGE-INTEGRITY-SHA256',
  0x001d: 'PASSWORD-ALGORITHM',
  0x001e: 'USERHASH',
  0x0020: 'XOR-MAPPED-ADDRESS',
  0x0022: 'RESERVATION-TOKEN',
  0x0024: 'PRIORITY',
  0x0025: 'USE-CANDIDATE',
  0x0026: 'PADDING',
  0x0027: 'RESPONSE-PORT',
  0x002a: 'CONNECTION-ID',
  0x8002: 'PASSWORD-ALGORITHMS',
  0x8003: 'ALTERNATE-DOMAIN',
  0x8022: 'SOFTWARE',
  0x8023: 'ALTERNATE-SERVER',
  0x8027: 'CACHE_TIMEOUT',
  0x8028: 'FINGERPRINT',
  0x8029: 'ICE-CONTROLLED',
  0x802a: 'ICE-CONTROLLING',
  0x802b: 'RESPONSE-ORIGIN',
  0x802c: 'OTHER-ADDRESS',
  0x802f: 'ORIGIN',
  0xc001: 'GOOG-NETWORK-INFO',
  0xc057: 'GOOG-NETWORK-INFO',
};

const f = {
  channel: uint('stun.channel', 'Channel Number').at(-1, 2).hex(),
  frameLength: uint('stun.tcp_frame_length', 'TCP Frame Length'),
  type: uint('stun.type', 'Message Type').at(-1, 2).hex(),
  class: uint('stun.type.class', 'Message Class').at(-1, 2).hex(),
  method: uint('stun.type.method', 'Message Method').at(-1, 2).hex().named(methods),
  length: uint('stun.length', 'Message Length'),
  cookie: bytes('stun.cookie', 'Message Cookie'),
  id: bytes('stun.id', 'Message Transaction ID'),
  attType: uint('stun.att.type', 'Attribute Type').at(-1, 2).hex().named(attributes),
  attLength: uint('stun.att.length', 'Attribute Length'),
  family: uint('stun.att.family', 'Protocol Family').hex().named({ 1: 'IPv4', 2: 'IPv6' }),
  port: uint('stun.att.port', 'Port'),
  ipv4: ipv4('stun.att.ipv4', 'IP'),
  ipv6: ipv6('stun.att.ipv6', 'IP'),
  username: text('stun.att.username', 'Username'),
  realm: text('stun.att.realm', 'Realm'),
  nonce: text('stun.att.nonce', 'Nonce'),
  software: text('stun.att.software', 'Software'),
  errorClass: uint('stun.att.error.class', 'Error Class'),
  errorCode: uint('stun.att.error', 'Error Code'),
  errorReason: text('stun.att.error.reason', 'Error Reason Phrase'),
  hmac: bytes('stun.att.hmac', 'HMAC-SHA1'),
  crc: uint('stun.att.crc32', 'CRC-32').at(-1, 4).hex(),
  priority: uint('stun.att.priority', 'Priority'),
  tieBreaker: bytes('stun.att.tie-breaker', 'Tie breaker'),
  lifetime: uint('stun.att.lifetime', 'Lifetime'),
  transport: uint('stun.att.transp', 'Transport').hex().named({ 6: 'TCP', 17: 'UDP' }),
  channelNumber: uint('stun.att.channelnum', 'Channel-Number').at(-1, 2).hex(),
  value: bytes('stun.value', 'Value'),
};

/** Attributes of one message that are read. */
const ATTRIBUTES_MAX = 100;

/** Offsets of the message's parts: RFC 4571 framing puts a length before it on TCP. */
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

/** RFC 8656 §12.4: a channel number between 0x4000 and 0x4fff, then a length. */
function isChannelData(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= 4 && b[at]! >= 0x40 && b[at]! <= 0x4f && u16(b, at + 2) <= end - at - 4;
}

/** §5: the class is bits 4 and 8 of the type, the method the rest. */
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
    if (isMessage(b, start, p.wireEnd)) {
      p.payload[p.count - 1] = start + HEADER;
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

/** What a relay carries for its client (RFC 8656 §12): nobody said what it is. */
function callNested(p: Packet, at: number, end: number): void {
  const layers = p.count;
  p.call(data, at, end);
  nestFrom(p, layers);
}

/** STUN on TCP: messages of known length (RFC 8489 §6.2.2), perhaps with RFC 4571's length before each. */
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
      // RFC 8656 §12.5: channel data are padded on TCP.
      if (b[at]! >= 0x40 && b[at]! <= 0x4f) return 4 + Math.ceil(u16(b, at + 2) / 4) * 4;
      if (end - at < HEADER) return b[at]! < 0x40 ? HEADER : 0;
      const start = messageAt(b, at, end);
      return u32(b, start + 4) === COOKIE ? start - at + HEADER + u16(b, start + 2) : 0;
    },
  },
  step: (p) => stun.step(p),
  emit: emitStun,
  info: stunInfo,
});

function eachAttribute(
  b: Uint8Array,
  start: number,
  end: number,
  each: (type: number, at: number, length: number) => void,
): void {
  const stop = Math.min(end, start + HEADER + u16(b, start + 2));
  for (let at = start + HEADER, count = 0; at + 4 <= stop && count < ATTRIBUTES_MAX; count++) {
    const length = u16(b, at + 2);
    each(u16(b, at), at + 4, length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

function emitStun(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const first = p.start[layer]!;
  const end = p.stop[layer]!;
  const start = messageAt(b, first, end);
  if (!isMessage(b, start, Math.max(end, start + HEADER))) {
    if (end - first < 4) return;
    out.add(f.channel, first, 2);
    out.add(f.length, first + 2, 2);
    return;
  }
  if (start > first) out.add(f.frameLength, first, 2);
  const type = u16(b, start);
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

function emitAttribute(
  b: Uint8Array,
  start: number,
  kind: number,
  at: number,
  length: number,
  out: Sink,
): void {
  switch (kind) {
    case 0x0012:
    case 0x0016:
    case 0x0020:
    case 0x8020:
      emitAddress(b, start, at, length, true, out);
      return;
    case 0x0001:
    case 0x0002:
    case 0x0004:
    case 0x0005:
    case 0x8023:
    case 0x802b:
    case 0x802c:
      emitAddress(b, start, at, length, false, out);
      return;
    case 0x0009:
      if (length < 4) return;
      out.add(f.errorClass, at + 2, 1);
      out.add(f.errorCode, at + 3, 1);
      if (length > 4) out.add(f.errorReason, at + 4, length - 4);
      return;
    case 0x000c:
      out.add(f.channelNumber, at, 2);
      return;
    case 0x0019:
      out.add(f.transport, at, 1);
      return;
    default:
      if (length > 0) out.add(PLAIN[kind] ?? f.value, at, length);
  }
}

const PLAIN: Readonly<Record<number, typeof f.value>> = {
  0x0006: f.username,
  0x0008: f.hmac,
  0x000d: f.lifetime,
  0x0014: f.realm,
  0x0015: f.nonce,
  0x0024: f.priority,
  0x8022: f.software,
  0x8028: f.crc,
  0x8029: f.tieBreaker,
  0x802a: f.tieBreaker,
};

/** §14.1 and §14.2: the XORed form is masked with the cookie and the transaction id. */
function addressAt(
  b: Uint8Array,
  start: number,
  at: number,
  length: number,
  isXored: boolean,
): { port: number; address: Uint8Array } | null {
  const size = b[at + 1] === 1 ? 4 : b[at + 1] === 2 ? 16 : 0;
  if (size === 0 || length < 4 + size) return null;
  const address = new Uint8Array(size);
  for (let i = 0; i < size; i++) address[i] = b[at + 4 + i]! ^ (isXored ? b[start + 4 + i]! : 0);
  return { port: u16(b, at + 2) ^ (isXored ? u16(b, start + 4) : 0), address };
}

function emitAddress(
  b: Uint8Array,
  start: number,
  at: number,
  length: number,
  isXored: boolean,
  out: Sink,
): void {
  const found = addressAt(b, start, at, length, isXored);
  if (found === null) return;
  out.add(f.family, at + 1, 1);
  out.add(f.port, at + 2, 2, found.port);
  out.add(found.address.length === 4 ? f.ipv4 : f.ipv6, at + 4, found.address.length, found.address);
}

function messageName(type: number): string {
  return `${methods[methodOf(type)] ?? 'Unknown'} ${classes[classOf(type)]}`;
}

/** What the Info column says of attributes. */
function stunInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const first = p.start[layer]!;
  const end = p.stop[layer]!;
  const start = messageAt(b, first, end);
  if (!isMessage(b, start, Math.max(end, start + HEADER))) return 'ChannelData TURN Message';
  let text = messageName(u16(b, start));
  eachAttribute(b, start, end, (kind, at, length) => {
    if (at + length > end) return;
    if (kind === 0x0020 || kind === 0x0016 || kind === 0x0012 || kind === 0x0001) {
      const found = addressAt(b, start, at, length, kind !== 0x0001);
      if (found === null) return;
      const address =
        found.address.length === 4 ? ipv4Address(found.address, 0) : ipv6Address(found.address, 0);
      text += ` ${attributes[kind]}: ${address}:${found.port}`;
    } else if (kind === 0x0006) text += ` user: ${ascii(b, at, at + length)}`;
    else if (kind === 0x0014) text += ` realm: ${ascii(b, at, at + length)}`;
    else if (kind === 0x0015) text += ' with nonce';
    else if (kind === 0x0009 && length >= 4)
      text += ` error-code: ${b[at + 2]! * 100 + b[at + 3]!} ${ascii(b, at + 4, at + length)}`;
    else if (kind === 0x000d && length === 4) text += ` lifetime: ${u32(b, at)}`;
    else if (kind === 0x0019) text += b[at] === 17 ? ' UDP' : b[at] === 6 ? ' TCP' : '';
    else if (kind === 0x000c) text += ` ChannelNumber=0x${u16(b, at).toString(16)}`;
  });
  return text;
}

// Attributes of STUN and TURN messages (RFC 8489 §14, RFC 8656 §18).
import { u16 } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, seconds, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

const HEADER = 20;

export const methods: Readonly<Record<number, string>> = {
  0x000: 'Reserved',
  0x001: 'Binding',
  0x002: 'SharedSecret',
  0x003: 'Allocate',
  0x004: 'Refresh',
  0x006: 'Send',
  0x007: 'Data',
  0x008: 'CreatePermission',
  0x009: 'Channel-Bind',
  0x00a: 'Connect',
  0x00b: 'ConnectionBind',
  0x00c: 'ConnectionAttempt',
  0x080: 'GooglePing',
};

/** Error codes (RFC 8489 §14.8, RFC 8656 §19, and earlier versions). */
export const errorNames: Readonly<Record<number, string>> = {
  274: 'Disable Candidate',
  275: 'Disable Candidate Pair',
  300: 'Try Alternate',
  400: 'Bad Request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  405: 'Mobility Forbidden',
  420: 'Unknown Attribute',
  430: 'Stale Credentials (legacy)',
  431: 'Integrity Check Failure (legacy)',
  432: 'Missing Username (legacy)',
  433: 'Use TLS (legacy)',
  434: 'Missing Realm (legacy)',
  435: 'Missing Nonce (legacy)',
  436: 'Unknown User (legacy)',
  437: 'Allocation Mismatch',
  438: 'Stale Nonce',
  439: 'Wrong Credentials (legacy)',
  440: 'Address Family not Supported',
  441: 'Wrong Credentials',
  442: 'Unsupported Transport Protocol',
  443: 'Peer Address Family Mismatch',
  446: 'Connection Already Exists',
  447: 'Connection Timeout or Failure',
  481: 'Connection does not exist (legacy)',
  486: 'Allocation Quota Reached',
  487: 'Role Conflict',
  500: 'Server Error',
  503: 'Service Unavailable (legacy)',
  507: 'Insufficient Bandwidth Capacity (legacy)',
  508: 'Insufficient Port Capacity',
  600: 'Global Failure',
};

/** Attributes that contain an address, plain or XORed (RFC 8489 §14.1, §14.2). */
export const PLAIN_ADDRESSES: ReadonlySet<number> = new Set([0x0001, 0x8023, 0x802b, 0x802c]);
export const XORED_ADDRESSES: ReadonlySet<number> = new Set([0x0012, 0x0016, 0x0020, 0x8020]);

/** https://www.iana.org/assignments/stun-parameters */
export const attributes: Readonly<Record<number, string>> = {
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
  0x8020: 'MS-XOR-MAPPED-ADDRESS',
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

export const stunFields = {
  responseIn: uint('stun.response-in', 'Response In'),
  responseTo: uint('stun.response-to', 'Request In'),
  time: seconds('stun.time', 'Time'),
  duplicate: uint('stun.reqduplicate', 'Duplicated original message in'),
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
  bandwidth: uint('stun.att.bandwidth', 'Bandwidth'),
  value: bytes('stun.value', 'Value'),
};

const f = stunFields;

/** Maximum number of attributes read per message. */
const ATTRIBUTES_MAX = 100;

export function eachAttribute(
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

export function emitAttribute(
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
  0x0010: f.bandwidth,
  0x0014: f.realm,
  0x0015: f.nonce,
  0x0024: f.priority,
  0x8022: f.software,
  0x8028: f.crc,
  0x8029: f.tieBreaker,
  0x802a: f.tieBreaker,
};

/** Reads an address (§14.1, §14.2); the XORed form is masked with the magic cookie and the transaction ID. */
export function addressAt(
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

// Options of CoAP (RFC 7252 §3.1, §5.10; RFC 7641, RFC 7959, RFC 8613).
import { ascii, uint as number, u16, utf8 } from '../../../core/bytes.ts';
import { bool, bytes, type Field, text, uint } from '../../../core/field.ts';
import type { Sink } from '../../../core/sink.ts';
import { hex } from '../../../core/text.ts';
import { formatNames, optionName, optionTraits } from './names.ts';

const PAYLOAD_MARKER = 0xff;
/** Maximum number of options read per message. */
const OPTIONS_MAX = 1024;
const URI_HOST = 3;
const URI_PORT = 7;
const OSCORE = 9;
const URI_PATH = 11;
const CONTENT_FORMAT = 12;
const URI_QUERY = 15;
const BLOCK_2 = 23;
const BLOCK_1 = 27;
const SIZE_2 = 28;

export const optionFields = {
  name: text('coap.opt.name', 'Opt Name'),
  traits: text('coap.opt.desc', 'Opt Desc'),
  delta: uint('coap.opt.delta', 'Opt Delta').mask(0xf0),
  deltaMore: uint('coap.opt.delta_ext', 'Opt Delta extended'),
  length: uint('coap.opt.length', 'Opt Length').mask(0x0f),
  lengthMore: uint('coap.opt.length_ext', 'Opt Length extended'),
  ifMatch: bytes('coap.opt.if_match', 'If-Match'),
  host: text('coap.opt.uri_host', 'Uri-Host'),
  etag: bytes('coap.opt.etag', 'Etag'),
  observe: uint('coap.opt.observe', 'Observe'),
  port: uint('coap.opt.uri_port', 'Uri-Port'),
  locationPath: text('coap.opt.location_path', 'Location-Path'),
  path: text('coap.opt.uri_path', 'Uri-Path'),
  format: text('coap.opt.ctype', 'Content-type'),
  maxAge: uint('coap.opt.max_age', 'Max-age'),
  query: text('coap.opt.uri_query', 'Uri-Query'),
  hopLimit: uint('coap.opt.hop_limit', 'Hop Limit'),
  accept: text('coap.opt.accept', 'Accept'),
  locationQuery: text('coap.opt.location_query', 'Location-Query'),
  blockNumber: uint('coap.opt.block_number', 'Block Number'),
  blockMore: uint('coap.opt.block_mflag', 'More Flag').mask(8),
  blockSize: uint('coap.opt.block_size', 'Encoded Block Size').mask(7),
  size: uint('coap.opt.size1', 'Size1'),
  proxyUri: text('coap.opt.proxy_uri', 'Proxy-Uri'),
  proxyScheme: text('coap.opt.proxy_scheme', 'Proxy-Scheme'),
  securityReserved: bool('coap.opt.object_security_reserved', 'Reserved').mask(0xe0),
  securityContext: bool('coap.opt.object_security_kid_context_present', 'Key ID Context Present').mask(0x10),
  securityKey: bool('coap.opt.object_security_kid_present', 'Key ID Present').mask(8),
  securityIvLength: uint('coap.opt.object_security_piv_len', 'Partial IV Length').mask(7),
  securityIv: bytes('coap.opt.object_security_piv', 'Partial IV'),
  contextLength: uint('coap.opt.object_security_kid_context_len', 'Key ID Context Length'),
  context: bytes('coap.opt.object_security_kid_context', 'Key ID Context'),
  keyId: bytes('coap.opt.object_security_kid', 'Key ID'),
  unknown: bytes('coap.opt.unknown', 'Unknown'),
};
const f = optionFields;

const texts = new Map<number, Field>([
  [URI_HOST, f.host],
  [8, f.locationPath],
  [URI_PATH, f.path],
  [URI_QUERY, f.query],
  [20, f.locationQuery],
  [35, f.proxyUri],
  [39, f.proxyScheme],
]);
const numbers = new Map<number, Field>([
  [6, f.observe],
  [URI_PORT, f.port],
  [14, f.maxAge],
  [16, f.hopLimit],
  [60, f.size],
]);
const opaque = new Map<number, Field>([
  [1, f.ifMatch],
  [4, f.etag],
]);
/** RFC 7252 §3.2: uint values have at most 4 bytes here. */
const NUMBER_BYTES_MAX = 4;

/** The current option; reused. */
const option = { number: 0, start: 0, value: 0, stop: 0 };

/** Results of `readOptions`; reused. */
export const found = {
  /** Offset of the payload marker, or the end of the message. */
  end: 0,
  /** Content-Format number; -1: none. */
  format: -1,
  /** Kind (Block1 or Block2), block number, and whether more blocks follow; 0: no block option. */
  block: 0,
  blockNumber: 0,
  hasMore: false,
  isSecured: false,
};

/** Results of `step`. */
const DONE = 0;
export const BROKEN = 1;
export const CUT = 2;

/** Advances to the next option; DONE at the payload marker or the end, whose offset is then `option.start`. */
function step(b: Uint8Array, at: number, end: number): number {
  option.start = at;
  if (at >= end || b[at] === PAYLOAD_MARKER) return DONE;
  const first = b[at++]!;
  let delta = first >> 4;
  let length = first & 0x0f;
  if (delta === 15 || length === 15) return BROKEN;
  if (at + extended(delta) + extended(length) > end) return CUT;
  if (delta > 12) {
    delta = delta === 13 ? 13 + b[at]! : 269 + u16(b, at);
    at += extended(first >> 4);
  }
  if (length > 12) {
    length = length === 13 ? 13 + b[at]! : 269 + u16(b, at);
    at += extended(first & 0x0f);
  }
  option.number += delta;
  option.value = at;
  option.stop = at + length;
  return option.stop > end ? BROKEN : NEXT;
}
const NEXT = 3;

const extended = (nibble: number): number => (nibble === 13 ? 1 : nibble === 14 ? 2 : 0);

const numberOf = (b: Uint8Array): number => {
  const size = option.stop - option.value;
  return size === 0 || size > NUMBER_BYTES_MAX ? 0 : number(b, option.value, size);
};

/** Parses a message's options into `found`. */
export function readOptions(b: Uint8Array, at: number, end: number): number {
  option.number = 0;
  found.format = -1;
  found.block = 0;
  found.isSecured = false;
  let result = step(b, at, end);
  for (let left = OPTIONS_MAX; result === NEXT && left > 0; left--) {
    const value = numberOf(b);
    if (option.number === CONTENT_FORMAT) found.format = value;
    else if (option.number === OSCORE) found.isSecured = true;
    else if (option.number === BLOCK_1 || option.number === BLOCK_2) {
      found.block = option.number === BLOCK_1 ? 1 : 2;
      // RFC 7959 §2.2.
      found.blockNumber = value >>> 4;
      found.hasMore = (value & 8) !== 0;
    }
    result = step(b, option.stop, end);
  }
  found.end = option.start;
  return result;
}

/** Path of the requested resource, without query. */
export function uriOf(b: Uint8Array, at: number, end: number): string {
  let uri = '';
  option.number = 0;
  for (let result = step(b, at, end); result === NEXT; result = step(b, option.stop, end)) {
    const { number: kind, value, stop } = option;
    if (kind === URI_HOST) uri += `${uri === '' ? 'coap://' : ',coap://'}${utf8(b, value, stop)}`;
    else if (kind === URI_PORT) uri += `:${numberOf(b)}`;
    else if (kind === URI_PATH) uri += `/${utf8(b, value, stop)}`;
  }
  return uri;
}

/** `?a=b&c=d`; '' without a query. */
export function queryOf(b: Uint8Array, at: number, end: number): string {
  let query = '';
  option.number = 0;
  for (let result = step(b, at, end); result === NEXT; result = step(b, option.stop, end)) {
    if (option.number !== URI_QUERY) continue;
    query += `${query === '' ? '?' : '&'}${utf8(b, option.value, option.stop)}`;
  }
  return query;
}

export function emitOptions(b: Uint8Array, at: number, end: number, out: Sink): void {
  option.number = 0;
  let count = 0;
  for (
    let result = step(b, at, end);
    result === NEXT && count < OPTIONS_MAX;
    result = step(b, option.stop, end)
  ) {
    const { number: kind, start, value, stop } = option;
    out.open(f.name, start, stop - start, `#${++count}: ${optionName(kind)}`);
    const info = shown(b, kind);
    if (info !== '') out.note(`: ${info}`);
    out.add(f.traits, start, stop - start, optionTraits(kind));
    emitHead(b, start, out);
    emitValue(b, kind, value, stop, out);
    out.close();
  }
}

function emitHead(b: Uint8Array, start: number, out: Sink): void {
  out.add(f.delta, start, 1);
  const delta = extended(b[start]! >> 4);
  if (delta > 0) out.add(f.deltaMore, start + 1, delta);
  out.add(f.length, start, 1);
  const length = extended(b[start]! & 0x0f);
  if (length > 0) out.add(f.lengthMore, start + 1 + delta, length);
}

function emitValue(b: Uint8Array, kind: number, at: number, end: number, out: Sink): void {
  const size = end - at;
  const field = texts.get(kind);
  if (field !== undefined) out.add(field, at, size, utf8(b, at, end));
  else if (kind === CONTENT_FORMAT || kind === 17)
    out.add(kind === 17 ? f.accept : f.format, at, size, formatName(numberOf(b)));
  else if (kind === BLOCK_1 || kind === BLOCK_2) emitBlock(at, size, numberOf(b), out);
  else if (kind === OSCORE) emitSecurity(b, at, end, out);
  else if (numbers.has(kind)) out.add(numbers.get(kind)!, at, size, numberOf(b));
  else if (opaque.has(kind)) out.add(opaque.get(kind)!, at, size);
  else if (size > 0 && kind !== SIZE_2) out.add(f.unknown, at, size);
}

export const formatName = (format: number): string => formatNames[format] ?? `Unknown Type ${format}`;

/** Text after the option's name in the tree. */
function shown(b: Uint8Array, kind: number): string {
  const { value: at, stop: end } = option;
  if (texts.has(kind)) return ascii(b, at, end);
  if (kind === CONTENT_FORMAT || kind === 17) return formatName(numberOf(b));
  if (kind === BLOCK_1 || kind === BLOCK_2) {
    const value = numberOf(b);
    return `NUM:${value >>> 4}, M:${(value >> 3) & 1}, SZX:${16 << (value & 7)}`;
  }
  return numbers.has(kind) || kind === SIZE_2 ? String(numberOf(b)) : hex(b, at, end, ' ');
}

function emitBlock(at: number, size: number, value: number, out: Sink): void {
  out.add(f.blockNumber, at, size, value >>> 4);
  out.add(f.blockMore, at + size - 1, size > 0 ? 1 : 0, (value >> 3) & 1);
  out.add(f.blockSize, at + size - 1, size > 0 ? 1 : 0, value & 7);
}

/** OSCORE option, RFC 8613 §6.1. */
function emitSecurity(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at >= end) return;
  const flags = b[at]!;
  for (const field of [f.securityReserved, f.securityContext, f.securityKey, f.securityIvLength])
    out.add(field, at, 1);
  let next = at + 1 + (flags & 7);
  if (next > end) return;
  if (next > at + 1) out.add(f.securityIv, at + 1, next - at - 1);
  if (flags & 0x10 && next < end) {
    const size = b[next]!;
    if (next + 1 + size > end) return;
    out.add(f.contextLength, next, 1);
    out.add(f.context, next + 1, size);
    next += 1 + size;
  }
  if (flags & 8) out.add(f.keyId, next, end - next);
}

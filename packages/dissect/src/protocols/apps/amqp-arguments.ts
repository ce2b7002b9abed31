// Arguments of AMQP 0-9-1 methods and properties of content (§1.7 to §1.8 of the reference, §4.2.5 of the specification).
import { ascii, u16, u32, u64, utf8 } from '../../core/bytes.ts';
import { bool, type Field, text, time, uint, uint64 } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

const a = (name: string): string => `amqp.method.arguments.${name}`;
const c = (name: string): string => `amqp.method.properties.${name}`;

export const argumentFields = {
  versionMajor: uint(a('version_major'), 'Version-Major'),
  versionMinor: uint(a('version_minor'), 'Version-Minor'),
  serverProperties: text(a('server_properties'), 'Server-Properties'),
  clientProperties: text(a('client_properties'), 'Client-Properties'),
  offeredMechanisms: text(a('mechanisms'), 'Mechanisms'),
  chosenMechanism: text(a('mechanism'), 'Mechanism'),
  locales: text(a('locales'), 'Locales'),
  locale: text(a('locale'), 'Locale'),
  secureChallenge: text(a('challenge'), 'Challenge'),
  secureResponse: text(a('response'), 'Response'),
  tuneChannelMax: uint(a('channel_max'), 'Channel-Max'),
  frameMax: uint(a('frame_max'), 'Frame-Max'),
  heartbeat: uint(a('heartbeat'), 'Heartbeat'),
  virtualHost: text(a('virtual_host'), 'Virtual-Host'),
  capabilities: text(a('capabilities'), 'Capabilities'),
  insist: bool(a('insist'), 'Insist').mask(1),
  knownHosts: text(a('known_hosts'), 'Known-Hosts'),
  replyCode: uint(a('reply_code'), 'Reply-Code'),
  replyText: text(a('reply_text'), 'Reply-Text'),
  classId: uint(a('class_id'), 'Class-Id'),
  methodId: uint(a('method_id'), 'Method-Id'),
  reason: text(a('reason'), 'Reason'),
  outOfBand: text(a('out_of_band'), 'Out-Of-Band'),
  channelId: text(a('channel_id'), 'Channel-Id'),
  active: bool(a('active'), 'Active').mask(1),
  ticket: uint(a('ticket'), 'Ticket'),
  exchange: text(a('exchange'), 'Exchange'),
  exchangeType: text(a('type'), 'Type'),
  passive: bool(a('passive'), 'Passive').mask(1),
  durable: bool(a('durable'), 'Durable').mask(2),
  autoDelete: bool(a('auto_delete'), 'Auto-Delete'),
  internal: bool(a('internal'), 'Internal').mask(8),
  exclusive: bool(a('exclusive'), 'Exclusive').mask(4),
  noWait: bool(a('nowait'), 'Nowait'),
  argumentTable: text(a('arguments'), 'Arguments'),
  ifUnused: bool(a('if_unused'), 'If-Unused').mask(1),
  ifEmpty: bool(a('if_empty'), 'If-Empty').mask(2),
  destination: text(a('destination'), 'Destination'),
  bindSource: text(a('source'), 'Source'),
  routingKey: text(a('routing_key'), 'Routing-Key'),
  queue: text(a('queue'), 'Queue'),
  messageCount: uint(a('message_count'), 'Message-Count'),
  consumerCount: uint(a('consumer_count'), 'Consumer-Count'),
  prefetchSize: uint(a('prefetch_size'), 'Prefetch-Size'),
  prefetchCount: uint(a('prefetch_count'), 'Prefetch-Count'),
  global: bool(a('global'), 'Global').mask(1),
  consumerTag: text(a('consumer_tag'), 'Consumer-Tag'),
  noLocal: bool(a('no_local'), 'No-Local').mask(1),
  noAck: bool(a('no_ack'), 'No-Ack'),
  filter: text(a('filter'), 'Filter'),
  mandatory: bool(a('mandatory'), 'Mandatory').mask(1),
  immediate: bool(a('immediate'), 'Immediate').mask(2),
  basicDeliveryTag: uint64(a('delivery_tag'), 'Delivery-Tag'),
  redelivered: bool(a('redelivered'), 'Redelivered').mask(1),
  clusterId: text(a('cluster_id'), 'Cluster-Id'),
  multiple: bool(a('multiple'), 'Multiple').mask(1),
  requeue: bool(a('requeue'), 'Requeue'),
  tableField: text('amqp.field', 'AMQP').shownAs(String),
  headerClass: uint('amqp.header.class', 'Class ID'),
  headerWeight: uint('amqp.header.weight', 'Weight'),
  bodySize: uint64('amqp.header.body-size', 'Body size'),
  propertyFlags: uint('amqp.header.property-flags', 'Property flags').hex(2),
  contentType: text(c('content_type'), 'Content-Type'),
  contentEncoding: text(c('content_encoding'), 'Content-Encoding'),
  headers: text(c('headers'), 'Headers'),
  deliveryMode: uint(c('delivery_mode'), 'Delivery-Mode'),
  priority: uint(c('priority'), 'Priority'),
  correlationId: text(c('correlation_id'), 'Correlation-Id'),
  replyTo: text(c('reply_to'), 'Reply-To'),
  expiration: text(c('expiration'), 'Expiration'),
  messageId: text(c('message_id'), 'Message-Id'),
  timestamp: time(c('timestamp'), 'Timestamp'),
  messageType: text(c('type'), 'Type'),
  userId: text(c('user_id'), 'User-Id'),
  appId: text(c('app_id'), 'App-Id'),
  contentCluster: text(c('cluster_id'), 'Cluster-Id'),
};
const f = argumentFields;

/** A domain of §4.2.5: numbers by width, strings by the width of their length, tables; a row of bits shares its bytes. */
type Domain = 1 | 2 | 4 | 8 | 'short' | 'long' | 'table' | 'time';
type Argument = readonly [Field, Domain] | readonly Bit[];
type Bit = readonly [Field, mask: number];

const bit = (field: Field, mask: number): Bit => [field, mask];
const TICKET: Argument = [f.ticket, 2];
const CLOSE: readonly Argument[] = [
  [f.replyCode, 2],
  [f.replyText, 'short'],
  [f.classId, 2],
  [f.methodId, 2],
];
const TUNE: readonly Argument[] = [
  [f.tuneChannelMax, 2],
  [f.frameMax, 4],
  [f.heartbeat, 2],
];
const TAG: Argument = [f.consumerTag, 'short'];
const DELIVERY: Argument = [f.basicDeliveryTag, 8];
const EXCHANGE: Argument = [f.exchange, 'short'];
const ROUTING: Argument = [f.routingKey, 'short'];
const QUEUE: Argument = [f.queue, 'short'];
const ARGUMENTS: Argument = [f.argumentTable, 'table'];
const COUNT: Argument = [f.messageCount, 4];

const key = (cls: number, method: number): number => cls * 65536 + method;

const methods: ReadonlyMap<number, readonly Argument[]> = new Map<number, readonly Argument[]>([
  [
    key(10, 10),
    [
      [f.versionMajor, 1],
      [f.versionMinor, 1],
      [f.serverProperties, 'table'],
      [f.offeredMechanisms, 'long'],
      [f.locales, 'long'],
    ],
  ],
  [
    key(10, 11),
    [
      [f.clientProperties, 'table'],
      [f.chosenMechanism, 'short'],
      [f.secureResponse, 'long'],
      [f.locale, 'short'],
    ],
  ],
  [key(10, 20), [[f.secureChallenge, 'long']]],
  [key(10, 21), [[f.secureResponse, 'long']]],
  [key(10, 30), TUNE],
  [key(10, 31), TUNE],
  [key(10, 40), [[f.virtualHost, 'short'], [f.capabilities, 'short'], [bit(f.insist, 1)]]],
  [key(10, 41), [[f.knownHosts, 'short']]],
  [key(10, 50), CLOSE],
  [key(10, 60), [[f.reason, 'short']]],
  [key(20, 10), [[f.outOfBand, 'short']]],
  [key(20, 11), [[f.channelId, 'long']]],
  [key(20, 20), [[bit(f.active, 1)]]],
  [key(20, 21), [[bit(f.active, 1)]]],
  [key(20, 40), CLOSE],
  [
    key(40, 10),
    [
      TICKET,
      EXCHANGE,
      [f.exchangeType, 'short'],
      [bit(f.passive, 1), bit(f.durable, 2), bit(f.autoDelete, 4), bit(f.internal, 8), bit(f.noWait, 16)],
      ARGUMENTS,
    ],
  ],
  [key(40, 20), [TICKET, EXCHANGE, [bit(f.ifUnused, 1), bit(f.noWait, 2)]]],
  [
    key(40, 30),
    [TICKET, [f.destination, 'short'], [f.bindSource, 'short'], ROUTING, [bit(f.noWait, 1)], ARGUMENTS],
  ],
  [
    key(50, 10),
    [
      TICKET,
      QUEUE,
      [bit(f.passive, 1), bit(f.durable, 2), bit(f.exclusive, 4), bit(f.autoDelete, 8), bit(f.noWait, 16)],
      ARGUMENTS,
    ],
  ],
  [key(50, 11), [QUEUE, COUNT, [f.consumerCount, 4]]],
  [key(50, 20), [TICKET, QUEUE, EXCHANGE, ROUTING, [bit(f.noWait, 1)], ARGUMENTS]],
  [key(50, 30), [TICKET, QUEUE, [bit(f.noWait, 1)]]],
  [key(50, 31), [COUNT]],
  [key(50, 40), [TICKET, QUEUE, [bit(f.ifUnused, 1), bit(f.ifEmpty, 2), bit(f.noWait, 4)]]],
  [key(50, 41), [COUNT]],
  [key(50, 50), [TICKET, QUEUE, EXCHANGE, ROUTING, ARGUMENTS]],
  [key(60, 10), [[f.prefetchSize, 4], [f.prefetchCount, 2], [bit(f.global, 1)]]],
  [
    key(60, 20),
    [
      TICKET,
      QUEUE,
      TAG,
      [bit(f.noLocal, 1), bit(f.noAck, 2), bit(f.exclusive, 4), bit(f.noWait, 8)],
      [f.filter, 'table'],
    ],
  ],
  [key(60, 21), [TAG]],
  [key(60, 30), [TAG, [bit(f.noWait, 1)]]],
  [key(60, 31), [TAG]],
  [key(60, 40), [TICKET, EXCHANGE, ROUTING, [bit(f.mandatory, 1), bit(f.immediate, 2)]]],
  [key(60, 50), [[f.replyCode, 2], [f.replyText, 'short'], EXCHANGE, ROUTING]],
  [key(60, 60), [TAG, DELIVERY, [bit(f.redelivered, 1)], EXCHANGE, ROUTING]],
  [key(60, 70), [TICKET, QUEUE, [bit(f.noAck, 1)]]],
  [key(60, 71), [DELIVERY, [bit(f.redelivered, 1)], EXCHANGE, ROUTING, COUNT]],
  [key(60, 72), [[f.clusterId, 'short']]],
  [key(60, 80), [DELIVERY, [bit(f.multiple, 1)]]],
  [key(60, 90), [DELIVERY, [bit(f.requeue, 1)]]],
  [key(60, 100), [[bit(f.requeue, 1)]]],
  [key(60, 110), [[bit(f.requeue, 1)]]],
  [key(60, 120), [DELIVERY, [bit(f.multiple, 1), bit(f.requeue, 2)]]],
  [key(85, 10), [[bit(f.noWait, 1)]]],
]);

/** §1.8.3.1, from the highest flag down. */
const properties: readonly (readonly [Field, Domain])[] = [
  [f.contentType, 'short'],
  [f.contentEncoding, 'short'],
  [f.headers, 'table'],
  [f.deliveryMode, 1],
  [f.priority, 1],
  [f.correlationId, 'short'],
  [f.replyTo, 'short'],
  [f.expiration, 'short'],
  [f.messageId, 'short'],
  [f.timestamp, 'time'],
  [f.messageType, 'short'],
  [f.userId, 'short'],
  [f.appId, 'short'],
  [f.contentCluster, 'short'],
];
const BASIC = 60;
const DEPTH_MAX = 8;
const ENTRIES_MAX = 1000;

/** The arguments of the method whose class id is at `at`. */
export function emitArguments(b: Uint8Array, at: number, end: number, out: Sink): void {
  let place = at + 4;
  for (const argument of methods.get(u32(b, at)) ?? []) {
    if (place >= end) return;
    place = isBits(argument)
      ? emitBits(place, argument, b, out)
      : emitDomain(b, place, end, argument[0], argument[1], out);
  }
}

function isBits(argument: Argument): argument is readonly Bit[] {
  return Array.isArray(argument[0]);
}

/** §4.2.5.2: consecutive bits are packed into octets, the first in the lowest. */
function emitBits(at: number, bits: readonly Bit[], b: Uint8Array, out: Sink): number {
  for (const [field, mask] of bits) out.add(field, at, 1, (b[at]! & mask) !== 0);
  return at + 1;
}

/** A content header (§4.2.6.1) from its class id on. */
export function emitContentHeader(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (end - at < 14) return;
  out.add(f.headerClass, at, 2);
  out.add(f.headerWeight, at + 2, 2);
  out.add(f.bodySize, at + 4, 8, u64(b, at + 4));
  out.add(f.propertyFlags, at + 12, 2);
  if (u16(b, at) !== BASIC) return;
  const flags = u16(b, at + 12);
  let place = at + 14;
  for (const [i, [field, domain]] of properties.entries())
    if (flags & (0x8000 >> i) && place < end) place = emitDomain(b, place, end, field, domain, out);
}

/** Adds one value; returns the offset behind it, or `end` if it is cut. */
function emitDomain(b: Uint8Array, at: number, end: number, field: Field, domain: Domain, out: Sink): number {
  if (typeof domain === 'number' || domain === 'time') {
    const width = domain === 'time' ? 8 : domain;
    if (at + width > end) return end;
    if (domain === 'time') out.add(field, at, 8, u64(b, at) * 1_000_000_000n);
    else if (domain === 8) out.add(field, at, 8, u64(b, at));
    else out.add(field, at, width);
    return at + width;
  }
  const header = domain === 'short' ? 1 : 4;
  if (at + header > end) return end;
  const stop = at + header + (domain === 'short' ? b[at]! : u32(b, at));
  if (stop > end) return end;
  if (domain === 'table') {
    out.open(field, at + header, stop - at - header, '');
    emitTable(b, at + header, stop, 0, false, out);
    out.close();
  } else out.add(field, at + header, stop - at - header);
  return stop;
}

/** Entries of a field table, or of an array, whose entries have no names (§4.2.5.5). */
function emitTable(b: Uint8Array, at: number, end: number, depth: number, isArray: boolean, out: Sink): void {
  for (let k = 0; at < end && k < ENTRIES_MAX; k++) {
    const nameEnd = isArray ? at : at + 1 + b[at]!;
    if (nameEnd >= end) return;
    const name = isArray ? `[${k}]` : utf8(b, at + 1, nameEnd);
    const kind = ascii(b, nameEnd, nameEnd + 1);
    const value = nameEnd + 1;
    const stop = value + valueBytes(b, value, end, kind);
    if (stop > end) return;
    out.open(
      f.tableField,
      at,
      stop - at,
      `${name} (${KINDS[kind]?.[0] ?? 'unknown'})${valueText(b, value, stop, kind)}`,
    );
    if ((kind === 'F' || kind === 'A') && depth < DEPTH_MAX)
      emitTable(b, value + 4, stop, depth + 1, kind === 'A', out);
    out.close();
    at = stop;
  }
}

/** Kinds of table values as RabbitMQ uses them: name, and width in bytes; 0: a length of 32 bits comes first. */
const KINDS: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  t: ['boolean', 1],
  b: ['signed byte', 1],
  B: ['unsigned byte', 1],
  s: ['short int', 2],
  u: ['short uint', 2],
  I: ['integer', 4],
  i: ['unsigned integer', 4],
  l: ['long int', 8],
  f: ['float', 4],
  d: ['double', 8],
  D: ['decimal', 5],
  S: ['string', 0],
  A: ['array', 0],
  T: ['timestamp', 8],
  F: ['field table', 0],
  V: ['void', -1],
  x: ['byte array', 0],
};

function valueBytes(b: Uint8Array, at: number, end: number, kind: string): number {
  const [, bytes] = KINDS[kind] ?? ['', Number.POSITIVE_INFINITY];
  if (bytes !== 0) return Math.max(0, bytes);
  return at + 4 > end ? Number.POSITIVE_INFINITY : 4 + u32(b, at);
}

function valueText(b: Uint8Array, at: number, end: number, kind: string): string {
  const view = new DataView(b.buffer, b.byteOffset + at, end - at);
  switch (kind) {
    case 't':
      return `: ${b[at] !== 0}`;
    case 'b':
      return `: ${view.getInt8(0)}`;
    case 'B':
      return `: ${b[at]}`;
    case 's':
      return `: ${view.getInt16(0)}`;
    case 'u':
      return `: ${u16(b, at)}`;
    case 'I':
      return `: ${view.getInt32(0)}`;
    case 'i':
      return `: ${u32(b, at)}`;
    case 'l':
      return `: ${view.getBigInt64(0)}`;
    case 'f':
      return `: ${view.getFloat32(0)}`;
    case 'd':
      return `: ${view.getFloat64(0)}`;
    case 'D':
      return `: ${view.getInt32(1) / 10 ** b[at]!}`;
    case 'T':
      return `: ${u64(b, at)}`;
    case 'S':
      return `: ${utf8(b, at + 4, end)}`;
    default:
      return '';
  }
}

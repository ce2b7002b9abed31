// Advanced Message Queuing Protocol 0-9-1, and detection of the version a conversation uses; for 1.0 see amqp1.ts.
import { spells, u16, u32, utf8 } from '../../core/bytes.ts';
import { bytes, type Field, text, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { argumentFields, emitArguments, emitContentHeader } from './amqp-arguments.ts';
import { classNames, methodName } from './amqp-names.ts';
import { emitFrame, FRAME_HEADER, frameFields, frameName } from './amqp1.ts';
import { joinedInfo } from './joined.ts';

/** Frame overhead: type, channel and length, and the frame-end octet (§4.2.3). */
const HEADER = 7;
const FRAME_END = 1;
const PROTOCOL_HEADER = 8;
const METHOD = 1;
const CONTENT_HEADER = 2;
const CONTENT_BODY = 3;

const frameNames = {
  1: 'Method',
  2: 'Content header',
  3: 'Content body',
  8: 'Heartbeat',
};

const f = {
  ...frameFields,
  type: uint('amqp.type', 'Type').named(frameNames),
  header: text('amqp.init.protocol', 'Protocol'),
  headerId: uint('amqp.init.id', 'Protocol-ID'),
  major: uint('amqp.init.version_major', 'Version Major'),
  minor: uint('amqp.init.version_minor', 'Version Minor'),
  revision: uint('amqp.init.version_revision', 'Version-Revision'),
  cls: uint('amqp.method.class', 'Class').named(classNames),
  method: uint('amqp.method.method', 'Method'),
  payload: bytes('amqp.payload', 'Payload'),
  ...argumentFields,
};

/** Leading arguments of a method, as far as the Info column names them: bytes to skip, then short strings in this order. */
interface Shape {
  readonly skip: number;
  readonly strings: readonly Field[];
}

const key = (cls: number, method: number): number => cls * 65536 + method;
/** §1.7 of the generated part of the specification; only methods whose arguments include names. */
const shapes: ReadonlyMap<number, Shape> = new Map([
  [key(10, 40), { skip: 0, strings: [f.virtualHost] }],
  [key(40, 10), { skip: 2, strings: [f.exchange] }],
  [key(40, 20), { skip: 2, strings: [f.exchange] }],
  [key(50, 10), { skip: 2, strings: [f.queue] }],
  [key(50, 11), { skip: 0, strings: [f.queue] }],
  [key(50, 20), { skip: 2, strings: [f.queue, f.exchange, f.routingKey] }],
  [key(50, 30), { skip: 2, strings: [f.queue] }],
  [key(50, 40), { skip: 2, strings: [f.queue] }],
  [key(50, 50), { skip: 2, strings: [f.queue, f.exchange, f.routingKey] }],
  [key(60, 20), { skip: 2, strings: [f.queue, f.consumerTag] }],
  [key(60, 21), { skip: 0, strings: [f.consumerTag] }],
  [key(60, 30), { skip: 0, strings: [f.consumerTag] }],
  [key(60, 31), { skip: 0, strings: [f.consumerTag] }],
  [key(60, 40), { skip: 2, strings: [f.exchange, f.routingKey] }],
  [key(60, 70), { skip: 2, strings: [f.queue] }],
]);
const DELIVER = key(60, 60);

/** Names in the Info column. */
const infoNames = new Map<Field, string>([
  [f.exchange, 'x='],
  [f.routingKey, 'rk='],
  [f.queue, 'q='],
  [f.virtualHost, 'vhost='],
]);

function isProtocolHeader(b: Uint8Array, at: number, end: number): boolean {
  return spells(b, at, end, 'AMQP');
}

/** The first byte of a 0-9-1 frame is its type; that of a 1.0 frame is the top byte of a length below 16 MB. */
const isOfVersion1 = (b: Uint8Array, at: number): boolean => b[at] === 0;

/** As in Wireshark, the protocol header shows only in the column. */
const isUnnamed = (b: Uint8Array, at: number): boolean => b[at + 4] === 0 && b[at + 5] !== 1;

export const amqp = protocol({
  name: 'amqp',
  title: 'Advanced Message Queuing Protocol',
  column: 'AMQP',
  fields: f,
  on: [[tcpPorts, 5672]],
  framing: {
    header: HEADER,
    length: ({ buf: b, at, end }) => {
      if (isProtocolHeader(b, at, end)) return PROTOCOL_HEADER;
      return isOfVersion1(b, at) ? Math.max(u32(b, at), FRAME_HEADER) : HEADER + u32(b, at + 3) + FRAME_END;
    },
  },
  step(p) {
    if (isProtocolHeader(p.buf, p.at, p.end)) {
      if (isUnnamed(p.buf, p.at)) p.flags[p.count - 1]! &= COLUMN;
    } else if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isProtocolHeader(b, start, end)) {
      out.add(f.header, start, 4);
      for (const [i, field] of [f.headerId, f.major, f.minor, f.revision].entries())
        if (start + 4 + i < end) out.add(field, start + 4 + i, 1);
      return;
    }
    if (isOfVersion1(b, start) && end - start >= FRAME_HEADER) return emitFrame(b, start, end, out);
    if (end - start < HEADER) return;
    out.add(f.type, start, 1);
    out.add(f.channel, start + 1, 2);
    out.add(f.length, start + 3, 4);
    const at = start + HEADER;
    const stop = end - FRAME_END;
    if (b[start] === CONTENT_HEADER) emitContentHeader(b, at, stop, out);
    else if (b[start] === CONTENT_BODY && at < stop) out.add(f.payload, at, stop - at);
    if (b[start] !== METHOD || end - start < HEADER + 4) return;
    out.add(f.cls, at, 2);
    out.add(f.method, at + 2, 2);
    out.note(` (${methodName(u16(b, at), u16(b, at + 2)) ?? 'Unknown'})`);
    if (stop - at <= 4) return;
    out.open(f.arguments, at + 4, stop - at - 4);
    emitArguments(b, at, stop, out);
    out.close();
  },
  info: (p, layer) => `${joinedInfo(p, layer, ' ', frameInfo)} `,
});

/** Calls `found` with the short strings among a method's arguments (§4.2.5.3); [at, end) starts with the class id. */
function eachString(
  b: Uint8Array,
  at: number,
  end: number,
  found: (field: Field, at: number, length: number) => void,
): void {
  const method = u32(b, at);
  let place = at + 4;
  if (method === DELIVER) {
    // Preceded by consumer tag, delivery tag and the redelivered bit.
    if (place >= end) return;
    found(f.consumerTag, place + 1, b[place]!);
    place += 1 + b[place]! + 9;
    eachOf([f.exchange, f.routingKey], b, place, end, found);
    return;
  }
  const shape = shapes.get(method);
  if (shape !== undefined) eachOf(shape.strings, b, place + shape.skip, end, found);
}

function eachOf(
  fields: readonly Field[],
  b: Uint8Array,
  at: number,
  end: number,
  found: (field: Field, at: number, length: number) => void,
): void {
  for (const field of fields) {
    if (at >= end || at + 1 + b[at]! > end) return;
    found(field, at + 1, b[at]!);
    at += 1 + b[at]!;
  }
}

function frameInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (isProtocolHeader(b, start, end))
    return isUnnamed(b, start)
      ? 'AMQP (unknown version)'
      : `Protocol-Header ${b[start + 5]}-${b[start + 6]}-${b[start + 7]}`;
  if (end - start < HEADER) return '';
  if (isOfVersion1(b, start)) return frameName(b, start, end);
  switch (b[start]) {
    case METHOD:
      return methodInfo(b, start + HEADER, end - FRAME_END);
    case CONTENT_HEADER:
      return 'Content-Header';
    case CONTENT_BODY:
      return 'Content-Body';
    case 8:
      return 'Heartbeat';
  }
  return '';
}

function methodInfo(b: Uint8Array, at: number, end: number): string {
  if (end - at < 4) return '';
  const cls = u16(b, at);
  let info = `${classNames[cls] ?? cls}.${methodName(cls, u16(b, at + 2)) ?? u16(b, at + 2)}`;
  eachString(b, at, end, (field, place, length) => {
    const name = infoNames.get(field);
    if (name !== undefined) info += ` ${name}${printable(utf8(b, place, place + length))}`;
  });
  return info;
}

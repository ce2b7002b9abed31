// HTTP/2 in clear (RFC 9113): after an upgrade, or at once with prior knowledge of the server.
import { ascii, spells, u16, u24, u32 } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';
import { protocol } from '../../../core/protocol.ts';
import type { Sink } from '../../../core/sink.ts';
import { tcpHeuristics } from '../../../core/table.ts';
import { grpc, grpcWholeEnd } from '../../media/grpc.ts';
import { nestFrom } from '../../media/nesting.ts';
import { bodySuffix } from '../../media/suffix.ts';
import { callBody, callCompressedBody } from '../../media/types.ts';
import { statusPhrases } from '../fields.ts';
import { type Http2Connection, http2Connection, type Message } from './connection.ts';
import { http2Fields as f, frameTypes, headerFields, settingFields } from './fields.ts';
import type { HeaderField } from './hpack.ts';

/** §3.4: what a client sends first. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const HEADER = 9;

const DATA = 0;
const HEADERS = 1;
const PRIORITY = 2;
const RST_STREAM = 3;
const SETTINGS = 4;
const PUSH_PROMISE = 5;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;

const END_STREAM = 0x01;
const ACK = 0x01;
const END_HEADERS = 0x04;
const PADDED = 0x08;
const HAS_PRIORITY = 0x20;

const NO_FIELDS: readonly HeaderField[] = [];

export function isPreface(b: Uint8Array, at: number, end: number): boolean {
  return b[at] === 0x50 && spells(b, at, end, PREFACE);
}

export const http2 = protocol({
  name: 'http2',
  title: 'HyperText Transfer Protocol 2',
  column: 'HTTP2',
  fields: { ...f, ...Object.fromEntries(headerFields) },
  heuristics: [[tcpHeuristics, (p) => isPreface(p.buf, p.at, p.end)]],
  framing: {
    header: HEADER,
    length: (p) => (isPreface(p.buf, p.at, p.end) ? PREFACE.length : HEADER + u24(p.buf, p.at)),
  },
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (isPreface(b, start, p.end)) {
      p.at = p.end;
      return null;
    }
    if (p.end - start < HEADER) return p.cut(HEADER);
    const layer = p.count - 1;
    const type = b[start + 3]!;
    p.payload[layer] = start + HEADER;
    if (type === DATA) readData(p, b, start);
    else if (type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION)
      readHeaders(p, layer, b, start);
    p.at = p.end;
    return null;
  },
  emit: emitFrame,
  info: http2Info,
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return isPreface(b, start, p.stop[layer]!)
      ? ': Magic'
      : `: ${frameName(b, start)}, Stream ID: ${streamOf(b, start)}`;
  },
});

function streamOf(b: Uint8Array, start: number): number {
  return u32(b, start + 5) & 0x7fffffff;
}

function frameName(b: Uint8Array, start: number): string {
  return frameTypes[b[start + 3]!] ?? 'Unknown';
}

/** Where a frame's content begins and ends once its padding (§6.1) is off. */
function contentOf(b: Uint8Array, start: number, stop: number): readonly [number, number] {
  const at = start + HEADER;
  if ((b[start + 4]! & PADDED) === 0 || at >= stop) return [at, stop];
  return [at + 1, Math.max(at + 1, stop - b[at]!)];
}

/** Where the header block of a HEADERS, PUSH_PROMISE or CONTINUATION frame lies. */
function blockOf(b: Uint8Array, start: number, stop: number): readonly [number, number] {
  const type = b[start + 3]!;
  if (type === CONTINUATION) return [start + HEADER, stop];
  const [at, end] = contentOf(b, start, stop);
  const before = type === PUSH_PROMISE ? 4 : b[start + 4]! & HAS_PRIORITY ? 5 : 0;
  return [Math.min(end, at + before), end];
}

function readHeaders(p: Packet, layer: number, b: Uint8Array, start: number): void {
  const connection = http2Connection(p);
  const [at, end] = blockOf(b, start, p.end);
  const fields = connection.headers(p.direction as 0 | 1, b, at, end, (b[start + 4]! & END_HEADERS) !== 0);
  if (fields === null) return;
  p.notes[layer] = fields;
  // A promise's header block is of the request that the server answers itself (§8.4).
  if (b[start + 3] !== PUSH_PROMISE) connection.message(streamOf(b, start), p.direction).take(fields);
  if (b[start + 4]! & END_STREAM && b[start + 3] === HEADERS) finish(p, start, b, 0, 0);
}

function readData(p: Packet, b: Uint8Array, start: number): void {
  const [at, end] = contentOf(b, start, p.end);
  if (b[start + 4]! & END_STREAM) finish(p, start, b, at, end);
  else if (end > at) {
    const connection = http2Connection(p);
    const message = connection.message(streamOf(b, start), p.direction);
    if (message.type?.protocol === grpc) readStream(p, connection, message, b.subarray(at, end));
    else connection.keep(message, b.subarray(at, end));
  }
}

/** Calls are read message by message, for a stream of them may never end. */
function readStream(p: Packet, connection: Http2Connection, message: Message, part: Uint8Array): void {
  const whole = connection.take(message, part);
  const end = grpcWholeEnd(whole, 0, whole.length);
  if (end > 0) p.within(whole, 0, end, end, () => callBody(p, message.type, 0, end));
  if (end < whole.length) connection.keep(message, whole.subarray(end));
}

/** The stream's direction is over: its body is read, with [at, end) as its last part. */
function finish(p: Packet, start: number, b: Uint8Array, at: number, end: number): void {
  const connection = http2Connection(p);
  const stream = streamOf(b, start);
  const message = connection.message(stream, p.direction);
  if (!message.hasParts) {
    if (end > at) readBody(p, message, at, end);
  } else {
    const whole = message.whole(b.subarray(at, end));
    p.within(whole, 0, whole.length, whole.length, () => readBody(p, message, 0, whole.length));
  }
  connection.end(stream * 2 + p.direction);
}

function readBody(p: Packet, message: Message, at: number, end: number): void {
  const { type, parameters, encoding } = message;
  const layers = p.count;
  if (/^(x-)?(gzip|deflate)$/.test(encoding)) {
    if (!callCompressedBody(p, type, at, end, parameters)) callBody(p, null, at, end);
  } else
    callBody(
      p,
      encoding === '' || encoding === 'identity' || encoding === 'br' ? type : null,
      at,
      end,
      end,
      parameters,
    );
  if (type === null) nestFrom(p, layers);
}

function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** Frames of one packet in the Info column. */
const INFO_FRAMES_MAX = 60;

function http2Info(p: Packet, layer: number): string {
  const frames: string[] = [];
  for (let i = 0; i <= layer && frames.length < INFO_FRAMES_MAX; i++)
    if (p.protocols[i] === http2) frames.push(frameInfo(p, i));
  return frames.join(', ');
}

/** `HEADERS[1]: GET /index.html`, `DATA[1] (text/html)`. */
function frameInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (isPreface(b, start, p.stop[layer]!)) return 'Magic';
  if (p.stop[layer]! - start < HEADER) return '';
  const fields = (p.notes[layer] as readonly HeaderField[] | null) ?? NO_FIELDS;
  const text = `${frameName(b, start)}[${streamOf(b, start)}]`;
  const method = headerValue(fields, ':method');
  if (method !== undefined)
    return `${text}: ${method} ${headerValue(fields, ':path') ?? ''}${bodySuffix(p, layer)}`;
  const status = headerValue(fields, ':status');
  if (status === undefined) return text + bodySuffix(p, layer);
  return `${text}: ${status} ${statusPhrases.get(Number(status)) ?? 'Unknown'}${bodySuffix(p, layer)}`;
}

function emitFrame(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (isPreface(b, start, stop)) {
    out.add(f.magic, start, stop - start, ascii(b, start, stop));
    return;
  }
  if (stop - start < HEADER) return;
  out.open(f.stream, start, stop - start);
  out.add(f.length, start, 3);
  out.add(f.type, start + 3, 1);
  emitFlags(b, start, out);
  out.add(f.reserved, start + 5, 4);
  out.add(f.streamId, start + 5, 4);
  const fields = (p.notes[layer] as readonly HeaderField[] | null) ?? NO_FIELDS;
  emitContent(b, start, stop, fields, out);
  out.close();
}

function emitFlags(b: Uint8Array, start: number, out: Sink): void {
  const at = start + 4;
  const type = b[start + 3]!;
  out.open(f.flags, at, 1);
  if (type === SETTINGS) out.add(f.ackSettings, at, 1);
  else if (type === PING) out.add(f.ackPing, at, 1);
  if (type === DATA || type === HEADERS) out.add(f.endStream, at, 1);
  if (type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION) out.add(f.endHeaders, at, 1);
  if (type === DATA || type === HEADERS || type === PUSH_PROMISE) out.add(f.padded, at, 1);
  if (type === HEADERS) out.add(f.priority, at, 1);
  out.close();
}

function emitContent(
  b: Uint8Array,
  start: number,
  stop: number,
  fields: readonly HeaderField[],
  out: Sink,
): void {
  const at = start + HEADER;
  const length = stop - at;
  switch (b[start + 3]) {
    case DATA: {
      const [from, end] = contentOf(b, start, stop);
      if (from > at) out.add(f.padLength, at, 1);
      if (end > from) out.add(f.data, from, end - from);
      return;
    }
    case HEADERS:
    case PUSH_PROMISE:
    case CONTINUATION:
      emitHeaders(b, start, stop, fields, out);
      return;
    case PRIORITY:
      emitPriority(at, out);
      return;
    case RST_STREAM:
      out.add(f.error, at, 4);
      return;
    case SETTINGS:
      for (let i = at; i + 6 <= stop; i += 6) emitSetting(b, i, out);
      return;
    case PING:
      if (length > 0) out.add(b[start + 4]! & ACK ? f.pong : f.ping, at, length);
      return;
    case GOAWAY:
      out.add(f.lastStream, at, 4);
      out.add(f.goAwayError, at + 4, 4);
      if (length > 8) out.add(f.goAwayData, at + 8, length - 8);
      return;
    case WINDOW_UPDATE:
      out.add(f.increment, at, 4);
      return;
    default:
      if (length > 0) out.add(f.unknown, at, length);
  }
}

function emitPriority(at: number, out: Sink): void {
  out.add(f.exclusive, at, 4);
  out.add(f.dependency, at, 4);
  out.add(f.weight, at + 4, 1);
}

function emitSetting(b: Uint8Array, at: number, out: Sink): void {
  out.open(f.setting, at, 6);
  out.add(f.settingId, at, 2);
  out.add(settingFields[u16(b, at)] ?? f.settingUnknown, at + 2, 4);
  out.close();
}

function emitHeaders(
  b: Uint8Array,
  start: number,
  stop: number,
  fields: readonly HeaderField[],
  out: Sink,
): void {
  const [content] = contentOf(b, start, stop);
  const [at, end] = blockOf(b, start, stop);
  if (b[start + 3] === PUSH_PROMISE) out.add(f.promised, content, 4);
  else if (b[start + 3] === HEADERS && b[start + 4]! & HAS_PRIORITY) emitPriority(content, out);
  out.add(f.headerBlock, at, end - at);
  if (fields.length === 0) return;
  // A block that came in several frames has no place in this one.
  const isHere = b[start + 3] !== CONTINUATION;
  for (const field of fields) {
    const place = isHere ? at + field.start - fields[0]!.start : at;
    const length = isHere ? field.length : 0;
    out.open(f.header, place, length);
    out.note(`: ${field.name}: ${field.value}`);
    out.add(f.headerName, place, length, field.name);
    out.add(f.headerValue, place, length, field.value);
    const named = headerFields.get(field.name);
    if (named !== undefined) emitNamed(named.type === 'text', field, place, length, out);
    out.close();
  }
  const [scheme, authority, path] = [':scheme', ':authority', ':path'].map((name) =>
    headerValue(fields, name),
  );
  if (scheme !== undefined && authority !== undefined && path !== undefined)
    out.add(f.fullUri, at, 0, `${scheme}://${authority}${path}`);
}

function emitNamed(isText: boolean, field: HeaderField, place: number, length: number, out: Sink): void {
  const named = headerFields.get(field.name)!;
  if (isText) out.add(named, place, length, field.value);
  else if (/^\d{1,15}$/.test(field.value)) {
    out.add(named, place, length, named.type === 'uint' ? Number(field.value) : BigInt(field.value));
  }
}

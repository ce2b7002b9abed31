// Fields of an HTTP/2 frame.
import { ascii, u16 } from '../../../core/bytes.ts';
import type { Field } from '../../../core/field.ts';
import type { Packet } from '../../../core/packet.ts';
import type { Sink } from '../../../core/sink.ts';
import { http2Fields as f, headerFields, settingFields } from './fields.ts';
import {
  ACK,
  blockOf,
  CONTINUATION,
  contentOf,
  DATA,
  frameName,
  GOAWAY,
  HAS_PRIORITY,
  HEADER,
  HEADERS,
  headerValue,
  isPreface,
  NO_FIELDS,
  PING,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  streamOf,
  WINDOW_UPDATE,
} from './frames.ts';
import type { HeaderField } from './hpack.ts';
import { PrimitiveReader } from './primitives.ts';

/** The flags without a meaning, by type of frame. */
const UNUSED_FLAGS: Readonly<Record<number, Field>> = {
  [DATA]: f.unusedData,
  [HEADERS]: f.unusedHeaders,
  [SETTINGS]: f.unusedSettings,
  [PING]: f.unusedPing,
  [PUSH_PROMISE]: f.unusedPromise,
  [CONTINUATION]: f.unusedContinuation,
};

export function emitFrame(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (isPreface(b, start, stop)) {
    out.open(f.stream, start, stop - start);
    out.note(': Magic');
    out.add(f.magic, start, stop - start, ascii(b, start, stop));
    out.close();
    return;
  }
  if (stop - start < HEADER) return;
  out.open(f.stream, start, stop - start);
  out.note(`: ${frameName(b, start)}, Stream ID: ${streamOf(b, start)}, Length ${stop - start - HEADER}`);
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
  out.add(UNUSED_FLAGS[type] ?? f.unused, at, 1);
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
      else out.add(f.padLength, at, 0, 0);
      if (end > from) out.add(f.data, from, end - from);
      return;
    }
    case HEADERS:
    case PUSH_PROMISE:
    case CONTINUATION:
      emitHeaders(b, start, stop, fields, out);
      return;
    case PRIORITY:
      emitPriority(b, at, stop, out);
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
      out.add(f.incrementReserved, at, 4);
      out.add(f.increment, at, 4);
      return;
    default:
      if (length > 0) out.add(f.unknown, at, length);
  }
}

function emitPriority(b: Uint8Array, at: number, stop: number, out: Sink): void {
  out.add(f.exclusive, at, 4);
  out.add(f.dependency, at, 4);
  out.add(f.weight, at + 4, 1);
  // RFC 7540 §6.3: the weight is sent less one.
  if (at + 5 <= stop) out.add(f.weightReal, at + 4, 1, b[at + 4]! + 1);
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
  const isPromise = b[start + 3] === PUSH_PROMISE;
  if ((b[start + 3] === HEADERS || isPromise) && content === start + HEADER)
    out.add(f.padLength, content, 0, 0);
  const [at, end] = blockOf(b, start, stop);
  if (isPromise) {
    out.add(f.promisedReserved, content, 4);
    out.add(f.promised, content, 4);
  }
  if (b[start + 3] === HEADERS && b[start + 4]! & HAS_PRIORITY) emitPriority(b, content, stop, out);
  out.add(isPromise ? f.promisedBlock : f.headerBlock, at, end - at);
  if (fields.length === 0) return;
  // Each name and each value has four octets for its length.
  const bytes = fields.reduce((sum, { name, value }) => sum + name.length + value.length + 8, 0);
  out.add(f.headerLength, start, 1, bytes);
  out.add(f.headerCount, start, 1, fields.length);
  // A block that came in several frames has no place in this one.
  const isHere = b[start + 3] !== CONTINUATION;
  for (const field of fields) {
    const place = isHere ? at + field.start : at;
    const length = isHere ? field.length : 0;
    out.open(f.header, place, length);
    out.note(`: ${field.name}: ${field.value}`);
    out.add(f.headerNameLength, place, length, field.name.length);
    out.add(f.headerName, place, length, field.name);
    out.add(f.headerValueLength, place, length, field.value.length);
    out.add(f.headerValue, place, length, field.value);
    const named = headerFields.get(field.name);
    if (named !== undefined) emitNamed(named.type === 'text', field, place, length, out);
    const unescaped = unescapedText(field.value);
    if (unescaped !== null) out.add(f.headerUnescaped, place, length, unescaped);
    if (isHere && place < end) emitRepresentation(b, place, end, out);
    out.close();
  }
  const [scheme, authority, path] = [':scheme', ':authority', ':path'].map((name) =>
    headerValue(fields, name),
  );
  if (scheme !== undefined && authority !== undefined && path !== undefined)
    out.add(f.fullUri, at, 0, `${scheme}://${authority}${path}`);
}

/** How the field stands in the block (RFC 7541 §6), and its place in the tables if they have its name. */
function emitRepresentation(b: Uint8Array, at: number, end: number, out: Sink): void {
  const first = b[at]!;
  const prefix = first & 0x80 ? 7 : first & 0x40 ? 6 : 4;
  const reader = new PrimitiveReader();
  reader.at = at;
  const index = reader.integer(b, end, prefix);
  const kind =
    prefix === 6 ? 'with Incremental Indexing' : first & 0x10 ? 'never Indexed' : 'without Indexing';
  const text =
    prefix === 7
      ? 'Indexed Header Field'
      : `Literal Header Field ${kind} - ${index === 0 ? 'New' : 'Indexed'} Name`;
  out.add(f.representation, at, 1, text);
  if (index > 0) out.add(f.headerIndex, at, reader.at - at, index);
}

/** The value without URI escapes (RFC 3986 §2.1); null if one of them is wrong. */
function unescapedText(value: string): string | null {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

function emitNamed(isText: boolean, field: HeaderField, place: number, length: number, out: Sink): void {
  const named = headerFields.get(field.name)!;
  if (isText) out.add(named, place, length, field.value);
  else if (/^\d{1,15}$/.test(field.value)) {
    out.add(named, place, length, named.type === 'uint' ? Number(field.value) : BigInt(field.value));
  }
}

// Tree and fields of HTTP/3 frames.
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import type { HeaderField } from '../http/http2/hpack.ts';
import { emitVarint } from '../quic/emit-frame.ts';
import { isVarint, varint } from '../quic/varint.ts';
import { f, headerFields, settingFields } from './fields.ts';
import type { Http3Frame, Http3Notes } from './http3.ts';
import { SETTINGS, settingsIn } from './settings.ts';

/** Frame types that begin with a push ID (RFC 9114 §7.2.3, §7.2.5 and §7.2.7). */
const PUSHES = new Set([0x3, 0x5, 0xd]);

export function emitHttp3(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const notes = p.notes[layer] as Http3Notes;
  if (notes.isTyped) emitVarint(out, b, 0, f.streamType);
  if (notes.pushAt >= 0) emitVarint(out, b, notes.pushAt, f.pushId);
  for (const frame of notes.frames) emitFrame(out, b, frame);
}

function emitFrame(out: Sink, b: Uint8Array, { type, at, body, end, fields }: Http3Frame): void {
  emitVarint(out, b, emitVarint(out, b, at, f.frameType), f.frameLength);
  if (end > body) out.add(f.payload, body, end - body);
  if (type === SETTINGS) emitSettings(out, b, body, end);
  else if (PUSHES.has(type) && isVarint(b, body, end)) emitVarint(out, b, body, f.pushId);
  for (const field of fields) emitHeader(out, field);
}

function emitSettings(out: Sink, b: Uint8Array, body: number, end: number): void {
  for (const { at, value, next } of settingsIn(b, body, end)) {
    out.open(f.settings, at, next - at);
    emitVarint(out, b, at, f.settingId);
    emitVarint(out, b, value, settingFields[varint(b, at)] ?? f.settingValue);
    out.close();
  }
}

function emitHeader(out: Sink, field: HeaderField): void {
  const { name, value, start, length } = field;
  out.open(f.header, start, length);
  out.note(`: ${name}: ${value}`);
  out.add(f.headerName, start, length, name);
  out.add(f.headerValue, start, length, value);
  const named = headerFields.get(name);
  if (named?.type === 'text') out.add(named, start, length, value);
  else if (named !== undefined && /^\d{1,9}$/.test(value)) out.add(named, start, length, Number(value));
  out.close();
}

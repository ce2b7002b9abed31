// HTTP/2 in cleartext (RFC 9113), after an upgrade or with prior knowledge.
import { u24 } from '../../../core/bytes.ts';
import type { Packet } from '../../../core/packet.ts';
import { protocol } from '../../../core/protocol.ts';
import { tcpHeuristics } from '../../../core/table.ts';
import { grpc, grpcWholeEnd } from '../../media/grpc.ts';
import { bodySuffix } from '../../media/suffix.ts';
import { callBody } from '../../media/types.ts';
import { statusPhrases } from '../fields.ts';
import { type Message, readBody } from '../message.ts';
import { type Http2Connection, http2Connection } from './connection.ts';
import { emitFrame } from './emit.ts';
import { http2Fields as f, headerFields } from './fields.ts';
import {
  blockOf,
  CONTINUATION,
  contentOf,
  DATA,
  END_HEADERS,
  END_STREAM,
  frameName,
  HEADER,
  HEADERS,
  headerValue,
  isPreface,
  NO_FIELDS,
  PREFACE,
  PUSH_PROMISE,
  streamOf,
} from './frames.ts';
import type { HeaderField } from './hpack.ts';

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

function readHeaders(p: Packet, layer: number, b: Uint8Array, start: number): void {
  const connection = http2Connection(p);
  const [at, end] = blockOf(b, start, p.end);
  const fields = connection.headers(p.direction as 0 | 1, b, at, end, (b[start + 4]! & END_HEADERS) !== 0);
  if (fields === null) return;
  p.notes[layer] = fields;
  // The header block of PUSH_PROMISE belongs to the request that the server answers itself (§8.4).
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

/** Dissects a gRPC call message by message, since a stream of messages may never end. */
function readStream(p: Packet, connection: Http2Connection, message: Message, part: Uint8Array): void {
  const whole = connection.take(message, part);
  const end = grpcWholeEnd(whole, 0, whole.length);
  if (end > 0)
    p.within('Reassembled HTTP2 streaming body', whole, 0, end, end, () => callBody(p, message.type, 0, end));
  if (end < whole.length) connection.keep(message, whole.subarray(end));
}

/** Ends a direction of the stream: dissects its body, with [at, end) as last part. */
function finish(p: Packet, start: number, b: Uint8Array, at: number, end: number): void {
  const connection = http2Connection(p);
  const stream = streamOf(b, start);
  const message = connection.message(stream, p.direction);
  if (!message.hasParts) {
    if (end > at) readBody(p, message, at, end);
  } else {
    const whole = message.whole(b.subarray(at, end));
    p.within('Reassembled body', whole, 0, whole.length, whole.length, () =>
      readBody(p, message, 0, whole.length),
    );
  }
  connection.end(stream * 2 + p.direction);
}

/** Maximum number of frames in the Info column. */
const INFO_FRAMES_MAX = 60;

function http2Info(p: Packet, layer: number): string {
  const frames: string[] = [];
  for (let i = 0; i <= layer && frames.length < INFO_FRAMES_MAX; i++)
    if (p.protocols[i] === http2) frames.push(frameInfo(p, i));
  return frames.join(', ');
}

/** Info text of a frame: `HEADERS[1]: GET /index.html`, `DATA[1] (text/html)`. */
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

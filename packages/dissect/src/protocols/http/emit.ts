// An HTTP message as fields: first line, header fields, references to the other half of the exchange, body.
import { ascii, utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import type { Sink } from '../../core/sink.ts';
import { base64 } from './base64.ts';
import { decodedBody } from './body.ts';
import { eachChunk } from './chunks.ts';
import { type Exchange, exchangeCount, NEXT_REQUEST, NEXT_RESPONSE, RESPONSE_IN } from './exchange.ts';
import { httpFields as f, headerFields, statusPhrases } from './fields.ts';
import { type Head, lineEnd, NEITHER, NOTIFICATION, REQUEST, RESPONSE } from './head.ts';

/** Maximum number of chunks shown in the tree. */
const CHUNKS_MAX = 500;

interface Lines {
  /** Of a header field that has a field of its own. */
  readonly known: Field;
  readonly other: Field;
}

/** By the kind of head; one without a first line has none. */
const LINES: Readonly<Record<number, Lines>> = {
  [REQUEST]: { known: f.knownRequestLine, other: f.otherRequestLine },
  [RESPONSE]: { known: f.knownResponseLine, other: f.otherResponseLine },
};

/** Emits first line and header fields of the message at [start, head.end). */
export function emitHead(b: Uint8Array, start: number, head: Head, out: Sink): void {
  let at = start;
  if (head.kind !== NEITHER) {
    emitFirstLine(b, start, head, out);
    at = afterLine(b, head.lineStop, head.end);
  }
  const lines = LINES[head.kind] ?? null;
  while (at < head.end) {
    let stop = lineEnd(b, at, head.end);
    if (stop < 0) stop = head.end;
    const next = afterLine(b, stop, head.end);
    if (stop > at) emitHeader(b, at, stop, next, lines, out);
    else {
      // The empty line that ends the header.
      out.group(printable(ascii(b, at, next)), at, next - at);
      out.close();
    }
    at = next;
  }
}

function afterLine(b: Uint8Array, stop: number, end: number): number {
  return Math.min(end, b[stop] === 13 ? stop + 2 : stop + 1);
}

function emitFirstLine(b: Uint8Array, start: number, head: Head, out: Sink): void {
  const stop = head.lineStop;
  const next = afterLine(b, stop, head.end);
  out.group(printable(ascii(b, start, next)), start, next - start);
  out.add(f.chat, start, next - start);
  if (head.kind === RESPONSE) emitStatusLine(b, start, head, out);
  else {
    let methodEnd = start;
    while (methodEnd < stop && b[methodEnd] !== 0x20) methodEnd++;
    out.add(f.method, start, methodEnd - start);
    emitUri(b, head, out);
    const version = Math.min(stop, head.uriStop + 1);
    out.add(f.requestVersion, version, stop - version);
  }
  out.close();
}

function emitUri(b: Uint8Array, head: Head, out: Sink): void {
  const { uriStart, uriStop } = head;
  out.open(f.uri, uriStart, uriStop - uriStart, ascii(b, uriStart, uriStop));
  const mark = b.indexOf(0x3f, uriStart);
  if (mark >= 0 && mark + 1 < uriStop) {
    out.add(f.uriPath, uriStart, mark - uriStart, ascii(b, uriStart, mark));
    out.open(f.uriQuery, mark + 1, uriStop - mark - 1, ascii(b, mark + 1, uriStop));
    for (let at = mark + 1; at < uriStop; ) {
      let end = b.indexOf(0x26, at);
      if (end < 0 || end > uriStop) end = uriStop;
      if (end > at) out.add(f.uriParameter, at, end - at, ascii(b, at, end));
      at = end + 1;
    }
    out.close();
  }
  out.close();
}

function emitStatusLine(b: Uint8Array, start: number, head: Head, out: Sink): void {
  const stop = head.lineStop;
  let at = start;
  while (at < stop && b[at] !== 0x20) at++;
  out.add(f.responseVersion, start, at - start);
  while (at < stop && b[at] === 0x20) at++;
  if (stop - at < 3) return;
  out.add(f.code, at, 3, head.code);
  out.add(f.codeDescription, at, 3, statusPhrases.get(head.code) ?? `Unknown (${head.code})`);
  while (at < stop && b[at] !== 0x20) at++;
  while (at < stop && b[at] === 0x20) at++;
  if (at < stop) out.add(f.phrase, at, stop - at);
}

function emitHeader(
  b: Uint8Array,
  at: number,
  stop: number,
  next: number,
  lines: Lines | null,
  out: Sink,
): void {
  const line = utf8(b, at, next);
  const colon = line.indexOf(':');
  const field = colon > 0 ? headerFields.get(line.slice(0, colon).toLowerCase()) : undefined;
  if (field === undefined) {
    out.add(lines === null ? f.unknownHeader : lines.other, at, next - at, line);
    return;
  }
  const value = line.slice(colon + 1).replace(/^[ \t]+|[\r\n]+$/g, '');
  out.open(field, at, next - at, value);
  if (next > stop) out.note(b[stop] === 13 ? '\\r\\n' : '\\n');
  if (field === f.contentLength || field === f.contentLengthHeader) emitLength(at, next, value, out);
  else if (field === f.cookie)
    for (const pair of value.split(/;\s*/)) if (pair !== '') out.add(f.cookiePair, at, stop - at, pair);
  if (field === f.authorization || field === f.proxyAuthorization) emitBasic(at, value, out);
  out.close();
  if (lines !== null) out.add(lines.known, at, next - at, line);
}

function emitLength(at: number, next: number, value: string, out: Sink): void {
  if (/^\d{1,15}\s*$/.test(value)) out.add(f.contentLength, at, next - at, BigInt(value.trim()));
}

/** Basic credentials (RFC 7617): user and password in base64. */
function emitBasic(at: number, value: string, out: Sink): void {
  if (!value.startsWith('Basic ')) return;
  const decoded = base64(value.slice(6));
  out.add(f.authBasic, at, 0, utf8(decoded, 0, decoded.length));
}

/** The request's target as a URI, RFC 9112 §3.2. */
function fullUri(target: Uint8Array, host: Uint8Array | null, isConnect: boolean, isTls: boolean): string {
  const uri = ascii(target, 0, target.length);
  if (host === null || isConnect || /^https?:\/\//i.test(uri)) return uri;
  return `${isTls ? 'https' : 'http'}://${ascii(host, 0, host.length).trim()}${uri}`;
}

/** Emits the message's role in its exchange. */
export function emitExchange(
  p: Packet,
  start: number,
  head: Head,
  exchange: Exchange | null,
  isTls: boolean,
  out: Sink,
): void {
  if (exchange === null) return;
  const { target, host } = exchange;
  const uri = target === null ? '' : fullUri(target, host, exchange.isConnect, isTls);
  if (head.kind !== RESPONSE && host !== null && host.length > 0) out.add(f.fullUri, start, 0, uri);
  if (head.kind === NOTIFICATION) {
    out.add(f.notification, start, 0, true);
    return;
  }
  if (head.kind === REQUEST) {
    out.add(f.request, start, 0, true);
    out.add(f.requestNumber, start, 0, exchange.number);
    out.note(`/${exchangeCount(p, exchange.number)}`);
    if (exchange.previousRequestFrame > 0) out.add(f.prevRequestIn, start, 0, exchange.previousRequestFrame);
    emitLater(p, start, exchange, f.responseIn, RESPONSE_IN, out);
    emitLater(p, start, exchange, f.nextRequestIn, NEXT_REQUEST, out);
    return;
  }
  out.add(f.response, start, 0, true);
  out.add(f.responseNumber, start, 0, exchange.number);
  out.note(`/${exchangeCount(p, exchange.number)}`);
  if (exchange.requestFrame > 0) {
    const nanoseconds =
      (p.seconds - exchange.requestSeconds) * 1e9 + p.nanoseconds - exchange.requestNanoseconds;
    out.add(f.time, start, 0, BigInt(nanoseconds));
  }
  if (exchange.previousRequestFrame > 0) out.add(f.prevRequestIn, start, 0, exchange.previousRequestFrame);
  if (exchange.previousResponseFrame > 0) out.add(f.prevResponseIn, start, 0, exchange.previousResponseFrame);
  if (exchange.requestFrame > 0) out.add(f.requestIn, start, 0, exchange.requestFrame);
  emitLater(p, start, exchange, f.nextRequestIn, NEXT_REQUEST, out);
  emitLater(p, start, exchange, f.nextResponseIn, NEXT_RESPONSE, out);
  if (target !== null) out.add(f.responseForUri, start, 0, uri);
}

function emitLater(
  p: Packet,
  start: number,
  { number }: Exchange,
  field: Field,
  what: string,
  out: Sink,
): void {
  const frame = p.session.ahead?.of(what, p.number, number) ?? 0;
  if (frame > 0) out.add(field, start, 0, frame);
}

/** `Content-encoded entity body (gzip): 946 bytes -> 2675 bytes` */
function emitCoding(b: Uint8Array, start: number, end: number, head: Head, length: number, out: Sink): void {
  let size = end - start;
  if (head.isChunked) {
    size = 0;
    eachChunk(b, start, end, (_, __, bytes) => {
      size += bytes;
    });
  }
  const name = ascii(b, head.codingStart, head.codingStop).trim();
  if (name.toLowerCase() === 'identity') return;
  out.group(`Content-encoded entity body (${name}): ${size} bytes -> ${length} bytes`, start, end - start);
  out.close();
}

/** Emits the body: chunks, and the decoded contents. */
export function emitBody(p: Packet, b: Uint8Array, start: number, end: number, head: Head, out: Sink): void {
  if (end <= start) return;
  if (head.isChunked) {
    out.group('HTTP chunked response', start, end - start);
    let chunks = 0;
    eachChunk(b, start, end, (line, dataStart, size, chunkEnd) => {
      if (chunks++ >= CHUNKS_MAX) return;
      out.group(
        size === 0 ? 'End of chunked encoding' : `Data chunk (${size} octets)`,
        line,
        chunkEnd - line,
      );
      out.add(f.chunkSize, line, dataStart - line, size);
      if (size > 0) out.add(f.chunkData, dataStart, size);
      const boundary = dataStart + size;
      if (size > 0 && chunkEnd > boundary) out.add(f.chunkBoundary, boundary, chunkEnd - boundary);
      out.close();
    });
    out.close();
  }
  if (!out.wants(f.fileData)) return;
  const body = decodedBody(p.session.unpack, head, b, start, end);
  if (body !== null && head.codingStop > head.codingStart) emitCoding(b, start, end, head, body.length, out);
  if (body === null || body.length === 0) return;
  out.add(f.fileData, start, end - start, utf8(body, 0, body.length));
  out.note(`: ${body.length} bytes`);
}

// MIME multipart messages (RFC 2046 §5.1): parts between boundaries, each with header fields.
import { ascii, indexOf, spells } from '../../core/bytes.ts';
import { text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { nestFrom } from './nesting.ts';
import { callBody, contentOf, type MediaType, mediaTypes, takeContent, typeEnd } from './types.ts';

const f = {
  type: text('mime_multipart.type', 'Type'),
  part: text('mime_multipart.part', 'Encapsulated multipart part'),
  disposition: text('mime_multipart.header.content-disposition', 'Content-Disposition'),
  contentType: text('mime_multipart.header.content-type', 'Content-Type'),
  contentLength: text('mime_multipart.header.content-length', 'Content-Length'),
  contentId: text('mime_multipart.header.content-id', 'Content-Id'),
  transferEncoding: text('mime_multipart.header.content-transfer-encoding', 'Content-Transfer-Encoding'),
  boundary: text('mime_multipart.boundary', 'Boundary'),
};

/** Maximum number of parts dissected per message. */
const PARTS_MAX = 200;
/** RFC 2046 §5.1.1: a boundary is no longer than 70 characters. */
const BOUNDARY_MAX = 200;

/** The boundary in, for example, `boundary="x"; charset=utf-8`; empty if there is none. */
function boundaryIn(parameters: string): string {
  const match = /(?:^|[;\s])boundary\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(parameters);
  return match?.[1] ?? match?.[2] ?? '';
}

interface Part {
  start: number;
  /** Bounds of its body. */
  body: number;
  end: number;
  /** Range of the Content-Type header's value; both 0 if absent. */
  typeStart: number;
  typeStop: number;
}

/** Offset of the next delimiter's dashes at the start of a line; -1 if there is none. */
function findDelimiter(b: Uint8Array, boundary: string, from: number, end: number, start: number): number {
  for (let at = indexOf(b, 0x2d, from, end); at >= 0; at = indexOf(b, 0x2d, at + 1, end)) {
    if ((at === start || b[at - 1] === 10) && b[at + 1] === 0x2d && spells(b, at + 2, end, boundary))
      return at;
  }
  return -1;
}

/** Calls `each` for every part of the message at [start, end). */
function eachPart(
  b: Uint8Array,
  boundary: string,
  start: number,
  end: number,
  each: (part: Part) => void,
): void {
  let at = findDelimiter(b, boundary, start, end, start);
  for (let parts = 0; at >= 0 && parts < PARTS_MAX; parts++) {
    const afterBoundary = at + 2 + boundary.length;
    // §5.1.1: the last delimiter is followed by two dashes.
    if (b[afterBoundary] === 0x2d && b[afterBoundary + 1] === 0x2d) return;
    const lineEnd = indexOf(b, 10, afterBoundary, end);
    if (lineEnd < 0) return;
    const next = findDelimiter(b, boundary, lineEnd + 1, end, start);
    const partEnd = next < 0 ? end : next - (b[next - 2] === 13 ? 2 : 1);
    each(readPart(b, lineEnd + 1, Math.max(lineEnd + 1, partEnd)));
    at = next;
  }
}

function readPart(b: Uint8Array, start: number, end: number): Part {
  const part: Part = { start, body: end, end, typeStart: 0, typeStop: 0 };
  eachHeader(
    b,
    start,
    end,
    (name, valueStart, valueEnd) => {
      if (name === 'content-type') {
        part.typeStart = valueStart;
        part.typeStop = valueEnd;
      }
    },
    (body) => {
      part.body = body;
    },
  );
  return part;
}

/**
 * Calls back for the header lines from `at`, with names in lower case; `onEnd` gets the offset after the empty line.
 */
function eachHeader(
  b: Uint8Array,
  at: number,
  end: number,
  each: (name: string, valueStart: number, valueEnd: number, lineStart: number) => void,
  onEnd: (body: number) => void,
): void {
  while (at < end) {
    const feed = indexOf(b, 10, at, end);
    const lineEnd = feed < 0 ? end : feed;
    const stop = lineEnd > at && b[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
    const next = Math.min(end, lineEnd + 1);
    if (stop === at) {
      onEnd(next);
      return;
    }
    const colon = indexOf(b, 0x3a, at, stop);
    if (colon > 0) {
      let value = colon + 1;
      while (value < stop && b[value]! <= 0x20) value++;
      each(ascii(b, at, Math.min(colon, at + 64)).toLowerCase(), value, stop, at);
    }
    at = next;
  }
}

export const mimeMultipart = protocol({
  name: 'mime_multipart',
  title: 'MIME Multipart Media Encapsulation',
  fields: f,
  step(p) {
    const boundary = boundaryIn(takeContent(p).parameters).slice(0, BOUNDARY_MAX);
    const { at: start, end } = p;
    let parts = 0;
    const b = p.buf;
    const layers = p.count;
    if (boundary !== '')
      eachPart(b, boundary, start, end, (part) => {
        parts++;
        if (part.body < part.end) callPart(p, b, part);
      });
    if (parts === 0) callBody(p, null, start, end);
    nestFrom(p, layers);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const { type, parameters } = contentOf(p, layer);
    const start = p.start[layer]!;
    if (type !== null) out.add(f.type, start, 0, type.name);
    const boundary = boundaryIn(parameters).slice(0, BOUNDARY_MAX);
    if (boundary === '') return;
    const b = p.bufferOf(layer);
    eachPart(b, boundary, start, p.stop[layer]!, (part) => emitPart(b, part, out));
  },
  headline(p, layer) {
    const { type, parameters } = contentOf(p, layer);
    return `, Type: ${type?.name ?? ''}, Boundary: "${boundaryIn(parameters)}"`;
  },
});

function callPart(p: Packet, b: Uint8Array, part: Part): void {
  const type: MediaType | null =
    part.typeStart === 0 ? null : mediaTypes.at(b, part.typeStart, part.typeStop);
  const stop = typeEnd(b, part.typeStart, part.typeStop);
  callBody(p, type, part.body, part.end, part.end, ascii(b, stop, Math.min(part.typeStop, stop + 300)));
}

function emitPart(b: Uint8Array, part: Part, out: Sink): void {
  const type =
    part.typeStart === 0 ? '' : ` (${ascii(b, part.typeStart, typeEnd(b, part.typeStart, part.typeStop))})`;
  out.open(f.part, part.start, part.end - part.start, type);
  eachHeader(
    b,
    part.start,
    part.body,
    (name, valueStart, valueEnd, lineStart) => {
      const field = HEADERS.get(name);
      if (field !== undefined)
        out.add(field, lineStart, valueEnd - lineStart, ascii(b, valueStart, valueEnd));
    },
    () => {},
  );
  out.close();
}

const HEADERS = new Map([
  ['content-disposition', f.disposition],
  ['content-type', f.contentType],
  ['content-length', f.contentLength],
  ['content-id', f.contentId],
  ['content-transfer-encoding', f.transferEncoding],
]);

mediaTypes.add(
  mimeMultipart,
  'multipart/mixed',
  'multipart/related',
  'multipart/alternative',
  'multipart/form-data',
  'multipart/report',
  'multipart/signed',
  'multipart/encrypted',
  'multipart/byteranges',
);

// Redis Serialization Protocol (RESP), version 2: CRLF-terminated lines that begin with a type character.
import { ascii, indexOf } from '../../core/bytes.ts';
import { bytes, int, none, text } from '../../core/field.ts';
import { LISTED, MORE_SEGMENT, type Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';

const PORT = 6379;
const PLUS = 0x2b;
const MINUS = 0x2d;
const COLON = 0x3a;
const DOLLAR = 0x24;
const STAR = 0x2a;
const LF = 0x0a;
const CR = 0x0d;
/** Maximum depth of nested arrays. */
const DEPTH_MAX = 30;
/** Longer strings are only counted in the Info column. */
const SHOWN_MAX = 100;
const INFO_MAX = 400;
/** Beyond this size an incomplete message is not parsed again on every segment. */
const EAGER_BYTES = 65536;
const INCOMPLETE = -1;

const f = {
  string: text('resp.string', 'String'),
  error: text('resp.error', 'Error'),
  integer: int('resp.integer', 'Integer'),
  bulkString: none('resp.bulk_string', 'Bulk String'),
  bulkLength: int('resp.bulk_string.length', 'Length'),
  bulkValue: bytes('resp.bulk_string.value', 'Value'),
  array: none('resp.array', 'Array'),
  arrayLength: int('resp.array.length', 'Length'),
  fragment: none('resp.fragment', 'Fragment'),
};

const isRequest = (p: Packet): boolean => p.dstPort === PORT;

/** The number in the rest of a line; 0 if there is none. */
function numberIn(b: Uint8Array, at: number, end: number): number {
  const isNegative = b[at] === MINUS;
  let value = 0;
  for (let i = isNegative ? at + 1 : at; i < end && b[i]! >= 0x30 && b[i]! <= 0x39; i++)
    value = value * 10 + b[i]! - 0x30;
  return isNegative ? -value : value;
}

/** End of the line's text and start of the next line, kept between calls to avoid an object per line. */
let textEnd = 0;

/** Offset behind the line at `at`, or INCOMPLETE. */
function lineEnd(b: Uint8Array, at: number, end: number): number {
  const lf = indexOf(b, LF, at, end);
  if (lf < 0) return INCOMPLETE;
  textEnd = lf > at && b[lf - 1] === CR ? lf - 1 : lf;
  return lf + 1;
}

/** End of the last incomplete bulk string. */
let wantedEnd = 0;

/** Offset behind the message at `at`, or INCOMPLETE. */
function messageEnd(b: Uint8Array, at: number, end: number, depth: number): number {
  const type = b[at]!;
  const next = lineEnd(b, at, end);
  wantedEnd = 0;
  if (next < 0) return INCOMPLETE;
  if (type === DOLLAR) {
    const length = numberIn(b, at + 1, textEnd);
    if (length < 0) return next;
    if (next + length + 2 <= end) return next + length + 2;
    wantedEnd = next + length + 2;
    return INCOMPLETE;
  }
  if (type !== STAR) return next;
  const count = numberIn(b, at + 1, textEnd);
  let place = next;
  if (depth > DEPTH_MAX) return next;
  for (let i = 0; i < count; i++) {
    if (place >= end) return INCOMPLETE;
    place = messageEnd(b, place, end, depth + 1);
    if (place < 0) return INCOMPLETE;
  }
  return place;
}

export const resp = protocol({
  name: 'resp',
  title: 'REdis Serialization Protocol',
  column: 'RESP',
  fields: f,
  on: [[tcpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const layer = p.count - 1;
    const start = p.at;
    while (p.at < p.end) {
      const next = messageEnd(b, p.at, p.end, 0);
      if (next > 0) {
        p.at = next;
        continue;
      }
      const isFirst = p.at === start;
      const wanted = wantedEnd - p.at;
      // As in Wireshark, a single string waits for its end, an array is parsed again on every segment.
      const isEager = b[p.at] === STAR && p.end - p.at < EAGER_BYTES;
      if (p.askMore(isEager || wanted <= 0 ? MORE_SEGMENT : wanted)) {
        p.mark[layer] = 1;
        if (isFirst) p.flags[layer]! &= LISTED;
      } else p.at = p.end;
      return null;
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let at = p.start[layer]!;
    while (at < end) {
      const next = messageEnd(b, at, end, 0);
      if (next < 0) return;
      emitMessage(b, at, next, 0, out);
      at = next;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let text = isRequest(p) ? 'Request:' : 'Response:';
    let at = p.start[layer]!;
    while (at < end && text.length < INFO_MAX) {
      const next = messageEnd(b, at, end, 0);
      if (next < 0) break;
      text += messageInfo(b, at, next, isRequest(p));
      at = next;
    }
    return p.mark[layer] === 1 ? `${text} [continuation]` : text;
  },
});

function isText(b: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (b[i]! > 127 || b[i] === 0) return false;
  return true;
}

/** Emits one complete message; returns the offset behind it. */
function emitMessage(b: Uint8Array, at: number, end: number, depth: number, out: Sink): number {
  const next = lineEnd(b, at, end);
  if (next < 0) return end;
  const lineText = textEnd;
  switch (b[at]) {
    case PLUS:
      out.add(f.string, at, next - at, printable(ascii(b, at + 1, lineText)));
      return next;
    case MINUS:
      out.add(f.error, at, next - at, printable(ascii(b, at + 1, lineText)));
      return next;
    case COLON:
      out.add(f.integer, at, next - at, numberIn(b, at + 1, lineText));
      return next;
    case DOLLAR:
      return emitBulk(b, at, next, end, out);
    case STAR:
      break;
    default:
      if (lineText > at) out.add(f.fragment, at, next - at);
      return next;
  }
  const count = numberIn(b, at + 1, lineText);
  out.open(f.array, at, end - at);
  out.note(`: Length ${count}`);
  out.add(f.arrayLength, at, next - at, count);
  let place = next;
  if (depth <= DEPTH_MAX)
    for (let i = 0; i < count && place < end; i++) {
      const stop = messageEnd(b, place, end, depth + 1);
      if (stop < 0) break;
      emitMessage(b, place, stop, depth + 1, out);
      place = stop;
    }
  out.close();
  return place;
}

function emitBulk(b: Uint8Array, at: number, next: number, end: number, out: Sink): number {
  const length = numberIn(b, at + 1, textEnd);
  const stop = length < 0 ? next : Math.min(end, next + length + 2);
  out.open(f.bulkString, at, stop - at);
  if (length < 0) out.note(': [NULL]');
  else if (next + length <= end && isText(b, next, Math.min(next + length, next + SHOWN_MAX)))
    out.note(`: ${printable(ascii(b, next, Math.min(next + length, next + SHOWN_MAX)))}`);
  out.add(f.bulkLength, at, next - at, length);
  if (length > 0 && next + length <= end) out.add(f.bulkValue, next, length);
  out.close();
  return stop;
}

function messageInfo(b: Uint8Array, at: number, end: number, request: boolean): string {
  const next = lineEnd(b, at, end);
  if (next < 0) return '';
  const lineText = textEnd;
  switch (b[at]) {
    case PLUS:
      return request ? '' : ` ${printable(ascii(b, at + 1, lineText))}`;
    case MINUS:
      return ` Error: ${printable(ascii(b, at + 1, lineText))}`;
    case COLON:
      return request ? '' : ` ${numberIn(b, at + 1, lineText)}`;
    case DOLLAR:
      return bulkInfo(b, next, numberIn(b, at + 1, lineText), !request);
    case STAR:
      break;
    default:
      return lineText > at ? ' [fragment]' : '';
  }
  const count = numberIn(b, at + 1, lineText);
  if (!request) return ` Array(${count})`;
  // A command: its arguments.
  let text = '';
  let place = next;
  for (let i = 0; i < count && place < end && text.length < INFO_MAX; i++) {
    const stop = messageEnd(b, place, end, 1);
    if (stop < 0) break;
    if (b[place] === DOLLAR) {
      const value = lineEnd(b, place, stop);
      text += bulkInfo(b, value, numberIn(b, place + 1, textEnd), true, true);
    }
    place = stop;
  }
  return text;
}

function bulkInfo(b: Uint8Array, at: number, length: number, isShown: boolean, isWord = false): string {
  if (length < 0) return '';
  if (!isText(b, at, at + Math.min(length, SHOWN_MAX))) return isWord ? '' : ` BulkString(${length})`;
  if (isShown && length < SHOWN_MAX) return ` ${printable(ascii(b, at, at + length))}`;
  return ` BulkString(${length})`;
}

// Hypertext Transfer Protocol 1.x (RFC 9110, RFC 9112), by port and by heuristics.
import { ascii, indexOf, spells } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { short } from '../../core/malformed.ts';
import { COLUMN, MORE_SEGMENT, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { sctpPorts, Table, tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { tokenInfo } from '../auth/token-info.ts';
import { nestFrom } from '../media/nesting.ts';
import { bodySuffix } from '../media/suffix.ts';
import { readAuthentication } from './authentication.ts';
import { readBody } from './body.ts';
import { endOfBody, wanted } from './body-length.ts';
import { emitBody, emitExchange, emitHead } from './emit.ts';
import { type Exchange, type HttpMemory, httpMemory, remember } from './exchange.ts';
import { httpFields as f } from './fields.ts';
import { FOREIGN, HEAD_BYTES_MAX, Head, INCOMPLETE, NEITHER, RESPONSE, readHead, WHOLE } from './head.ts';
import { isPreface } from './http2/frames.ts';
import { http2 } from './http2/http2.ts';
import { beginWith, isSwitched, stepSwitched, switchProtocol, TUNNEL } from './switching.ts';

/** Wireshark's TCP ports of HTTP; 631 is IPP's, 3689 DAAP's. */
const PORTS = [80, 591, 3128, 3132, 3689, 5985, 8080, 8088, 11371, 1900, 2710, 2869, 631];

/** Protocols over HTTP on ports of their own (Wireshark's table http.port). */
export const httpPorts = new Table('http.port');

/** Kinds of layers, kept in the mark. */
const MESSAGE = 1;
/** An incomplete message. */
const PARTIAL = 2;
const CONTINUATION = 3;
/** Header lines without a first line, before the conversation is known to be HTTP: shown, but without columns. */
const HEADERS = 4;

const head = new Head();

export const http: Protocol = protocol({
  name: 'http',
  title: 'Hypertext Transfer Protocol',
  column: (p, layer) => (isClaimed(p.mark[layer]!) ? 'HTTP' : null),
  info: httpInfo,
  fields: f,
  on: [
    [tcpPorts, ...PORTS],
    [sctpPorts, 80],
  ],
  heuristics: [[tcpHeuristics, looksLikeHttp]],
  step(p) {
    const memory = httpMemory(p);
    if (memory.last === null && isPreface(p.buf, p.at, p.end)) beginWith(memory, http2);
    if (isSwitched(memory)) return stepSwitched(p, memory, true);
    const { end } = p;
    const from = p.at;
    while (p.at < end) {
      if (p.at > from) {
        if (isSwitched(memory)) return stepSwitched(p, memory, false);
        if (!p.push(http, SHOWN | COLUMN)) break;
      }
      const result = readMessage(p, memory, p.at === from);
      if (result !== GO_ON) return result === NOT_HTTP ? REJECTED : null;
    }
    p.at = end;
    return null;
  },
  emit: emitHttp,
});

function isClaimed(mark: number): boolean {
  return mark === MESSAGE || mark === CONTINUATION;
}

/** A first line that begins or ends with a version: Wireshark's heuristic for HTTP. */
function looksLikeHttp(p: Packet): boolean {
  const b = p.buf;
  const { at, end } = p;
  const c = b[at]!;
  if (c < 0x21 || c > 0x7e) return false;
  const feed = b.indexOf(10, at);
  if (feed < 0 || feed >= end || feed - at > 65536) return false;
  if (isVersion(b, at, end)) return true;
  // A request: the version ends the line.
  if (end - at < 14) return false;
  const stop = b[feed - 1] === 13 ? feed - 1 : feed;
  return stop - at > 8 && isVersion(b, stop - 8, stop);
}

function isVersion(b: Uint8Array, at: number, end: number): boolean {
  return spells(b, at, end, 'HTTP/1.') || spells(b, at, end, 'http/1.');
}

/** Results of readMessage. */
const GO_ON = 0;
const WAIT = 1;
const NOT_HTTP = 2;

/** Reads the message at the cursor, whose layer has been pushed, and moves past it. */
function readMessage(p: Packet, memory: HttpMemory, isFirst: boolean): number {
  const b = p.buf;
  const { end } = p;
  const layer = p.count - 1;
  // RFC 9112 §2.2: empty lines before a request are skipped.
  const start = end - p.at > 3 && b[p.at] === 13 && b[p.at + 1] === 10 ? p.at + 2 : p.at;
  const isText = b[start]! >= 0x20 && b[start]! < 0x7f;
  if (!isText) return memory.last === null ? foreign(p, layer, isFirst) : continuation(p, layer, isFirst);
  const isCut = p.wireEnd > end;
  if (!isCut && isEndless(p, memory, start, isFirst)) return wait(p, layer, MORE_SEGMENT, isFirst);
  const found = readHead(head, b, start, end, isCut || !p.mayAskMore);
  if (isCut && found === WHOLE && !head.isComplete) return cutHead(p, memory, layer, start);
  if (found === INCOMPLETE) {
    if (head.kind === NEITHER) memory.searched[p.direction] = end - start;
    return wait(p, layer, MORE_SEGMENT, isFirst);
  }
  memory.searched[p.direction] = 0;
  if (found === FOREIGN)
    return memory.last === null ? foreign(p, layer, isFirst) : continuation(p, layer, isFirst);
  const bodyStart = head.end;
  const bodyEnd = endOfBody(p, memory, head, start, isFirst);
  if (bodyEnd < 0) return wait(p, layer, wanted(-bodyEnd), isFirst);
  memory.chunksDone[p.direction] = 0;
  p.mark[layer] = head.kind !== NEITHER ? MESSAGE : memory.last === null ? HEADERS : CONTINUATION;
  p.start[layer] = start;
  p.payload[layer] = bodyStart;
  p.stop[layer] = Math.min(end, bodyEnd);
  const exchange = remember(p, memory, head, start);
  p.notes[layer] = exchange;
  if (head.authStop > 0) readAuthentication(p, head.authStart, head.authStop);
  if (head.kind === RESPONSE && exchange !== null) switchProtocol(p, memory, exchange, b, start, head);
  if (bodyEnd > bodyStart) {
    const byPort = httpPorts.get(head.kind === RESPONSE ? p.srcPort : p.dstPort) ?? null;
    const mayAskMore = p.mayAskMore;
    readBody(p, head, bodyStart, Math.min(end, bodyEnd), bodyEnd, byPort);
    p.mayAskMore = mayAskMore;
  }
  p.at = Math.min(end, bodyEnd);
  return GO_ON;
}

/** Resumes the search for the end of the first line where it stopped in earlier segments. */
function isEndless(p: Packet, memory: HttpMemory, start: number, isFirst: boolean): boolean {
  const searched = memory.searched[p.direction]!;
  if (!isFirst || searched === 0 || p.from === 0 || !p.mayAskMore) return false;
  const length = p.end - start;
  if (length <= searched || length > LINE_BYTES_MAX) return false;
  if (indexOf(p.buf, 10, start + searched, p.end) >= 0) return false;
  memory.searched[p.direction] = length;
  head.kind = NEITHER;
  return true;
}

/** Maximum length of a first line waited for; anything longer is part of a body. */
const LINE_BYTES_MAX = 4 << 20;

/** The capture truncated the head: shows what is there; with an incomplete first line it does not set the columns. */
function cutHead(p: Packet, memory: HttpMemory, layer: number, start: number): number {
  p.mark[layer] = head.lineStop < p.end ? MESSAGE : HEADERS;
  p.start[layer] = start;
  p.notes[layer] = remember(p, memory, head, start);
  p.at = p.end;
  p.push(short, SHOWN);
  return WAIT;
}

function wait(p: Packet, layer: number, bytes: number, isFirst: boolean): number {
  if (!p.askMore(bytes)) return continuation(p, layer, isFirst);
  // Only the Info column shows it, as in Wireshark; the tree is where the message is complete.
  p.flags[layer] = p.flags[layer]! & COLUMN;
  p.start[layer] = p.at;
  p.stop[layer] = p.end;
  p.mark[layer] = head.kind === NEITHER ? 0 : PARTIAL;
  return WAIT;
}

/** Bytes of an HTTP conversation that do not begin a message: usually the rest of a body. */
function continuation(p: Packet, layer: number, isFirst: boolean): number {
  p.mark[layer] = CONTINUATION;
  if (!isFirst) p.start[layer] = p.at;
  p.payload[layer] = p.at;
  const layers = p.count;
  p.call(data, p.at, p.end, p.wireEnd);
  nestFrom(p, layers);
  return WAIT;
}

/** Heuristics on HTTP's ports are not tried any more after this many payloads. */
const GUESSES_MAX = 16;

/** Non-HTTP traffic on a port of HTTP: dissected if a heuristic recognizes it, else data, as in Wireshark. */
function foreign(p: Packet, layer: number, isFirst: boolean): number {
  const { flows } = p.session;
  if (isFirst && p.flow >= 0 && flows.guesses(p.flow) < GUESSES_MAX) {
    for (const { protocol: guess, matches } of tcpHeuristics.entries)
      if (guess !== http && matches(p)) return NOT_HTTP;
    flows.addGuess(p.flow);
  }
  p.flags[layer] = 0;
  p.at = p.end;
  return WAIT;
}

function isTls(p: Packet, layer: number): boolean {
  for (let below = layer - 1; below >= 0; below--) if (p.protocols[below]!.name === 'tls') return true;
  return false;
}

const emitted = new Head();

function emitHttp(p: Packet, layer: number, out: Sink): void {
  const bytes = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  const mark = p.mark[layer]!;
  if (mark === CONTINUATION) {
    if (out.wants(f.fileData)) out.add(f.fileData, start, stop - start);
    return;
  }
  if (mark === TUNNEL) {
    const { tunnelHost, tunnelPort } = p.notes[layer] as HttpMemory;
    out.add(f.proxyHost, start, 0, tunnelHost);
    out.add(f.proxyPort, start, 0, tunnelPort);
  }
  if (mark !== MESSAGE && mark !== HEADERS) return;
  if (readHead(emitted, bytes, start, stop, true) === FOREIGN) return;
  emitHead(bytes, start, emitted, out);
  emitExchange(p, start, emitted, p.notes[layer] as Exchange | null, isTls(p, layer), out);
  emitBody(p, bytes, emitted.end, stop, emitted, out);
}

/** Messages of one packet shown in the Info column. */
const INFO_MESSAGES_MAX = 50;

/** The first lines of all messages in the packet, each with what its body adds. */
function httpInfo(p: Packet, layer: number): string | null {
  let text = '';
  let messages = 0;
  for (let i = 0; i <= layer && messages < INFO_MESSAGES_MAX; i++) {
    if (p.protocols[i] !== http || (p.flags[i]! & COLUMN) === 0) continue;
    const mark = p.mark[i]!;
    if (mark === CONTINUATION) text += 'Continuation';
    else if (mark === MESSAGE)
      text += `${firstLine(p, i)} ${tokenInfo(p, i + 1, nextMessage(p, i, layer))}${bodySuffix(p, i)}`;
    else if (mark === PARTIAL && i === layer)
      text += `${firstLine(p, i)}  [TCP segment of a reassembled PDU]`;
    else continue;
    messages++;
  }
  return messages === 0 ? null : text;
}

/** The layer of the message that follows the one at `layer`, of those up to `last`; without one, the end of the packet. */
function nextMessage(p: Packet, layer: number, last: number): number {
  for (let i = layer + 1; i <= last; i++) if (p.protocols[i] === http) return i;
  return p.count;
}

function firstLine(p: Packet, layer: number): string {
  const bytes = p.bufferOf(layer);
  const start = p.start[layer]!;
  let stop = start;
  const most = Math.min(p.stop[layer]!, start + HEAD_BYTES_MAX);
  while (stop < most && bytes[stop] !== 10 && bytes[stop] !== 13) stop++;
  return ascii(bytes, start, stop);
}

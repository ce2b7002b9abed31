// Real-Time Streaming Protocol (RFC 2326, RFC 7826): HTTP-like requests and responses, and interleaved media.
import { ascii, spells, u16 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { COLUMN, MORE_SEGMENT, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { netAddress } from '../../core/text.ts';
import { callBody, mediaTypes } from '../media/types.ts';
import { eachLine, endOfLine, lineText } from '../text/lines.ts';
import { announceMedia } from './media-sessions.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';

const METHODS = [
  'DESCRIBE',
  'ANNOUNCE',
  'GET_PARAMETER',
  'OPTIONS',
  'PAUSE',
  'PLAY',
  'RECORD',
  'REDIRECT',
  'SETUP',
  'SET_PARAMETER',
  'TEARDOWN',
];

const f = {
  request: text('rtsp.request', 'Request'),
  method: text('rtsp.method', 'Method'),
  url: text('rtsp.url', 'URL'),
  response: text('rtsp.response', 'Response'),
  status: uint('rtsp.status', 'Status'),
  contentType: text('rtsp.content-type', 'Content-type'),
  contentLength: uint('rtsp.content-length', 'Content-length'),
  session: text('rtsp.session', 'Session'),
  transport: text('rtsp.transport', 'Transport'),
  magic: uint('rtsp.magic', 'Magic').at(-1, 1).hex(),
  channel: uint('rtsp.channel', 'Channel').at(-1, 1).hex(),
  length: uint('rtsp.length', 'Length'),
};

/** Marks of a layer. */
const MESSAGE = 1;
const INTERLEAVED = 2;
const OTHER = 3;

const HEAD_BYTES_MAX = 64 << 10;

interface Conversation {
  /** Media by channel number of interleaved frames. */
  readonly channels: Map<number, Protocol>;
  isKnown: boolean;
}

function isRequest(b: Uint8Array, at: number, end: number): boolean {
  for (const method of METHODS) if (b[at + method.length] === 0x20 && spells(b, at, end, method)) return true;
  return false;
}

function isMessage(b: Uint8Array, at: number, end: number): boolean {
  return spells(b, at, end, 'RTSP/') || isRequest(b, at, end);
}

export const rtsp: Protocol = protocol({
  name: 'rtsp',
  title: 'Real Time Streaming Protocol',
  column: (p, layer) => (p.mark[layer] === INTERLEAVED ? null : 'RTSP'),
  fields: f,
  on: [[tcpPorts, 554, 7236, 8554]],
  heuristics: [[tcpHeuristics, looksLikeRtsp]],
  step(p) {
    const { end } = p;
    const from = p.at;
    const state = p.session.stateOf<Conversation>(p, 'rtsp', () => ({ channels: new Map(), isKnown: false }));
    while (p.at < end) {
      if (p.at > from && !p.push(rtsp, SHOWN | COLUMN)) break;
      const layer = p.count - 1;
      const isDone =
        p.buf[p.at] === 0x24 && state.isKnown ? readFrame(p, layer, state) : readMessage(p, layer, state);
      if (!isDone) {
        if (p.mark[layer] !== 0) return null;
        return p.at === from && layer === p.count - 1 && !p.wanted ? REJECTED : null;
      }
    }
    p.at = end;
    return null;
  },
  emit: emitRtsp,
  info: rtspInfo,
});

/** Whether the first line ends (request) or begins (response) with a version. */
function looksLikeRtsp(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (b[at]! < 0x41 || b[at]! > 0x54) return false;
  if (spells(b, at, end, 'RTSP/1.0 ') || spells(b, at, end, 'RTSP/2.0 ')) return true;
  if (!isRequest(b, at, end)) return false;
  const stop = endOfLine(b, at, end);
  return spells(b, stop - 8, stop, 'RTSP/1.0') || spells(b, stop - 8, stop, 'RTSP/2.0');
}

/** Interleaved frame (RFC 2326 §10.12): a dollar sign, channel, length, and a media packet. */
function readFrame(p: Packet, layer: number, state: Conversation): boolean {
  const b = p.buf;
  const start = p.at;
  if (p.end - start < 4) {
    if (!p.askMore(4)) return skipRest(p, layer);
    p.flags[layer] = 0;
    return false;
  }
  const stop = start + 4 + u16(b, start + 2);
  if (stop > p.end && p.askMore(stop - start)) {
    p.flags[layer] = 0;
    return false;
  }
  const end = Math.min(stop, p.end);
  p.mark[layer] = INTERLEAVED;
  p.payload[layer] = start + 4;
  p.stop[layer] = end;
  const made = state.channels.get(b[start + 1]!) ?? (b[start + 1]! % 2 === 0 ? rtp : rtcp);
  const mayAskMore = p.mayAskMore;
  p.mayAskMore = false;
  if (end > start + 4) p.call(made, start + 4, end);
  p.mayAskMore = mayAskMore;
  p.at = end;
  return true;
}

function skipRest(p: Packet, layer: number): boolean {
  p.mark[layer] = OTHER;
  p.at = p.end;
  return true;
}

function readMessage(p: Packet, layer: number, state: Conversation): boolean {
  const b = p.buf;
  const { end } = p;
  const start = p.at;
  if (!isMessage(b, start, end)) return state.isKnown ? skipRest(p, layer) : false;
  let contentLength = 0;
  let typeStart = 0;
  let typeStop = 0;
  let body = -1;
  eachLine(b, start, end, (at, stop, next) => {
    if (body >= 0 || stop === end) return;
    if (stop === at) body = next;
    else if ((b[at]! | 0x20) === 0x63) {
      const found = /^content-(length|type)\s*:\s*(.*)$/i.exec(ascii(b, at, Math.min(stop, at + 200)));
      if (found === null) return;
      if (found[1]!.toLowerCase() === 'length') contentLength = Number.parseInt(found[2]!, 10) || 0;
      else {
        typeStart = stop - found[2]!.length;
        typeStop = stop;
      }
    } else if ((b[at]! | 0x20) === 0x74)
      readTransport(p, state, ascii(b, at, Math.min(stop, at + 400)), b[start] === 0x52);
  });
  if (body < 0 && end - start < HEAD_BYTES_MAX && p.askMore(MORE_SEGMENT)) return wait(p, layer);
  if (body < 0) body = end;
  const bodyEnd = body + contentLength;
  if (bodyEnd > end && p.askMore(bodyEnd - start)) return wait(p, layer);
  state.isKnown = true;
  p.mark[layer] = MESSAGE;
  p.payload[layer] = body;
  p.stop[layer] = Math.min(end, bodyEnd);
  if (contentLength > 0 && body < end) {
    const mayAskMore = p.mayAskMore;
    callBody(
      p,
      typeStop > 0 ? mediaTypes.at(b, typeStart, typeStop) : null,
      body,
      Math.min(end, bodyEnd),
      bodyEnd,
    );
    p.mayAskMore = mayAskMore;
  }
  p.at = Math.min(end, bodyEnd);
  return true;
}

function wait(p: Packet, layer: number): boolean {
  p.flags[layer] = 0;
  return false;
}

/** Registers the media endpoints of a Transport header (RFC 2326 §12.39); that of the response is authoritative. */
function readTransport(p: Packet, state: Conversation, line: string, isReply: boolean): void {
  if (!/^transport\s*:/i.test(line)) return;
  const interleaved = /;\s*interleaved=(\d{1,3})(?:-(\d{1,3}))?/i.exec(line);
  if (interleaved !== null) {
    if (state.channels.size > 64) return;
    state.channels.set(Number(interleaved[1]), rtp);
    if (interleaved[2] !== undefined) state.channels.set(Number(interleaved[2]), rtcp);
    return;
  }
  if (!isReply) return;
  const session = {
    method: 'RTSP',
    setupFrame: p.number,
    isSecure: /SAVP/i.test(line),
    encodings: new Map<number, string>(),
  };
  const server = netAddress(p, p.netSrc);
  const client = /;\s*destination=([^;]+)/i.exec(line)?.[1] ?? netAddress(p, p.netDst);
  for (const [name, address] of [
    ['client_port', client],
    ['server_port', server],
    ['port', client],
  ] as const) {
    const ports = new RegExp(`;\\s*${name}=(\\d{1,5})(?:-(\\d{1,5}))?`, 'i').exec(line);
    if (ports === null) continue;
    announceMedia(p, rtp, address, Number(ports[1]), session);
    announceMedia(
      p,
      rtcp,
      address,
      ports[2] === undefined ? Number(ports[1]) + 1 : Number(ports[2]),
      session,
    );
  }
}

function emitRtsp(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const mark = p.mark[layer];
  if (mark === INTERLEAVED) {
    out.add(f.magic, start, 1);
    out.add(f.channel, start + 1, 1);
    out.add(f.length, start + 2, 2);
    return;
  }
  if (mark !== MESSAGE) return;
  let isFirst = true;
  eachLine(b, start, p.payload[layer]!, (at, stop, next) => {
    if (isFirst) emitFirstLine(b, at, stop, out);
    else if (stop > at) emitHeader(b, at, stop, next, out);
    isFirst = false;
  });
}

function emitFirstLine(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const line = ascii(b, at, stop);
  const words = line.split(' ');
  if (line.startsWith('RTSP/')) {
    out.open(f.response, at, stop - at, line);
    const status = Number.parseInt(words[1] ?? '', 10);
    if (status >= 0) out.add(f.status, at, stop - at, status);
  } else {
    out.open(f.request, at, stop - at, line);
    out.add(f.method, at, words[0]!.length, words[0]!);
    if (words[1] !== undefined) out.add(f.url, at, stop - at, words[1]);
  }
  out.close();
}

function emitHeader(b: Uint8Array, at: number, stop: number, next: number, out: Sink): void {
  const line = ascii(b, at, stop);
  const colon = line.indexOf(':');
  const value = line.slice(colon + 1).trim();
  switch (line.slice(0, Math.max(0, colon)).toLowerCase()) {
    case 'content-type':
      out.add(f.contentType, at, next - at, value);
      return;
    case 'content-length':
      if (/^\d{1,9}$/.test(value)) out.add(f.contentLength, at, next - at, Number(value));
      return;
    case 'session':
      out.add(f.session, at, next - at, value);
      return;
    case 'transport':
      out.add(f.transport, at, next - at, value);
      return;
    default:
      out.group(line, at, next - at);
      out.close();
  }
}

function rtspInfo(p: Packet, layer: number): string | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.mark[layer] === OTHER) return 'Continuation';
  if (p.mark[layer] !== MESSAGE) return null;
  const line = lineText(b, start, endOfLine(b, start, p.stop[layer]!));
  return line.startsWith('RTSP/') ? `Reply: ${line}` : line;
}

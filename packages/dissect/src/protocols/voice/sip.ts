// Session Initiation Protocol (RFC 3261): HTTP-like requests and responses over UDP and TCP.
import { ascii, indexOf, spells } from '../../core/bytes.ts';
import { COLUMN, MORE_SEGMENT, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpHeuristics, tcpPorts, udpHeuristics, udpPorts } from '../../core/table.ts';
import { onSubprotocol } from '../http/websocket.ts';
import { nestFrom } from '../media/nesting.ts';
import { bodySuffix } from '../media/suffix.ts';
import { callBody, mediaTypes, typeEnd } from '../media/types.ts';
import { afterLine, endOfLine, lineText } from '../text/lines.ts';
import { emitSip } from './sip-emit.ts';
import { sipFields } from './sip-fields.ts';
import { sipfragSuffix } from './sipfrag.ts';

const PORT = 5060;

const METHODS = [
  'ACK',
  'BYE',
  'CANCEL',
  'DO',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'QAUTH',
  'REFER',
  'REGISTER',
  'SPRACK',
  'SUBSCRIBE',
  'UPDATE',
  'PUBLISH',
];

const NEITHER = 0;
const REQUEST = 1;
const UNKNOWN_REQUEST = 2;
const STATUS = 3;

/** Maximum length of a head; reassembly does not wait for longer ones. */
const HEAD_BYTES_MAX = 64 << 10;

/** The kind of message that begins with the line [at, stop). */
function kindOfLine(b: Uint8Array, at: number, stop: number): number {
  if (spells(b, at, stop, 'SIP/2.0 ')) return STATUS;
  if (stop - at < 12 || !spells(b, stop - 8, stop, ' SIP/2.0')) return NEITHER;
  for (const method of METHODS)
    if (b[at + method.length] === 0x20 && spells(b, at, stop, method)) return REQUEST;
  const space = indexOf(b, 0x20, at, stop);
  return space > at && space < stop - 8 && indexOf(b, 0x3a, space, stop) > 0 ? UNKNOWN_REQUEST : NEITHER;
}

interface Head {
  /** Offset of the body; -1 if the head is incomplete. */
  end: number;
  /** Value of Content-Length in bytes; -1 if absent. */
  contentLength: number;
  typeStart: number;
  typeStop: number;
}

const head: Head = { end: 0, contentLength: -1, typeStart: 0, typeStop: 0 };

/**
 * Offset of the line's header value if its name is `name` (lower case) or its compact form (RFC 3261 §7.3.3); else -1.
 */
function headerAt(b: Uint8Array, at: number, stop: number, name: string, compact: number): number {
  let i = at;
  if ((b[at]! | 0x20) === compact && (b[at + 1] === 0x3a || b[at + 1] === 0x20)) i = at + 1;
  else {
    if (stop - at <= name.length) return -1;
    for (let k = 0; k < name.length; k++) if ((b[at + k]! | 0x20) !== name.charCodeAt(k)) return -1;
    i = at + name.length;
  }
  while (i < stop && (b[i] === 0x20 || b[i] === 9)) i++;
  if (b[i] !== 0x3a) return -1;
  i++;
  while (i < stop && (b[i] === 0x20 || b[i] === 9)) i++;
  return i;
}

function readHead(b: Uint8Array, start: number, end: number): void {
  head.end = -1;
  head.contentLength = -1;
  head.typeStart = head.typeStop = 0;
  for (let at = start; at < end; ) {
    const stop = endOfLine(b, at, end);
    if (stop === end) return;
    const next = afterLine(b, stop, end);
    if (stop === at) {
      head.end = next;
      return;
    }
    const first = b[at]! | 0x20;
    if (first === 0x63 || first === 0x6c) {
      const type = headerAt(b, at, stop, 'content-type', 0x63);
      const length = type < 0 ? headerAt(b, at, stop, 'content-length', 0x6c) : -1;
      if (type >= 0) {
        head.typeStart = type;
        head.typeStop = stop;
      } else if (length >= 0)
        head.contentLength = Number.parseInt(ascii(b, length, Math.min(stop, length + 10)), 10);
      if (Number.isNaN(head.contentLength)) head.contentLength = -1;
    }
    at = next;
  }
}

function isOverTcp(p: Packet): boolean {
  return p.transport === 6;
}

export const sip: Protocol = protocol({
  name: 'sip',
  title: 'Session Initiation Protocol',
  column: 'SIP',
  fields: sipFields,
  on: [
    [udpPorts, PORT],
    [tcpPorts, PORT],
  ],
  heuristics: [
    [udpHeuristics, looksLikeSip],
    [tcpHeuristics, looksLikeSip],
  ],
  step(p) {
    const { end } = p;
    const from = p.at;
    for (;;) {
      skipEmptyLines(p);
      const layer = p.count - 1;
      if (p.at >= end) {
        // Keep-alives (RFC 5626 §4.4.1) are not messages.
        if (p.start[layer] !== from || !isOverTcp(p)) return REJECTED;
        p.flags[layer] = 0;
        return null;
      }
      const result = readMessage(p, layer, p.at === from || p.start[layer] === from);
      if (result !== GO_ON) return result === NOT_SIP ? REJECTED : null;
      if (p.at >= end || !isOverTcp(p)) break;
      skipEmptyLines(p);
      if (p.at >= end || !p.push(sip, SHOWN | COLUMN)) break;
    }
    p.at = end;
    return null;
  },
  emit: emitSip,
  info: sipInfo,
  headline: (p, layer) => ` (${summary(p, layer).method})`,
});

/** RFC 3261 §7.5: empty lines before a message are ignored. */
function skipEmptyLines(p: Packet): void {
  while (p.at + 1 < p.end && p.buf[p.at] === 13 && p.buf[p.at + 1] === 10) p.at += 2;
}

/** Results of readMessage. */
const GO_ON = 0;
const WAIT = 1;
const NOT_SIP = 2;

function readMessage(p: Packet, layer: number, isFirst: boolean): number {
  const b = p.buf;
  const { end } = p;
  const start = p.at;
  const stop = endOfLine(b, start, end);
  if (stop === end && end - start < HEAD_BYTES_MAX && p.askMore(MORE_SEGMENT)) return wait(p, layer);
  const kind = kindOfLine(b, start, stop);
  if (kind === NEITHER) {
    if (!isFirst) p.flags[layer] = 0;
    return isFirst ? NOT_SIP : WAIT;
  }
  readHead(b, start, end);
  if (head.end < 0) {
    if (end - start < HEAD_BYTES_MAX && p.askMore(MORE_SEGMENT)) return wait(p, layer);
    head.end = end;
  }
  const isTcp = isOverTcp(p);
  let bodyEnd = head.contentLength < 0 ? (isTcp ? head.end : end) : head.end + head.contentLength;
  if (bodyEnd > end && p.askMore(bodyEnd - start)) return wait(p, layer);
  bodyEnd = Math.min(bodyEnd, end);
  p.start[layer] = start;
  p.payload[layer] = head.end;
  p.stop[layer] = bodyEnd;
  p.mark[layer] = kind;
  readBody(p, bodyEnd);
  p.at = bodyEnd;
  return GO_ON;
}

function wait(p: Packet, layer: number): number {
  p.flags[layer] = 0;
  return WAIT;
}

function readBody(p: Packet, bodyEnd: number): void {
  const { end: at, typeStart, typeStop } = head;
  if (bodyEnd <= at || typeStop === 0) return;
  const b = p.buf;
  const parametersAt = typeEnd(b, typeStart, typeStop);
  const layers = p.count;
  const mayAskMore = p.mayAskMore;
  callBody(
    p,
    mediaTypes.at(b, typeStart, typeStop),
    at,
    bodyEnd,
    bodyEnd,
    ascii(b, parametersAt, Math.min(typeStop, parametersAt + 200)),
  );
  p.mayAskMore = mayAskMore;
  nestFrom(p, layers);
}

/** Heuristic: a first line with SIP/2.0, on any port. */
function looksLikeSip(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 16 || b[at]! < 0x41 || b[at]! > 0x7a) return false;
  const stop = endOfLine(b, at, Math.min(end, at + 512));
  return stop < end && kindOfLine(b, at, stop) !== NEITHER;
}

/** Method of a message and the number of contacts it binds, for the Info column. */
function summary(p: Packet, layer: number): { method: string; contacts: number } {
  const b = p.bufferOf(layer);
  let method = '';
  let contacts = 0;
  const end = p.payload[layer]!;
  for (let at = p.start[layer]!, lines = 0; at < end && lines < 200; lines++) {
    const stop = endOfLine(b, at, end);
    const sequence = headerAt(b, at, stop, 'cseq', 0);
    if (sequence >= 0)
      method = /^\d+\s+(\S+)/.exec(ascii(b, sequence, Math.min(stop, sequence + 60)))?.[1] ?? '';
    else if (headerAt(b, at, stop, 'contact', 0x6d) >= 0) contacts++;
    at = afterLine(b, stop, end);
  }
  return { method, contacts };
}

/** Maximum number of messages in the Info column. */
const INFO_MESSAGES_MAX = 20;

function sipInfo(p: Packet, layer: number): string {
  let text = '';
  for (let i = 0, messages = 0; i <= layer && messages < INFO_MESSAGES_MAX; i++) {
    if (p.protocols[i] !== sip || p.mark[i] === NEITHER) continue;
    text += `${messageInfo(p, i)}${bodySuffix(p, i)}${sipfragSuffix(p, i)}`;
    messages++;
  }
  return text;
}

function messageInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const line = lineText(b, start, endOfLine(b, start, p.stop[layer]!));
  const { method, contacts } = summary(p, layer);
  const isBinding = method === 'REGISTER' && contacts > 0;
  const bindings = isBinding ? `  (${contacts} binding${contacts === 1 ? '' : 's'})` : '';
  if (p.mark[layer] === STATUS) {
    const code = line.slice(8);
    return `Status: ${code}${code.startsWith('200') ? ` (${method})` : ''}${code.startsWith('200') ? bindings : ''} | `;
  }
  const request = line.replace(/ SIP\/2\.0$/, '');
  return `${p.mark[layer] === REQUEST ? 'Request' : 'Unknown request'}: ${request}${bindings} | `;
}

onSubprotocol('sip', sip);

// Fields of a SIP message: first line, header fields, and parameters of the most common ones.
import { utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { afterLine, endOfLine } from '../text/lines.ts';
import { sipFields as f, headerField } from './sip-fields.ts';

/** Maximum number of header fields shown per message. */
const HEADERS_MAX = 300;

export function emitSip(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = Math.min(p.payload[layer]!, p.stop[layer]!);
  const stop = endOfLine(b, start, end);
  emitFirstLine(b, start, stop, out);
  const first = afterLine(b, stop, end);
  out.open(f.header, first, end - first);
  for (let at = first, headers = 0; at < end && headers < HEADERS_MAX; headers++) {
    let lineStop = endOfLine(b, at, end);
    let next = afterLine(b, lineStop, end);
    // RFC 3261 §7.3.1: a line that begins with white space continues the previous one.
    while (next < end && lineStop > at && (b[next] === 0x20 || b[next] === 9)) {
      lineStop = endOfLine(b, next, end);
      next = afterLine(b, lineStop, end);
    }
    if (lineStop > at) emitHeader(b, at, lineStop, out);
    at = next;
  }
  out.close();
}

interface Uri {
  user: string;
  host: string;
  port: string;
}

/** RFC 3261 §19.1: sip:user@host:port;parameters */
function parts(uri: string): Uri {
  const match = /^(?:[a-z]+:)?(?:([^@;?>]*)@)?(\[[^\]]*\]|[^:;?>\s]*)(?::(\d+))?/i.exec(uri);
  return { user: match?.[1]?.split(':')[0] ?? '', host: match?.[2] ?? '', port: match?.[3] ?? '' };
}

function emitUri(
  at: number,
  length: number,
  uri: string,
  fields: readonly [Field, Field, Field],
  out: Sink,
): void {
  const { user, host, port } = parts(uri);
  if (user !== '') out.add(fields[0], at, length, user);
  if (host !== '') out.add(fields[1], at, length, host);
  if (port !== '') out.add(fields[2], at, length, port);
}

function emitFirstLine(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const line = utf8(b, at, stop);
  const length = stop - at;
  if (line.startsWith('SIP/2.0 ')) {
    out.open(f.statusLine, at, length, line);
    const code = Number.parseInt(line.slice(8), 10);
    if (code >= 0) out.add(f.statusCode, at + 8, Math.min(3, length - 8), code);
    out.close();
    return;
  }
  const [method, uri] = line.split(' ');
  out.open(f.requestLine, at, length, line);
  out.add(f.method, at, method!.length, method!);
  if (uri !== undefined) {
    out.open(f.uri, at, length, uri);
    emitUri(at, length, uri, [f.uriUser, f.uriHost, f.uriPort], out);
    out.close();
  }
  out.close();
}

function emitHeader(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const line = utf8(b, at, stop).replace(/\r?\n[ \t]+/g, ' ');
  const colon = line.indexOf(':');
  const { name, field } = headerField(colon < 0 ? '' : line.slice(0, colon).trim());
  const length = stop - at;
  if (field === undefined) {
    out.group(line, at, length);
    out.close();
    return;
  }
  const value = line.slice(colon + 1).trim();
  if (field.type === 'uint') {
    if (/^\d{1,10}$/.test(value)) out.add(field, at, length, Number(value));
    return;
  }
  out.open(field, at, length, value);
  emitValue(name, value, at, length, out);
  out.close();
}

const FROM = {
  display: f.fromDisplay,
  address: f.fromAddress,
  uri: [f.fromUser, f.fromHost, f.fromPort],
  tag: f.fromTag,
} as const;
const TO = {
  display: f.toDisplay,
  address: f.toAddress,
  uri: [f.toUser, f.toHost, f.toPort],
  tag: f.toTag,
} as const;
const CONTACT = {
  display: f.contactDisplay,
  address: f.contactUri,
  uri: [f.contactUser, f.contactHost, f.contactPort],
  tag: null,
} as const;

function emitValue(name: string, value: string, at: number, length: number, out: Sink): void {
  switch (name) {
    case 'from':
      emitAddress(value, at, length, FROM, out);
      return;
    case 'to':
      emitAddress(value, at, length, TO, out);
      return;
    case 'contact':
      emitAddress(value, at, length, CONTACT, out);
      emitContactParameters(value, at, length, out);
      return;
    case 'call-id':
      out.add(f.callId, at, length, value);
      return;
    case 'cseq': {
      const match = /^(\d{1,10})\s+(\S+)/.exec(value);
      if (match === null) return;
      out.add(f.sequence, at, length, Number(match[1]));
      out.add(f.sequenceMethod, at, length, match[2]!);
      return;
    }
    case 'via':
      emitVia(value, at, length, out);
      return;
    case 'authorization':
    case 'proxy-authorization':
    case 'www-authenticate':
    case 'proxy-authenticate':
      emitAuthentication(value, at, length, out);
  }
}

/** RFC 3261 §20.10: "Display" <uri>;parameters, or the bare URI. */
function emitAddress(
  value: string,
  at: number,
  length: number,
  fields: typeof FROM | typeof TO | typeof CONTACT,
  out: Sink,
): void {
  const match = /^\s*(?:("(?:[^"\\]|\\.)*"|[^<"]*?)\s*<([^>]*)>|([^;\s]+))/.exec(value);
  if (match === null) return;
  const display = match[1]?.trim() ?? '';
  const uri = match[2] ?? match[3] ?? '';
  if (display !== '') out.add(fields.display, at, length, display);
  out.open(fields.address, at, length, uri);
  emitUri(at, length, uri, fields.uri, out);
  out.close();
  const tag = /;\s*tag=([^;\s]+)/i.exec(value);
  if (tag !== null && fields.tag !== null) out.add(fields.tag, at, length, tag[1]!);
}

/** RFC 3261 §20.10: parameters inside the angle brackets belong to the URI, those behind them to the contact. */
function emitContactParameters(value: string, at: number, length: number, out: Sink): void {
  const match = /^\s*(?:"(?:[^"\\]|\\.)*"\s*|[^<",]*)<([^>]*)>([^,]*)/.exec(value);
  if (match === null) return;
  for (const [list, field] of [
    [match[1]!, f.contactUriParameter],
    [match[2]!, f.contactParameter],
  ] as const)
    for (const parameter of list.split(';').slice(1)) out.add(field, at, length, parameter.trim());
}

/** RFC 3261 §20.42: SIP/2.0/UDP host:port;branch=… */
function emitVia(value: string, at: number, length: number, out: Sink): void {
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*(\S+)\s+(\[[^\]]*\]|[^:;\s,]+)(?::(\d{1,5}))?/i.exec(value);
  if (match === null) return;
  out.add(f.viaTransport, at, length, match[1]!);
  out.add(f.viaAddress, at, length, match[2]!);
  if (match[3] !== undefined) out.add(f.viaPort, at, length, Number(match[3]));
  for (const [name, field] of [
    ['branch', f.viaBranch],
    ['received', f.viaReceived],
    ['rport', f.viaRport],
  ] as const) {
    const parameter = new RegExp(`;\\s*${name}(?:=([^;,\\s]*)|(?=[;,\\s]|$))`, 'i').exec(value);
    // RFC 3581 §3: a client asks for `rport` without a value, which then has its own name, as in Wireshark.
    if (parameter !== null) out.add(field, at, length, parameter[1] ?? name);
  }
}

const AUTH = [
  ['username', f.authUsername],
  ['realm', f.authRealm],
  ['nonce', f.authNonce],
  ['uri', f.authUri],
  ['response', f.authResponse],
  ['algorithm', f.authAlgorithm],
  ['opaque', f.authOpaque],
  ['stale', f.authStale],
  ['nc', f.authNonceCount],
  ['cnonce', f.authClientNonce],
  ['qop', f.authQop],
  ['domain', f.authDomain],
] as const;

/** name="value" pairs after the scheme (RFC 3261 §22); values include the quotes, as in Wireshark. */
function emitAuthentication(value: string, at: number, length: number, out: Sink): void {
  out.add(f.authScheme, at, length, value.split(' ')[0]!);
  for (const [name, field] of AUTH) {
    const match = new RegExp(`[\\s,]${name}\\s*=\\s*("[^"]*"|[^,\\s]*)`, 'i').exec(value);
    if (match !== null) out.add(field, at, length, match[1]!);
  }
}

// The Constrained Application Protocol (RFC 7252), and over TCP (RFC 8323).
import { ascii, u16, u32, utf8 } from '../../core/bytes.ts';
import { bytes, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { callBody, mediaTypes } from '../media/types.ts';

const HEADER = 4;
const PAYLOAD_MARKER = 0xff;
const OPTIONS_MAX = 256;

const typeNames: Record<number, string> = {
  0: 'Confirmable',
  1: 'Non-Confirmable',
  2: 'Acknowledgement',
  3: 'Reset',
};
const shortTypes = ['CON', 'NON', 'ACK', 'RST'];

/** RFC 7252 §12.1, RFC 8132, RFC 7959. */
const codeNames: Record<number, string> = {
  0: 'Empty Message',
  1: 'GET',
  2: 'POST',
  3: 'PUT',
  4: 'DELETE',
  5: 'FETCH',
  6: 'PATCH',
  7: 'iPATCH',
  65: '2.01 Created',
  66: '2.02 Deleted',
  67: '2.03 Valid',
  68: '2.04 Changed',
  69: '2.05 Content',
  95: '2.31 Continue',
  128: '4.00 Bad Request',
  129: '4.01 Unauthorized',
  130: '4.02 Bad Option',
  131: '4.03 Forbidden',
  132: '4.04 Not Found',
  133: '4.05 Method Not Allowed',
  134: '4.06 Not Acceptable',
  136: '4.08 Request Entity Incomplete',
  140: '4.12 Precondition Failed',
  141: '4.13 Request Entity Too Large',
  143: '4.15 Unsupported Content-Format',
  160: '5.00 Internal Server Error',
  161: '5.01 Not Implemented',
  162: '5.02 Bad Gateway',
  163: '5.03 Service Unavailable',
  164: '5.04 Gateway Timeout',
  165: '5.05 Proxying Not Supported',
};

const URI_HOST = 3;
const URI_PATH = 11;
const CONTENT_FORMAT = 12;
const URI_QUERY = 15;

const optionNames: Record<number, string> = {
  1: 'If-Match',
  [URI_HOST]: 'Uri-Host',
  4: 'Etag',
  5: 'If-None-Match',
  6: 'Observe',
  7: 'Uri-Port',
  8: 'Location-Path',
  [URI_PATH]: 'Uri-Path',
  [CONTENT_FORMAT]: 'Content-Format',
  14: 'Max-age',
  [URI_QUERY]: 'Uri-Query',
  17: 'Accept',
  20: 'Location-Query',
  23: 'Block2',
  27: 'Block1',
  28: 'Block Size',
  35: 'Proxy-Uri',
  39: 'Proxy-Scheme',
  60: 'Size1',
};

/** RFC 7252 §12.3 and the registry of content formats. */
const formats: Record<number, string> = {
  0: 'text/plain',
  40: 'application/link-format',
  41: 'application/xml',
  42: 'application/octet-stream',
  47: 'application/exi',
  50: 'application/json',
  60: 'application/cbor',
};

const f = {
  version: uint('coap.version', 'Version').at(0, 1).mask(0xc0),
  type: uint('coap.type', 'Type').at(0, 1).mask(0x30).named(typeNames),
  tokenLength: uint('coap.token_len', 'Token Length'),
  code: uint('coap.code', 'Code').named(codeNames),
  mid: uint('coap.mid', 'Message ID').at(2, 2),
  token: bytes('coap.token', 'Token'),
  optionName: text('coap.opt.name', 'Opt Name'),
  host: text('coap.opt.uri_host', 'Uri-Host'),
  path: text('coap.opt.uri_path', 'Uri-Path'),
  query: text('coap.opt.uri_query', 'Uri-Query'),
  format: text('coap.opt.ctype', 'Content-type'),
};

/** One option (RFC 7252 §3.1), read in place. */
const option = { number: 0, start: 0, value: 0, stop: 0 };

/** Reads the option at `at`; false at the payload's marker, at the end, and where the bytes make none. */
function readOption(b: Uint8Array, at: number, end: number): boolean {
  if (at >= end || b[at] === PAYLOAD_MARKER) return false;
  let delta = b[at]! >> 4;
  let length = b[at]! & 0x0f;
  option.start = at++;
  if (delta === 15 || length === 15) return false;
  if (delta === 13) delta = 13 + b[at++]!;
  else if (delta === 14) {
    delta = 269 + u16(b, at);
    at += 2;
  }
  if (length === 13) length = 13 + b[at++]!;
  else if (length === 14) {
    length = 269 + u16(b, at);
    at += 2;
  }
  option.number += delta;
  option.value = at;
  option.stop = at + length;
  return option.stop <= end;
}

/** Over TCP the header is a length, up to four octets of it, and the code: where the code stands (RFC 8323 §3.2). */
function codeAt(p: Packet, b: Uint8Array, start: number): number {
  if (p.transport !== TCP) return start + 1;
  const nibble = b[start]! >> 4;
  return start + 1 + (nibble < 13 ? 0 : nibble === 13 ? 1 : nibble === 14 ? 2 : 4);
}
const TCP = 6;

/** Where the token starts. */
const tokenAt = (p: Packet, b: Uint8Array, start: number): number =>
  p.transport === TCP ? codeAt(p, b, start) + 1 : start + HEADER;

/** RFC 8323 §3.2: length of the options and payload, and what stands before them. */
function messageLength(p: Packet): number {
  const { buf: b, at } = p;
  const nibble = b[at]! >> 4;
  const rest =
    nibble < 13
      ? nibble
      : nibble === 13
        ? 13 + b[at + 1]!
        : nibble === 14
          ? 269 + u16(b, at + 1)
          : 65805 + u32(b, at + 1);
  return codeAt(p, b, at) + 1 - at + (b[at]! & 0x0f) + rest;
}

export const coap = protocol({
  name: 'coap',
  title: 'Constrained Application Protocol',
  column: 'CoAP',
  fields: f,
  on: [
    [udpPorts, 5683],
    [tcpPorts, 5683],
  ],
  framing: {
    header: 2,
    length: (p) => (p.end - p.at < codeAt(p, p.buf, p.at) + 1 - p.at ? 5 : messageLength(p)),
  },
  step(p) {
    const { buf: b, at: start, end } = p;
    const header = p.transport === TCP ? 2 : HEADER;
    if (end - start < header) return p.cut(header);
    let at = tokenAt(p, b, start) + (b[start]! & 0x0f);
    if (at > end) return p.cut(at - start);
    let format = -1;
    option.number = 0;
    for (let left = OPTIONS_MAX; left > 0 && readOption(b, at, end); left--) {
      if (option.number === CONTENT_FORMAT) {
        format = 0;
        for (let i = option.value; i < Math.min(option.stop, option.value + 2); i++)
          format = format * 256 + b[i]!;
      }
      at = option.stop;
    }
    const payload = b[at] === PAYLOAD_MARKER && at + 1 < end ? at + 1 : end;
    p.at = end;
    if (payload === end) return null;
    const name = format < 0 ? undefined : formats[format];
    const type = name === undefined ? null : mediaTypes.named(name);
    // Wireshark shows the bytes of a format nobody reads within CoAP.
    if (type === null || type.protocol !== null) callBody(p, type, payload, end, p.wireEnd);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const token = tokenAt(p, b, start);
    if (token > end) return;
    const tokenLength = b[start]! & 0x0f;
    if (p.transport !== TCP) {
      out.fixed(f.version);
      out.fixed(f.type);
    }
    out.add(f.tokenLength, start, 1, tokenLength);
    out.add(f.code, codeAt(p, b, start), 1);
    if (p.transport !== TCP) out.fixed(f.mid);
    let at = token + tokenLength;
    if (at > end) return;
    if (tokenLength > 0) out.add(f.token, token, tokenLength);
    option.number = 0;
    for (let left = OPTIONS_MAX; left > 0 && readOption(b, at, end); left--) {
      const { number, start: from, value, stop } = option;
      out.group(
        `Opt Name: #${OPTIONS_MAX - left + 1}: ${optionNames[number] ?? `Unknown Option (${number})`}`,
        from,
        stop - from,
      );
      out.add(f.optionName, from, stop - from, optionNames[number] ?? `Unknown Option (${number})`);
      const field =
        number === URI_HOST ? f.host : number === URI_PATH ? f.path : number === URI_QUERY ? f.query : null;
      if (field !== null) out.add(field, value, stop - value, utf8(b, value, stop));
      out.close();
      at = stop;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    let at = tokenAt(p, b, start) + (b[start]! & 0x0f);
    if (at > end) return '';
    const code = codeNames[b[codeAt(p, b, start)]!] ?? 'Unknown';
    let told =
      p.transport === TCP ? code : `${shortTypes[(b[start]! >> 4) & 3]}, MID:${u16(b, start + 2)}, ${code}`;
    let path = '';
    let query = '';
    option.number = 0;
    for (let left = OPTIONS_MAX; left > 0 && readOption(b, at, end); left--) {
      if (option.number === URI_PATH) path += `/${ascii(b, option.value, option.stop)}`;
      else if (option.number === URI_QUERY)
        query += `${query === '' ? '?' : '&'}${ascii(b, option.value, option.stop)}`;
      at = option.stop;
    }
    if (path !== '' || query !== '') told += `, ${path}${query}`;
    return told;
  },
});

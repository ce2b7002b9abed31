// Constrained Application Protocol (RFC 7252), block-wise transfer (RFC 7959), and CoAP over TCP (RFC 8323).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, seconds, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { hex } from '../../core/text.ts';
import { bodySuffix } from '../media/suffix.ts';
import { callBody, mediaTypes, typeEnd } from '../media/types.ts';
import { addBlock, answerTo, type Exchange, enterRequest, enterResponse } from './coap/exchanges.ts';
import { codeName, codeNames, OCTETS, PLAIN } from './coap/names.ts';
import {
  BROKEN,
  CUT,
  emitOptions,
  formatName,
  found,
  optionFields,
  queryOf,
  readOptions,
  uriOf,
} from './coap/options.ts';

const TCP = 6;
const HEADER = 4;
/** CoAP over TCP: length and token length, then code. */
const TCP_HEADER = 2;
const FIRST_RESPONSE = 64;
const FIRST_ERROR = 128;
const FIRST_SIGNAL = 224;

const typeNames: Record<number, string> = {
  0: 'Confirmable',
  1: 'Non-Confirmable',
  2: 'Acknowledgement',
  3: 'Reset',
};
const shortTypes = ['CON', 'NON', 'ACK', 'RST'];

const f = {
  length: uint('coap.length', 'Length'),
  version: uint('coap.version', 'Version').at(0, 1).mask(0xc0),
  type: uint('coap.type', 'Type').at(0, 1).mask(0x30).named(typeNames),
  tokenLength: uint('coap.token_len', 'Token Length').at(0, 1).mask(0x0f),
  code: uint('coap.code', 'Code').named(codeNames),
  mid: uint('coap.mid', 'Message ID').at(2, 2),
  token: bytes('coap.token', 'Token'),
  marker: uint('coap.opt.end_marker', 'End of options marker'),
  blockPayload: bytes('coap.block_payload', 'Block Payload'),
  blockLength: uint('coap.block_length', 'Block Length'),
  payload: text('coap.payload', 'Payload'),
  payloadType: text('coap.payload_desc', 'Payload Desc'),
  payloadLength: uint('coap.payload_length', 'Payload Length'),
  uri: text('coap.opt.uri_path_recon', 'Uri-Path'),
  answer: uint('coap.response_in', 'Response In'),
  request: uint('coap.response_to', 'Request In'),
  time: seconds('coap.response_time', 'Response Time'),
  repeats: uint('coap.request_first_in', 'Retransmission of request in'),
};

/** Extra length octets indicated by the first octet (RFC 8323 §3.2). */
function lengthBytes(first: number): number {
  const nibble = first >> 4;
  return nibble < 13 ? 0 : nibble === 13 ? 1 : nibble === 14 ? 2 : 4;
}

/** CoAP over TCP: length of options and payload. */
function restLength(b: Uint8Array, at: number): number {
  switch (lengthBytes(b[at]!)) {
    case 0:
      return b[at]! >> 4;
    case 1:
      return 13 + b[at + 1]!;
    case 2:
      return 269 + u16(b, at + 1);
    default:
      return 65805 + u32(b, at + 1);
  }
}

const codeAt = (isStream: boolean, b: Uint8Array, start: number): number =>
  start + 1 + (isStream ? lengthBytes(b[start]!) : 0);

const tokenAt = (isStream: boolean, b: Uint8Array, start: number): number =>
  isStream ? codeAt(true, b, start) + 1 : start + HEADER;

export const coap = protocol({
  name: 'coap',
  title: 'Constrained Application Protocol',
  column: 'CoAP',
  fields: { ...f, ...optionFields },
  on: [
    [udpPorts, 5683],
    [tcpPorts, 5683],
  ],
  framing: {
    header: TCP_HEADER,
    length({ buf: b, at, end }) {
      const head = TCP_HEADER + lengthBytes(b[at]!);
      return end - at < head ? head : head + (b[at]! & 0x0f) + restLength(b, at);
    },
  },
  step(p) {
    const { buf: b, at: start, end } = p;
    const isStream = p.transport === TCP;
    const header = isStream ? TCP_HEADER + lengthBytes(b[start]!) : HEADER;
    if (end - start < header) return p.cut(header);
    const token = start + header;
    const tokenLength = b[start]! & 0x0f;
    const options = token + tokenLength;
    if (options > end) return p.cut(options - start);
    const result = readOptions(b, options, end);
    p.at = end;
    if (result === CUT) return p.malformed();
    const code = b[codeAt(isStream, b, start)]!;
    const exchange = result === BROKEN ? null : enter(p, code, token, tokenLength, isStream ? -1 : start + 2);
    p.notes[p.count - 1] = exchange;
    if (exchange !== null && found.end + 1 < end) callPayload(p, exchange, code, found.end + 1, end);
    return null;
  },
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isStream = p.transport === TCP;
    if (p.stop[layer]! <= codeAt(isStream, b, start) + 2) return '';
    const code = codeName(b[codeAt(isStream, b, start)]!);
    return isStream ? `, ${code}` : `, ${typeNames[(b[start]! >> 4) & 3]}, ${code}, MID:${u16(b, start + 2)}`;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const isStream = p.transport === TCP;
    const token = tokenAt(isStream, b, start);
    if (token > end) return;
    const tokenLength = b[start]! & 0x0f;
    if (isStream) out.add(f.length, start, token - start - 1, restLength(b, start));
    else {
      out.fixed(f.version);
      out.fixed(f.type);
    }
    out.fixed(f.tokenLength);
    out.add(f.code, codeAt(isStream, b, start), 1);
    if (!isStream) out.fixed(f.mid);
    const options = token + tokenLength;
    if (options > end) return;
    if (tokenLength > 0) out.add(f.token, token, tokenLength);
    const exchange = p.notes[layer] as Exchange | null;
    emitOptions(b, options, end, out);
    const answer = b[codeAt(isStream, b, start)]! >> 5 === 0 ? answerTo(p, b, token, tokenLength) : 0;
    if (answer > 0) out.add(f.answer, start, 0, answer);
    readOptions(b, options, end);
    if (exchange === null) return;
    if (found.end < end) out.add(f.marker, found.end, 1);
    if (found.end + 1 < end) {
      const payload = found.end + 1;
      if (found.block !== 0) {
        out.add(f.blockPayload, payload, end - payload);
        out.add(f.blockLength, payload, 0, end - payload);
      }
      if (exchange.content !== null) {
        const name = contentName(found.format, b[codeAt(isStream, b, start)]!);
        const { length } = exchange.content;
        const given = found.format < 0 ? ' (no Content-Format)' : '';
        const info = `Payload Content-Format: ${name}${given}, Length: ${length}`;
        out.open(f.payload, payload, end - payload, info);
        out.add(f.payloadType, payload, 0, name);
        out.add(f.payloadLength, payload, 0, length);
        out.close();
      }
    }
    if (exchange.uri !== '') out.add(f.uri, start, 0, exchange.uri);
    if (exchange.repeats > 0) out.add(f.repeats, start, 0, exchange.repeats);
    if (exchange.request === 0) return;
    out.add(f.request, start, 0, exchange.request);
    out.add(f.time, start, 0, exchange.time);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const isStream = p.transport === TCP;
    if (end - start < (isStream ? TCP_HEADER : HEADER)) return '';
    const code = codeName(b[codeAt(isStream, b, start)]!);
    const head = isStream ? code : `${shortTypes[(b[start]! >> 4) & 3]}, MID:${u16(b, start + 2)}, ${code}`;
    const exchange = p.notes[layer] as Exchange | null;
    return exchange === null ? head : `${head}${bodySuffix(p, layer)}${details(p, layer, exchange)}`;
  },
});

function enter(p: Packet, code: number, token: number, length: number, messageAt: number): Exchange {
  const options = token + length;
  const uri = code < FIRST_RESPONSE && code > 0 ? uriOf(p.buf, options, p.end) : '';
  const isExchange = length > 0 && code > 0 && code < FIRST_SIGNAL;
  if (!isExchange) return { uri, request: 0, repeats: 0, time: 0n, content: null };
  return code < FIRST_RESPONSE
    ? enterRequest(p, token, length, uri, messageAt)
    : enterResponse(p, token, length, messageAt);
}

/** RFC 7252 §5.5.2: an error response without a content format has a diagnostic text as payload. */
const contentName = (format: number, code: number): string =>
  format >= 0 ? formatName(format) : code >= FIRST_ERROR && code < FIRST_SIGNAL ? PLAIN : OCTETS;

function callPayload(p: Packet, exchange: Exchange, code: number, at: number, end: number): void {
  const content =
    found.block === 0
      ? p.buf.subarray(at, end)
      : addBlock(p, at, end, found.block, found.blockNumber, found.hasMore);
  exchange.content = content;
  if (content === null) return;
  const isOwn = content.buffer === p.buf.buffer && content.length === end - at;
  const buf = isOwn ? p.buf : content;
  const from = isOwn ? at : 0;
  const to = from + content.length;
  const name = contentName(found.format, code);
  if (name === OCTETS) {
    p.callIn('Reassembled CoAP blocks', data, buf, from, to);
    return;
  }
  const encoded = new TextEncoder().encode(name);
  const type = mediaTypes.named(name.slice(0, typeEnd(encoded, 0, encoded.length)));
  // Content without a dissector is shown in the CoAP layer.
  if (type.protocol !== null)
    p.within('Reassembled CoAP blocks', buf, from, to, to, () => callBody(p, type, from, to));
}

/** Info text after the code: token, block, resource. */
function details(p: Packet, layer: number, exchange: Exchange): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const isStream = p.transport === TCP;
  const token = tokenAt(isStream, b, start);
  const options = token + (b[start]! & 0x0f);
  let info = options > token ? `, TKN:${hex(b, token, options, ' ')}` : '';
  readOptions(b, options, end);
  if (found.block !== 0) {
    const isLast = !found.hasMore && found.end + 1 < end;
    info += `, ${isLast ? 'End of Block' : 'Block'} #${found.blockNumber}`;
  }
  const code = b[codeAt(isStream, b, start)]!;
  if (exchange.uri !== '') info += `, ${printable(exchange.uri)}`;
  if (code < FIRST_RESPONSE) info += printable(queryOf(b, options, end));
  return exchange.repeats > 0 ? `${info} [Retransmission]` : info;
}

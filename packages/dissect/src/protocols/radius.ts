// Remote Authentication Dial In User Service (RFC 2865, RFC 2866, RFC 5176).
import { ascii, u16, u32, u48 } from '../core/bytes.ts';
import { bool, bytes, Field, seconds, uint } from '../core/field.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { AGAIN, Exchanges, UNASKED } from '../flows/exchanges.ts';
import { eap } from './eap.ts';
import { attributes, codeNames, valueNames } from './radius/attributes.ts';

/** Length of the header: code, identifier, length, authenticator (RFC 2865 §3). */
const HEADER = 20;
const EAP_MESSAGE = 79;
const VENDOR_SPECIFIC = 26;
const CISCO = 9;
/** Maximum length of an EAP packet, which is split into attributes of at most 253 octets (RFC 3579 §3.1). */
const EAP_BYTES_MAX = 1 << 16;

const f = {
  code: uint('radius.code', 'Code').at(0, 1).named(codeNames),
  id: uint('radius.id', 'Identifier').at(1, 1),
  length: uint('radius.length', 'Length').at(2, 2),
  authenticator: bytes('radius.authenticator', 'Authenticator').at(4, 16),
  req: bool('radius.req', 'Request').hidden(),
  rsp: bool('radius.rsp', 'Response').hidden(),
  reqframe: uint('radius.reqframe', 'Request Frame'),
  rspframe: uint('radius.rspframe', 'Response Frame'),
  time: seconds('radius.time', 'Time from request'),
  dup: uint('radius.dup', 'Duplicate Message ID'),
  reqDup: uint('radius.req.dup', 'Duplicate Request Frame Number'),
  rspDup: uint('radius.rsp.dup', 'Duplicate Response Frame Number'),
  avp: uint('radius.avp.type', 'Type'),
  avpLength: uint('radius.avp.length', 'Length'),
  vendorId: uint('radius.avp.vendor_id', 'Vendor ID'),
  ciscoPair: new Field('radius.Cisco_AVPair', 'Cisco-AVPair', 'text'),
};

interface Attribute {
  readonly name: string;
  readonly field: Field;
  readonly isTagged: boolean;
}

/** Attributes that are encrypted with the shared secret (RFC 2865 §5.2, RFC 2868 §3.5). */
const ENCRYPTED = [2, 69];

const known: ReadonlyMap<number, Attribute> = new Map(
  attributes.map(([type, name, kind, tagged]) => {
    const field = new Field(
      `radius.${kind === 'ipv4' && type === 8 ? name : name.replaceAll('-', '_')}${ENCRYPTED.includes(type) ? '_encrypted' : ''}`,
      name,
      kind,
    );
    const names = valueNames[type];
    if (names !== undefined) field.named(names);
    return [type, { name, field, isTagged: tagged !== undefined }];
  }),
);

const ACCESS_CHALLENGE = 11;
/** Codes of requests; others are responses. */
const REQUESTS = [1, 4, 7, 12, 21, 23, 25, 26, 33, 40, 43, 50, 51, 129];

/** Layer mark: index of the exchange + 1, shifted by one bit, which marks retransmissions. */
const DUPLICATE = 1;

const EXCHANGES = 'radius.exchanges';
const makeExchanges = (): Exchanges => new Exchanges('radius');

export const radius: Protocol = protocol({
  name: 'radius',
  title: 'RADIUS Protocol',
  column: (p, layer) => (p.stop[layer]! - p.start[layer]! < 4 ? null : 'RADIUS'),
  fields: { ...f, ...Object.fromEntries([...known.values()].map(({ field }) => [field.name, field])) },
  on: [[udpPorts, 1645, 1646, 1700, 1812, 1813, 3799]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (codeNames[b[start]!] === undefined) return REJECTED;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const layer = p.count - 1;
    const length = u16(b, start + 2);
    if (length < HEADER) return p.malformed();
    p.narrow(layer, length);
    const { end } = p;
    p.at = end;
    if (p.visibility & COLUMN) track(p, layer, b, start);
    let eapBytes = 0;
    let at = start + HEADER;
    // Stops at the first invalid or truncated attribute.
    for (; at + 2 <= end && b[at + 1]! >= 2 && at + b[at + 1]! <= end; at += b[at + 1]!)
      if (b[at] === EAP_MESSAGE) eapBytes += b[at + 1]! - 2;
    if (eapBytes > 0 && eapBytes <= EAP_BYTES_MAX) callEap(p, b, start + HEADER, at, eapBytes);
    return start + length > end ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.code, f.id, f.length, f.authenticator]) out.fixed(field);
    const isRequest = REQUESTS.includes(b[start]!);
    out.add(isRequest ? f.req : f.rsp, start, 0, true);
    emitExchange(p, layer, isRequest, out);
    for (let at = start + HEADER; at + 2 <= end && b[at + 1]! >= 2; at += b[at + 1]!) {
      emitAttribute(b, at, Math.min(at + b[at + 1]!, end), out);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return null;
    const kind = REQUESTS.includes(b[start]!) ? 'Request' : 'Response';
    const repeated = p.mark[layer]! & DUPLICATE ? `, Duplicate ${kind}` : '';
    return `${codeNames[b[start]!]} id=${b[start + 1]}${repeated}`;
  },
});

function track(p: Packet, layer: number, b: Uint8Array, start: number): void {
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const id = b[start + 1]!;
  if (!REQUESTS.includes(b[start]!)) {
    const seen = exchanges.seeReply(p, id);
    // RFC 2865 §4.4: a challenge is followed by another response.
    const isAgain = seen === AGAIN && b[start] !== ACCESS_CHALLENGE;
    if (seen !== UNASKED) p.mark[layer] = ((exchanges.entry + 1) << 1) | (isAgain ? DUPLICATE : 0);
    return;
  }
  // RFC 2865 §3: a retransmitted request has the same identifier and authenticator.
  const authenticator = u48(b, start + 4);
  if (exchanges.recall(p, id) && exchanges.note[exchanges.entry] === authenticator) {
    p.mark[layer] = ((exchanges.entry + 1) << 1) | DUPLICATE;
    return;
  }
  exchanges.seeRequest(p, id, 0);
  exchanges.note[exchanges.entry] = authenticator;
}

/** Dissects the EAP packet reassembled from the EAP-Message attributes in [at, end). */
function callEap(p: Packet, b: Uint8Array, at: number, end: number, length: number): void {
  const message = new Uint8Array(length);
  let done = 0;
  for (; at < end; at += b[at + 1]!) {
    if (b[at] !== EAP_MESSAGE) continue;
    message.set(b.subarray(at + 2, at + b[at + 1]!), done);
    done += b[at + 1]! - 2;
  }
  const before = p.visibility;
  // The Protocol column remains RADIUS.
  p.visibility &= ~COLUMN;
  p.callIn('Reassembled EAP', eap, message, 0, length);
  p.visibility = before;
}

function emitExchange(p: Packet, layer: number, isRequest: boolean, out: Sink): void {
  if (isRequest) emitAnswer(p, layer, out);
  const entry = (p.mark[layer]! >> 1) - 1;
  if (entry < 0) return;
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const start = p.start[layer]!;
  if (isRequest) {
    out.add(f.dup, start, 0, p.bufferOf(layer)[start + 1]!);
    out.add(f.reqDup, start, 0, exchanges.request[entry]!);
    return;
  }
  out.add(f.reqframe, start, 0, exchanges.request[entry]!);
  if (out.wants(f.time)) out.add(f.time, start, 0, exchanges.responseTimeNs(p, entry));
  if (p.mark[layer]! & DUPLICATE) out.add(f.rspDup, start, 0, exchanges.reply[entry]!);
}

/** Two-pass analysis: frame of the response, also for a retransmitted request. */
function emitAnswer(p: Packet, layer: number, out: Sink): void {
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const start = p.start[layer]!;
  const answer = exchanges.answerTo(p, p.bufferOf(layer)[start + 1]!);
  if (answer > 0) out.add(f.rspframe, start, 0, answer);
}

function emitAttribute(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const type = b[at]!;
  const attribute = known.get(type);
  out.group(
    `AVP: t=${attribute?.name ?? (type === VENDOR_SPECIFIC ? 'Vendor-Specific' : 'Unknown-Attribute')}(${type}) l=${b[at + 1]}`,
    at,
    stop - at,
  );
  out.add(f.avp, at, 1);
  out.add(f.avpLength, at + 1, 1);
  if (type === VENDOR_SPECIFIC) emitVendor(b, at + 2, stop, out);
  else if (attribute !== undefined) emitValue(b, attribute, at + 2, stop, out);
  out.close();
}

function emitValue(b: Uint8Array, { field, isTagged }: Attribute, at: number, stop: number, out: Sink): void {
  // RFC 2868 §3: the tag of an integer is its first octet; of a text it is one below 0x20.
  const hasTag = isTagged && stop > at && (field.type === 'uint' || b[at]! < 0x20);
  const start = hasTag ? at + 1 : at;
  const length = stop - start;
  if (length <= 0) return;
  if (field.type === 'time') {
    if (length === 4) out.add(field, start, 4, BigInt(u32(b, start)) * 1_000_000_000n);
  } else if (field.type === 'uint') {
    if (length <= 4) out.add(field, start, length);
  } else if (field.type === 'uint64') {
    if (length === 8) out.add(field, start, 8);
  } else if (field.type === 'ipv4' ? length === 4 : field.type === 'ipv6' ? length === 16 : true)
    out.add(field, start, length);
}

/** Vendor-Specific attribute (RFC 2865 §5.26): vendor ID, then vendor attributes. */
function emitVendor(b: Uint8Array, at: number, stop: number, out: Sink): void {
  if (stop - at < 4) return;
  const vendor = u32(b, at);
  out.add(f.vendorId, at, 4);
  if (vendor !== CISCO) return;
  for (let inner = at + 4; inner + 2 <= stop && b[inner + 1]! >= 2; inner += b[inner + 1]!) {
    const end = Math.min(inner + b[inner + 1]!, stop);
    if (b[inner] === 1) out.add(f.ciscoPair, inner + 2, end - inner - 2, ascii(b, inner + 2, end));
  }
}

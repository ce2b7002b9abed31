// PPP over Ethernet: discovery and session (RFC 2516, RFC 4937 for the codes).
import { u16, utf8 } from '../../core/bytes.ts';
import { bytes, type Field, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { ppp } from './ppp.ts';

const HEADER = 6;
const TAG_HEADER = 4;
const END_OF_LIST = 0;
const AC_NAME = 0x0102;

const codeNames: Readonly<Record<number, string>> = {
  0x00: 'Session Data',
  0x07: 'Active Discovery Offer (PADO)',
  0x09: 'Active Discovery Initiation (PADI)',
  0x0a: 'Active Discovery Session-Grant (PADG)',
  0x0b: 'Active Discovery Session-Credit Resp.(PADC)',
  0x0c: 'Active Discovery Quality (PADQ)',
  0x19: 'Active Discovery Request (PADR)',
  0x65: 'Active Discovery Session-confirmation (PADS)',
  0xa7: 'Active Discovery Terminate (PADT)',
  0xd3: 'Active Discovery Message (PADM)',
  0xd4: 'Active Discovery Network (PADN)',
};

const f = {
  version: uint('pppoe.version', 'Version').at(0, 1).mask(0xf0),
  type: uint('pppoe.type', 'Type').at(0, 1).mask(0x0f),
  code: uint('pppoe.code', 'Code').at(1, 1).hex().named(codeNames),
  session: uint('pppoe.session_id', 'Session ID').at(2, 2).hex(),
  length: uint('pppoe.payload_length', 'Payload Length').at(4, 2),
};
const header: readonly Field[] = Object.values(f);
const lengthBad = none('pppoe.payload_length.bad', 'Possible bad payload length');

/** RFC 2516, appendix A. */
const tags: Readonly<Record<number, Field>> = {
  0x0101: text('pppoed.tags.service_name', 'Service-Name'),
  0x0102: text('pppoed.tags.ac_name', 'AC-Name'),
  0x0103: bytes('pppoed.tags.host_uniq', 'Host-Uniq'),
  0x0104: bytes('pppoed.tags.ac_cookie', 'AC-Cookie'),
  0x0105: uint('pppoed.tags.vendor_id', 'Vendor id').at(-1, 4),
  0x0110: bytes('pppoed.tags.relay_session_id', 'Relay-Session-Id'),
  0x0111: text('pppoed.tags.hurl', 'HURL'),
  0x0112: text('pppoed.tags.motm', 'MOTM'),
  0x0120: bytes('pppoed.tags.max_payload', 'PPP-Max-Payload'),
  0x0201: text('pppoed.tags.service_name_error', 'Service-Name-Error'),
  0x0202: text('pppoed.tags.ac_system_error', 'AC-System-Error'),
  0x0203: text('pppoed.tags.generic_error', 'Generic-Error'),
};
const discovery = {
  ...f,
  tags: none('pppoed.tags', 'PPPoE Tags'),
  tag: uint('pppoed.tag', 'Tag').hex(2),
  tagLength: uint('pppoed.tag_length', 'Tag Length'),
  unknown: bytes('pppoed.tag.unknown_data', 'Unknown Data'),
  ...Object.fromEntries(Object.entries(tags).map(([key, field]) => [`tag${key}`, field])),
};

function codeText(b: Uint8Array, start: number, stop: number): string {
  return stop - start < 2 ? '' : (codeNames[b[start + 1]!] ?? 'Unknown');
}

/** End of the tags of the packet at `start`, limited by its length field. */
function tagsEnd(b: Uint8Array, start: number): number {
  return start + HEADER + u16(b, start + 4);
}

export const pppoed: Protocol = protocol({
  name: 'pppoed',
  title: 'PPP-over-Ethernet Discovery',
  column: 'PPPoED',
  fields: discovery,
  on: [[etherTypes, 0x8863]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const end = tagsEnd(b, start);
    p.narrow(p.count - 1, end - start);
    for (let at = start + HEADER; at < end; ) {
      if (at + TAG_HEADER > p.end) return p.cut(end - start);
      if (u16(b, at) === END_OF_LIST) break;
      at += TAG_HEADER + u16(b, at + 2);
      if (at > p.end) return p.cut(end - start);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    for (const field of header) out.fixed(field);
    const end = Math.min(stop, tagsEnd(b, start));
    if (end > start + HEADER) emitTags(b, start + HEADER, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    let summary = codeText(b, start, stop);
    if (stop - start < HEADER) return summary;
    const end = Math.min(stop, tagsEnd(b, start));
    for (let at = start + HEADER; at + TAG_HEADER <= end; ) {
      const length = u16(b, at + 2);
      if (u16(b, at) === AC_NAME && at + TAG_HEADER + length <= end)
        summary += ` AC-Name='${utf8(b, at + TAG_HEADER, at + TAG_HEADER + length)}'`;
      at += TAG_HEADER + length;
    }
    return summary;
  },
});

function emitTags(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(discovery.tags, at, end - at, true);
  while (at + TAG_HEADER <= end) {
    const tag = u16(b, at);
    const length = u16(b, at + 2);
    const value = at + TAG_HEADER;
    if (tag === END_OF_LIST || value + length > end) break;
    out.add(discovery.tag, at, 2);
    out.add(discovery.tagLength, at + 2, 2);
    const field = tags[tag] ?? discovery.unknown;
    if (length > 0) out.add(field, value, field.width > 0 ? Math.min(field.width, length) : length);
    at = value + length;
  }
  out.close();
}

/** A payload of no more may be followed by the padding of an Ethernet frame, whose payload has 46 bytes or more. */
const PADDED_MAX = 46 - HEADER;

/**
 * Length of a session's payload as captured, if the header's differs by anything but padding or a frame check sequence;
 * else -1.
 */
function otherLength(p: Packet, layer: number): number {
  const start = p.start[layer]!;
  const isWhole =
    p.capturedLength >= p.wireLength && layer > 0 && p.layerFrom[layer - 1] === p.layerFrom[layer];
  if (!isWhole || p.stop[layer]! - start < HEADER) return -1;
  const length = u16(p.bufferOf(layer), start + 4);
  const there = p.stop[layer - 1]! - start - HEADER;
  return there <= PADDED_MAX || there === length || there === length + 4 ? -1 : there;
}

export const pppoes: Protocol = protocol({
  name: 'pppoes',
  title: 'PPP-over-Ethernet Session',
  column: 'PPPoES',
  fields: { ...f, lengthBad },
  on: [
    [etherTypes, 0x8864],
    [linkTypes, 51],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.narrow(p.count - 1, HEADER + u16(p.buf, p.at + 4));
    p.at += HEADER;
    return p.at < p.end ? ppp : p.malformed();
  },
  emit(p, layer, out) {
    for (const field of header) out.fixed(field);
    const there = otherLength(p, layer);
    if (there < 0) return;
    out.note(` [incorrect, should be ${there}]`);
    out.add(lengthBad, p.start[layer]! + 4, 0);
  },
  expert(p, layer, add) {
    const there = otherLength(p, layer);
    if (there < 0) return;
    const length = u16(p.bufferOf(layer), p.start[layer]! + 4);
    const place = { under: f.length, name: lengthBad };
    add('warn', 'malformed', `Possible bad payload length ${length} != ${there}`, place);
  },
  info: (p, layer) => codeText(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!),
});

// The chain of IPv6 extension headers (RFC 8200 §4), with reassembly of fragments (§4.5).
// Each header is a layer whose tree is nested in that of IPv6.
import { u16, u32 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, uint } from '../core/field.ts';
import { COLUMN, LISTED, NESTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { hex } from '../core/text.ts';
import type { Assembled } from '../flows/fragments.ts';
import { ah, ahLength } from './ah.ts';
import { shim6 } from './hip.ts';
import { destinationOptions, hopByHop } from './ipv6-options.ts';
import { finalSegment, routing } from './ipv6-routing.ts';
import { mipv6 } from './mipv6.ts';
import { ipProtocolName, ipProtocolNames } from './names/ip-protocols.ts';
import { emitFragments, enterFragments, fragmentFields, reassembledIn } from './reassembled.ts';

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const NO_NEXT = 59;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const SHIM6 = 140;

const FRAGMENT_HEADER = 8;
const HEADER_MIN = 8;

const f = {
  nxt: uint('ipv6.fraghdr.nxt', 'Next header').at(0, 1).named(ipProtocolNames),
  reserved: uint('ipv6.fraghdr.reserved_octet', 'Reserved octet').at(1, 1).hex(),
  offset: uint('ipv6.fraghdr.offset', 'Offset').at(2, 2).mask(0xfff8),
  reservedBits: uint('ipv6.fraghdr.reserved_bits', 'Reserved bits').at(2, 2).mask(0x0006),
  more: bool('ipv6.fraghdr.more', 'More Fragments').at(2, 2).mask(0x0001),
  ident: uint('ipv6.fraghdr.ident', 'Identification').at(4, 4).hex(),
  ...fragmentFields('ipv6', 'IPv6'),
};

export const fragmentHeader = protocol({
  name: 'ipv6.fraghdr',
  title: 'Fragment Header for IPv6',
  fields: f,
  step: () => null,
  emit(p, layer, out) {
    for (const field of [f.nxt, f.reserved, f.offset, f.reservedBits, f.more, f.ident]) out.fixed(field);
    const whole = p.notes[layer] as Assembled | null;
    if (whole !== null) emitFragments(f, whole, p.start[layer]!, out);
    else if (reassembledIn(p) > 0) out.add(f.reassembledIn, p.start[layer]!, 0, reassembledIn(p));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < FRAGMENT_HEADER) return null;
    const field = u16(b, start + 2);
    const text = `IPv6 fragment (off=${field & 0xfff8} more=${field & 1 ? 'y' : 'n'} ident=0x${hex(b, start + 4, start + 8)} nxt=${b[start]})`;
    return reassembledIn(p) > 0 ? `${text} [Reassembled in #${reassembledIn(p)}]` : text;
  },
});

/** The protocol after the extension headers; its number is kept in `ipv6Layer`, for the Info column. */
export function ipv6Payload(p: Packet, next: number, ipv6Layer: number): Protocol | null {
  const b = p.buf;
  for (;;) {
    const header = extensionHeader(next);
    if (header === null) break;
    const start = p.at;
    if (!p.push(header, LISTED | NESTED | COLUMN)) return null;
    const layer = p.count - 1;
    if (p.end - start < HEADER_MIN) return p.cut(HEADER_MIN);
    const length = headerLength(b, start, next);
    if (p.end - start < length) return p.cut(length);
    p.stop[layer] = p.payload[layer] = p.at = start + length;
    if (next === ROUTING) redirect(p, start);
    // An atomic fragment (RFC 6946) is complete by itself.
    if (next === FRAGMENT && (u16(b, start + 2) & 0xfff9) !== 0) return assemble(p, start, ipv6Layer);
    if (next === MOBILITY) return null;
    next = b[start]!;
  }
  p.transport = 0;
  if (ipv6Layer >= 0) p.mark[ipv6Layer] = next + 1;
  const found = next === NO_NEXT ? undefined : ipProtocols.get(next);
  if (found !== undefined) return found;
  // For an unknown protocol IPv6 itself sets the Info column, not its extension headers.
  for (let layer = ipv6Layer + 1; ipv6Layer >= 0 && layer < p.count; layer++) p.flags[layer]! &= ~COLUMN;
  return p.at < p.end ? data : null;
}

/** Length in bytes: in units of 8 beyond the first 8 (§4), except for the fragment header and AH. */
function headerLength(b: Uint8Array, start: number, next: number): number {
  if (next === FRAGMENT) return FRAGMENT_HEADER;
  return next === AUTHENTICATION ? ahLength(b, start) : (b[start + 1]! + 1) * 8;
}

/** Whether this number is not valid as the payload of IPv6. */
export function isExtension(next: number): boolean {
  return next === NO_NEXT || extensionHeader(next) !== null;
}

function extensionHeader(next: number): Protocol | null {
  switch (next) {
    case HOP_BY_HOP:
      return hopByHop;
    case ROUTING:
      return routing;
    case FRAGMENT:
      return fragmentHeader;
    case DESTINATION_OPTIONS:
      return destinationOptions;
    case AUTHENTICATION:
      return ah;
    case MOBILITY:
      return mipv6;
    case SHIM6:
      return shim6;
    default:
      return null;
  }
}

/** RFC 8200 §4.4: while segments are left, the final destination is the last address (also in checksums, §8.1). */
function redirect(p: Packet, start: number): void {
  const address = finalSegment(p, start, p.at);
  if (address < 0 || p.netBuf !== p.buf) return;
  p.netDst = address;
  if (!p.isQuoted && p.columnBuf === p.buf) p.columnDst = address;
}

function assemble(p: Packet, start: number, ipv6Layer: number): Protocol | null {
  const b = p.buf;
  const offset = u16(b, start + 2) & 0xfff8;
  const isMore = (b[start + 3]! & 1) !== 0;
  // Truncated by the capture, or quoted in an error: not reassembled.
  if (p.wireEnd > p.end || p.isQuoted || p.at >= p.end) return p.at < p.end ? data : null;
  const { netBuf: n, netSrc, netDst } = p;
  const key = `6 ${hex(n, netSrc, netSrc + 16)} ${hex(n, netDst, netDst + 16)} ${u32(b, start + 4)}`;
  const whole = p.session.fragments.add(key, p.number, p.seconds, b, p.at, p.end - p.at, offset, !isMore);
  if (whole === null) return data;
  enterFragments(p, whole);
  const next = b[start]!;
  p.notes[p.layer] = whole;
  p.within('Reassembled IPv6', whole.bytes, 0, whole.bytes.length, whole.bytes.length, (q) =>
    q.run(ipv6Payload(q, next, ipv6Layer)),
  );
  return null;
}

/** The Info column of IPv6 itself, by next header. */
export function ipv6Info(next: number): string {
  if (next === NO_NEXT) return 'IPv6 no next header';
  return ipProtocols.get(next) === undefined ? `Unknown IP Protocol: ${ipProtocolName(next)} (${next})` : '';
}

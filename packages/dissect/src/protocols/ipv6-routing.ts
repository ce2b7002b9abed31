// IPv6 routing headers: source route (RFC 2460 §4.4, deprecated by RFC 5095), mobility (RFC 6275 §6.4),
// RPL source route (RFC 6554), segment routing (RFC 8754), compact routing (RFC 9631).
import { u16, u32 } from '../core/bytes.ts';
import { bytes, int, ipv6, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const SOURCE_ROUTE = 0;
const MOBILITY = 2;
const RPL = 3;
const SEGMENT_ROUTING = 4;
const COMPACT_16 = 5;
const COMPACT_32 = 6;

const types: Readonly<Record<number, string>> = {
  0: 'Source Route',
  1: 'Nimrod',
  2: 'Type 2 Routing',
  3: 'RPL Source Route',
  4: 'Segment Routing',
  5: 'Compact Routing Header 16',
  6: 'Compact Routing Header 32',
  253: 'Experiment 1',
  254: 'Experiment 2',
};

const f = {
  nxt: uint('ipv6.routing.nxt', 'Next Header').at(0, 1).named(ipProtocolNames),
  len: uint('ipv6.routing.len', 'Length').at(1, 1),
  lenOct: uint('ipv6.routing.len_oct', 'Length'),
  type: uint('ipv6.routing.type', 'Type').at(2, 1).named(types),
  segleft: uint('ipv6.routing.segleft', 'Segments Left').at(3, 1),
  sourceAddr: ipv6('ipv6.routing.src.addr', 'Address'),
  homeAddress: ipv6('ipv6.routing.mipv6.home_address', 'Home Address'),
  rplInternal: uint('ipv6.routing.rpl.cmprI', 'Compressed Internal Octets (CmprI)').mask(0xf0000000),
  rplFinal: uint('ipv6.routing.rpl.cmprE', 'Compressed Final Octets (CmprE)').mask(0x0f000000),
  rplPad: uint('ipv6.routing.rpl.pad', 'Padding Bytes').mask(0x00f00000),
  rplCount: int('ipv6.routing.rpl.addr_count', 'Total Address Count'),
  rplAddress: bytes('ipv6.routing.rpl.address', 'Address'),
  srhLastEntry: uint('ipv6.routing.srh.last_entry', 'Last Entry'),
  srhFlags: uint('ipv6.routing.srh.flags', 'Flags').hex(),
  srhTag: bytes('ipv6.routing.srh.tag', 'Tag'),
  srhAddr: ipv6('ipv6.routing.srh.addr', 'Address'),
  crh16Sid: uint('ipv6.routing.crh16.sid', 'Segment ID'),
  crh32Sid: uint('ipv6.routing.crh32.sid', 'Segment ID'),
  unknown: bytes('ipv6.routing.unknown_data', 'Type-Specific Data'),
};

export const routing = protocol({
  name: 'ipv6.routing',
  title: 'Routing Header for IPv6',
  fields: f,
  step: () => null,
  info: () => 'IPv6 routing',
  headline: (p, layer) => {
    const type = p.bufferOf(layer)[p.start[layer]! + 2]!;
    return ` (${types[type] ?? `Unknown type ${type}`})`;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.nxt);
    out.fixed(f.len);
    if (p.stop[layer]! - start < 8) return;
    const length = (b[start + 1]! + 1) * 8;
    out.add(f.lenOct, start + 1, 1, length);
    out.fixed(f.type);
    out.fixed(f.segleft);
    emitByType(b, start, Math.min(start + length, p.stop[layer]!), out);
  },
});

function emitByType(b: Uint8Array, start: number, end: number, out: Sink): void {
  switch (b[start + 2]) {
    case SOURCE_ROUTE:
      for (let at = start + 8; at + 16 <= end; at += 16) out.add(f.sourceAddr, at, 16);
      break;
    case MOBILITY:
      if (start + 24 <= end) out.add(f.homeAddress, start + 8, 16);
      break;
    case RPL:
      emitRpl(b, start, end, out);
      break;
    case SEGMENT_ROUTING:
      emitSegments(b, start, end, out);
      break;
    case COMPACT_16:
      for (let at = start + 4; at + 2 <= end && u16(b, at) !== 0; at += 2) out.add(f.crh16Sid, at, 2);
      break;
    case COMPACT_32:
      for (let at = start + 4; at + 4 <= end && u32(b, at) !== 0; at += 4) out.add(f.crh32Sid, at, 4);
      break;
    default:
      out.add(f.unknown, start + 4, end - start - 4);
  }
}

/**
 * RPL (RFC 6554 §3): addresses without the octets shared with the destination; the last may share a different number.
 */
function emitRpl(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.rplInternal, start + 4, 4);
  out.add(f.rplFinal, start + 4, 4);
  out.add(f.rplPad, start + 4, 4);
  const internal = 16 - (b[start + 4]! >> 4);
  const final = 16 - (b[start + 4]! & 15);
  const pad = b[start + 5]! >> 4;
  const count = b[start + 1] === 0 ? 0 : Math.trunc((b[start + 1]! * 8 - pad - final) / internal) + 1;
  out.add(f.rplCount, start + 4, 2, count);
  for (let i = 1, at = start + 8; i <= count; i++) {
    const width = i === count ? final : internal;
    if (at + width > end) break;
    out.add(f.rplAddress, at, width);
    at += width;
  }
}

/** RFC 8754 §2: the segment list in reverse order; its last element has index `last entry`. */
function emitSegments(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.srhLastEntry, start + 4, 1);
  out.add(f.srhFlags, start + 5, 1);
  out.add(f.srhTag, start + 6, 2);
  const count = b[start + 4] === 255 ? 0 : b[start + 4]! + 1;
  for (let i = 0, at = start + 8; i < count && at + 16 <= end; i++, at += 16) out.add(f.srhAddr, at, 16);
}

/** Offset of the final destination in the header at `start`; -1 if no segments are left. */
export function finalSegment(p: Packet, start: number, end: number): number {
  const b = p.buf;
  if (start + 24 > end || b[start + 3] === 0) return -1;
  switch (b[start + 2]) {
    case SOURCE_ROUTE:
      return start + 8 + ((b[start + 1]! >> 1) - 1) * 16 + 16 <= end
        ? start + 8 + ((b[start + 1]! >> 1) - 1) * 16
        : -1;
    case MOBILITY:
    case SEGMENT_ROUTING:
      return start + 8;
    default:
      return -1;
  }
}

// BSD loopback header: the address family, in host byte order (LINKTYPE_NULL) or network byte order (LINKTYPE_LOOP)
// (https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html).
import { u32, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { ppp } from '../ppp/ppp.ts';
import { nullFamilies } from './tables.ts';

const HEADER = 4;
const LOOP = 108;
/** Larger values are EtherTypes, which Linux writes. */
const FAMILY_MAX = 1500;

const families = {
  2: 'IP',
  7: 'OSI',
  16: 'Appletalk',
  23: 'Netware IPX/SPX',
  24: 'IPv6',
  28: 'IPv6',
  30: 'IPv6',
};

/** EtherType by address family; each BSD has its own number for IPv6. */
const etherTypeOf: Readonly<Record<number, number>> = { 2: 0x0800, 24: 0x86dd, 28: 0x86dd, 30: 0x86dd };

const f = {
  family: uint('null.family', 'Family').named(families),
  type: uint('null.type', 'Type').hex(2).named(etherTypeNames),
};

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

/** The family or EtherType, in whichever byte order it was written. */
function familyOf(p: Packet, b: Uint8Array, at: number): number {
  const big = u32(b, at);
  if (p.linkType === LOOP) return big;
  const little = u32le(b, at);
  // Families are below 256: if the upper half is set, the byte order is the other one, or the family has 16 bits.
  if (little > 0xffff) return little < 0x60000 ? little >>> 16 : big;
  return (little & 0xff) === 0 && little < 0x600 ? swap16(little) : little;
}

export const nullLoopback: Protocol = protocol({
  name: 'null',
  title: 'Null/Loopback',
  column: 'N/A',
  fields: f,
  on: [[linkTypes, 0, LOOP]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    // A PPP header is not a family in any byte order.
    if (p.linkType !== LOOP && b[p.at] === 0xff && b[p.at + 1] === 0x03) return ppp;
    const family = familyOf(p, b, p.at);
    p.at += HEADER;
    const type = family > FAMILY_MAX && p.linkType !== LOOP ? family & 0xffff : etherTypeOf[family];
    const next = type === undefined ? nullFamilies.get(family) : etherTypes.get(type);
    return next ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.payload[layer]! - start < HEADER || p.stop[layer]! - start < HEADER) return;
    const family = familyOf(p, p.bufferOf(layer), start);
    if (family > FAMILY_MAX && p.linkType !== LOOP) out.add(f.type, start, HEADER, family & 0xffff);
    else out.add(f.family, start, HEADER, family);
  },
  info: () => 'Null/Loopback',
});

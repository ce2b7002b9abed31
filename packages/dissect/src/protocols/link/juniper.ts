// Captures from Juniper routers: a header with a magic number and extensions, and an optional link header
// (https://www.tcpdump.org/linktypes.html, LINKTYPE_JUNIPER_…).
import { u16, u24, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { llc } from '../llc.ts';
import { chdlc } from '../ppp/chdlc.ts';
import { ppp } from '../ppp/ppp.ts';
import { fr } from './framerelay.ts';
import { mpls } from './mpls.ts';
import { osi } from './osi.ts';

const MAGIC = 0x4d4743;
const HAS_EXTENSIONS = 0x80;
const NO_LINK_HEADER = 0x02;

/** Column names by link type. */
const columns: Readonly<Record<number, string>> = {
  130: 'Juniper MLPPP',
  131: 'Juniper MLFR',
  133: 'Juniper GGSN',
  135: 'Juniper ATM2',
  136: 'Juniper Services',
  137: 'Juniper ATM1',
  167: 'Juniper PPPoE',
  178: 'Juniper Ethernet',
  179: 'Juniper PPP',
  180: 'Juniper Frame-Relay',
  181: 'Juniper C-HDLC',
  183: 'Juniper Voice PIC',
};

const f = {
  magic: uint('juniper.magic-number', 'Magic Number').at(0, 3).hex(),
  direction: uint('juniper.direction', 'Direction').at(3, 1).mask(0x01).hex().named({ 0: 'Out', 1: 'In' }),
  noL2: uint('juniper.l2hdr', 'L2 header presence')
    .at(3, 1)
    .mask(NO_LINK_HEADER)
    .hex()
    .named({ 0: 'Present', 1: 'none' }),
};

/** Protocol after the Juniper header, by link type. */
function linkOf(linkType: number): Protocol | undefined {
  switch (linkType) {
    case 178:
    case 167:
      return etherTypes.get(0x6558);
    case 179:
      return ppp;
    case 180:
      return fr;
    case 181:
      return chdlc;
    case 136:
    case 183:
      return etherTypes.get(0x0800);
    default:
      return undefined;
  }
}

/** Protocol by the router's protocol number, used without a link header. */
function byNumber(number: number): Protocol | undefined {
  switch (number) {
    case 2:
    case 3:
      return etherTypes.get(0x0800);
    case 4:
    case 5:
    case 8:
    case 32:
      return mpls;
    case 6:
    case 7:
      return etherTypes.get(0x86dd);
    case 10:
    case 33:
    case 201:
      return osi;
    case 200:
      return ppp;
    case 202:
    case 203:
      return llc;
    case 204:
      return etherTypes.get(0x6558);
    case 207:
      return fr;
    case 208:
      return chdlc;
    default:
      return undefined;
  }
}

export const juniper: Protocol = protocol({
  name: 'juniper',
  title: 'Juniper',
  column: (p) => columns[p.linkType] ?? 'Juniper',
  info: () => '',
  fields: f,
  on: [[linkTypes, 130, 131, 133, 135, 136, 137, 167, 178, 179, 180, 181, 183]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 4) return p.cut(4);
    if (u24(b, start) !== MAGIC) return orData(p, linkOf(p.linkType));
    let at = start + 4;
    if (b[start + 3]! & HAS_EXTENSIONS) {
      if (p.end - start < 6) return p.cut(6);
      at += 2 + u16(b, start + 4);
    }
    if (b[start + 3]! & NO_LINK_HEADER) {
      if (at + 4 > p.end) return p.cut(at + 4 - start);
      p.at = at + 4;
      return orData(p, byNumber(u32le(b, at)));
    }
    if (at > p.end) return p.cut(at - start);
    p.at = at;
    return orData(p, linkOf(p.linkType));
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4 || u24(p.bufferOf(layer), start) !== MAGIC) return;
    for (const field of [f.magic, f.direction, f.noL2]) out.fixed(field);
  },
});

function orData(p: Packet, made: Protocol | undefined): Protocol | null {
  return made ?? (p.at < p.end ? data : null);
}

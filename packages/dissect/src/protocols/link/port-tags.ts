// Tags of port extenders: Cisco's VN-Tag and 802.1BR's E-TAG (IEEE Std 802.1BR-2012 §7.5).
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { byLength, LENGTH_MAX } from './ieee8023.ts';
import { emitTrailer, ethPadding } from './trailer.ts';

const VNTAG = 6;
const ETAG = 8;

const vn = {
  direction: bool('vntag.dir', 'Direction').at(0, 4).mask(0x80000000),
  pointer: bool('vntag.ptr', 'Pointer').at(0, 4).mask(0x40000000),
  dst: uint('vntag.dst', 'Destination').at(0, 4).mask(0x3fff0000),
  looped: bool('vntag.looped', 'Looped').at(0, 4).mask(0x00008000),
  reserved: uint('vntag.r', 'Reserved').at(0, 4).mask(0x00004000),
  version: uint('vntag.version', 'Version').at(0, 4).mask(0x00003000),
  src: uint('vntag.src', 'Source').at(0, 4).mask(0x00000fff),
  type: uint('vntag.etype', 'Type').hex(2).named(etherTypeNames),
  len: uint('vntag.len', 'Length'),
  padding: ethPadding,
  trailer: bytes('vntag.trailer', 'Trailer'),
};

export const vntag = protocol({
  name: 'vntag',
  title: 'VN-Tag',
  column: 'VN-TAG',
  fields: vn,
  on: [[etherTypes, 0x8926]],
  step(p) {
    if (p.end - p.at < VNTAG) return p.cut(VNTAG);
    const type = u16(p.buf, p.at + 4);
    p.at += VNTAG;
    return type <= LENGTH_MAX ? byLength(p, type) : byEtherType(p, type);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < VNTAG) return;
    for (const field of [vn.direction, vn.pointer, vn.dst, vn.looped, vn.reserved, vn.version, vn.src])
      out.fixed(field);
    out.add(u16(p.bufferOf(layer), start + 4) <= LENGTH_MAX ? vn.len : vn.type, start + 4, 2);
    emitTrailer(p, layer, out, vn);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < VNTAG) return '';
    const tag = u32(p.bufferOf(layer), start);
    return `Direction: ${tag >>> 31 ? 'From Bridge' : 'To Bridge'}, Source: ${tag & 0xfff}, Destination: ${(tag >>> 16) & 0x3fff}`;
  },
});

const e = {
  pcp: uint('etag.pcp', 'E-PCP').at(0, 2).mask(0xe000),
  dei: uint('etag.dei', 'E-DEI').at(0, 2).mask(0x1000),
  ingressBase: uint('etag.iecid_base', 'Ingress_E-CID_base').at(0, 2).mask(0x0fff).hex(2),
  reserved: uint('etag.resv', 'Reserved').at(2, 2).mask(0xc000),
  group: uint('etag.group', 'GRP').at(2, 2).mask(0x3000),
  base: uint('etag.ecid_base', 'E-CID_base').at(2, 2).mask(0x0fff).hex(2),
  ingressExtension: uint('etag.iecid_ext', 'Ingress_E-CID_ext').at(4, 1).hex(),
  extension: uint('etag.ecid_ext', 'E-CID_ext').at(5, 1).hex(),
  type: uint('etag.etype', 'Type').at(6, 2).hex().named(etherTypeNames),
  padding: ethPadding,
  trailer: bytes('etag.trailer', 'Trailer'),
};

export const etag = protocol({
  name: 'etag',
  title: '802.1BR E-TAG',
  column: 'E-TAG',
  fields: e,
  on: [[etherTypes, 0x893f]],
  step(p) {
    if (p.end - p.at < ETAG) return p.cut(ETAG);
    const type = u16(p.buf, p.at + 6);
    p.at += ETAG;
    return byEtherType(p, type);
  },
  emit(p, layer, out) {
    if (p.stop[layer]! - p.start[layer]! < ETAG) return;
    const fixed = [
      e.pcp,
      e.dei,
      e.ingressBase,
      e.reserved,
      e.group,
      e.base,
      e.ingressExtension,
      e.extension,
      e.type,
    ];
    for (const field of fixed) out.fixed(field);
    emitTrailer(p, layer, out, e);
  },
  info: () => '',
});

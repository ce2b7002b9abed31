// Ethernet II and IEEE 802.3 (IEEE Std 802.3-2022 §3.2).
import { u16 } from '../core/bytes.ts';
import { alias, bool, ether, uint } from '../core/field.ts';
import { ETHER } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import { linkTypes } from '../core/table.ts';
import { ethernetAddress } from '../core/text.ts';
import { byEtherType } from './ethertype.ts';
import { llc } from './llc.ts';
import { etherTypeNames } from './names/ethertypes.ts';

const HEADER = 14;
/** §3.2.6: up to 1500 the field is a length, from 1536 a type; between them it is neither, and is read as a type. */
const LENGTH_MAX = 1500;

const dst = ether('eth.dst', 'Destination').at(0, 6);
const src = ether('eth.src', 'Source').at(6, 6);
const f = {
  dst,
  dstLg: bool('eth.dst.lg', 'LG bit').at(0, 3).mask(0x020000),
  dstIg: bool('eth.dst.ig', 'IG bit').at(0, 3).mask(0x010000),
  src,
  srcLg: bool('eth.src.lg', 'LG bit').at(6, 3).mask(0x020000),
  srcIg: bool('eth.src.ig', 'IG bit').at(6, 3).mask(0x010000),
  addr: alias('eth.addr', 'Address', [dst, src]),
  type: uint('eth.type', 'Type').hex().named(etherTypeNames),
  len: uint('eth.len', 'Length'),
};

export const eth = protocol({
  name: 'eth',
  title: 'Ethernet II',
  column: 'Ethernet',
  fields: f,
  on: [[linkTypes, 1]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const start = p.at;
    p.showAddresses(ETHER, start + 6, start);
    const type = u16(p.buf, start + 12);
    p.at = start + HEADER;
    if (type > LENGTH_MAX) return byEtherType(p, type);
    p.narrow(p.count - 1, HEADER + type);
    return llc;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.openFixed(f.dst);
    out.fixed(f.dstLg);
    out.fixed(f.dstIg);
    out.close();
    out.openFixed(f.src);
    out.fixed(f.srcLg);
    out.fixed(f.srcIg);
    out.close();
    out.add(u16(p.bufferOf(layer), start + 12) > LENGTH_MAX ? f.type : f.len, start + 12, 2);
  },
  headline: (p, layer) =>
    `, Src: ${ethernetAddress(p.bufferOf(layer), p.start[layer]! + 6)}, Dst: ${ethernetAddress(p.bufferOf(layer), p.start[layer]!)}`,
});

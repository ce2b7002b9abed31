// Ethernet II and IEEE 802.3 (IEEE Std 802.3-2022 §3.2).
import { u16, u24 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { alias, bool, bytes, ether, none, text, uint } from '../core/field.ts';
import { ETHER, NESTED, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { etherTypes, greProtocols, linkTypes } from '../core/table.ts';
import { ethernetAddress } from '../core/text.ts';
import { fabricPath, isFabricPath } from './cisco/fabricpath.ts';
import { isIsl, runIsl } from './cisco/isl.ts';
import { byEtherType } from './ethertype.ts';
import { byLength, LENGTH_MAX } from './link/ieee8023.ts';
import { sllTypes } from './link/tables.ts';
import {
  emitTrailer,
  ethPadding,
  ethPaddingBad,
  expertTrailer,
  runTrailer,
  trailerOf,
} from './link/trailer.ts';
import { etherTypeNames } from './names/ethertypes.ts';

const HEADER = 14;
/** §3.2.6: values up to 1500 are lengths, from 1536 on types. */
const TYPE_MIN = 1536;

const dst = ether('eth.dst', 'Destination').at(0, 6);
const src = ether('eth.src', 'Source').at(6, 6);
/** Addresses with their names: none are looked up, so that these are the addresses. */
const dstResolved = text('eth.dst_resolved', 'Destination (resolved)').at(0, 6).hidden().get(resolved(0));
const srcResolved = text('eth.src_resolved', 'Source (resolved)').at(6, 6).hidden().get(resolved(6));
const dstOui = uint('eth.dst.oui', 'Destination OUI').at(0, 3).hidden();
const srcOui = uint('eth.src.oui', 'Source OUI').at(6, 3).hidden();
const dstVendor = text('eth.dst.oui_resolved', 'Destination OUI (resolved)').at(0, 6).hidden().get(vendor(0));
const srcVendor = text('eth.src.oui_resolved', 'Source OUI (resolved)').at(6, 6).hidden().get(vendor(6));
/** IEEE 802-2014 §8.2.2 */
const administration = {
  0: 'Globally unique address (factory default)',
  1: 'Locally administered address (this is NOT the factory default)',
};
const reach = { 0: 'Individual address (unicast)', 1: 'Group address (multicast/broadcast)' };
const dstLg = bool('eth.dst.lg', 'LG bit').named(administration).at(0, 3).mask(0x020000);
const srcLg = bool('eth.src.lg', 'LG bit').named(administration).at(6, 3).mask(0x020000);
const dstIg = bool('eth.dst.ig', 'IG bit').named(reach).at(0, 3).mask(0x010000);
const srcIg = bool('eth.src.ig', 'IG bit').named(reach).at(6, 3).mask(0x010000);
/** IEEE Std 802.3-2022 §3.2.3; in Wireshark's words. */
const NOT_GROUP = 'Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)';
const f = {
  dst,
  dstResolved,
  dstOui,
  dstVendor,
  dstLg,
  dstIg,
  src,
  srcResolved,
  srcOui,
  srcVendor,
  srcLg,
  srcIg,
  srcNotGroup: none('eth.src_not_group', NOT_GROUP),
  addr: alias('eth.addr', 'Address', [dst, src]).drawn(),
  addrResolved: alias('eth.addr_resolved', 'Address (resolved)', [dstResolved, srcResolved]).placed(),
  addrOui: alias('eth.addr.oui', 'Address OUI', [dstOui, srcOui]).placed(),
  addrVendor: alias('eth.addr.oui_resolved', 'Address OUI (resolved)', [dstVendor, srcVendor]).placed(),
  lg: alias('eth.lg', 'LG bit', [dstLg, srcLg]),
  ig: alias('eth.ig', 'IG bit', [dstIg, srcIg]),
  type: uint('eth.type', 'Type').hex(2).named(etherTypeNames),
  len: uint('eth.len', 'Length'),
  invalid: uint('eth.invalid_lentype', 'Invalid length/type').hex(2),
  padding: ethPadding,
  paddingBad: ethPaddingBad,
  trailer: bytes('eth.trailer', 'Trailer'),
  fcs: uint('eth.fcs', 'Frame check sequence').hex(4),
  fcsStatus: uint('eth.fcs.status', 'FCS Status').byName().named({ 0: 'Bad', 1: 'Good', 2: 'Unverified' }),
};
/** Frames inside tunnels have no frame check sequence. */
const carried = { trailer: f.trailer, paddingBad: f.paddingBad };

/** What both addresses have: the aliases, of which the text tree shows the address alone. */
function emitAddress(p: Packet, layer: number, at: number, out: Sink): void {
  const start = p.start[layer]! + at;
  out.add(f.addr, start, 6);
  if (!out.wants(f.addrResolved)) return;
  out.add(f.addrResolved, start, 6, (at === 0 ? dstResolved : srcResolved).getter!(p, layer));
  out.add(f.addrOui, start, 3);
  const name = (at === 0 ? dstVendor : srcVendor).getter!(p, layer);
  if (name !== undefined) out.add(f.addrVendor, start, 6, name);
}

export const eth: Protocol = protocol({
  name: 'eth',
  title: 'Ethernet II',
  column: 'Ethernet',
  fields: f,
  on: [
    [linkTypes, 1],
    [etherTypes, 0x6558],
    [greProtocols, 0x6558, 0x6400],
    [sllTypes, 3],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const start = p.at;
    p.showAddresses(ETHER, start + 6, start);
    const type = u16(p.buf, start + 12);
    if (type <= LENGTH_MAX) {
      if (isIsl(p.buf, start)) {
        hideTree(p);
        return runIsl(p);
      }
      if (type !== 0) return unpack(p, type);
    } else if (type < TYPE_MIN) {
      p.at = start + HEADER;
      return p.at < p.end ? data : null;
    } else if (isFabricPath(p.buf, start, p.end, type)) {
      hideTree(p);
      return fabricPath;
    }
    return unpack(p, type);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    out.openFixed(f.dst);
    out.fixed(f.dstResolved);
    out.fixed(f.dstOui);
    out.fixed(f.dstVendor);
    emitAddress(p, layer, 0, out);
    out.fixed(f.dstLg);
    out.fixed(f.dstIg);
    out.close();
    out.openFixed(f.src);
    out.fixed(f.srcResolved);
    out.fixed(f.srcOui);
    out.fixed(f.srcVendor);
    emitAddress(p, layer, 6, out);
    out.fixed(f.srcLg);
    out.fixed(f.srcIg);
    if (isGroupSource(p, layer)) out.add(f.srcNotGroup, start + 6, 0);
    out.close();
    const type = u16(p.bufferOf(layer), start + 12);
    if (type === 0 || type >= TYPE_MIN) out.add(f.type, start + 12, 2);
    else if (type <= LENGTH_MAX) out.add(f.len, start + 12, 2);
    else out.add(f.invalid, start + 12, 2);
    emitTrailer(p, layer, out, layer === 1 ? f : carried);
  },
  expert(p, layer, add) {
    if (isGroupSource(p, layer)) add('warn', 'protocol', NOT_GROUP, { under: f.src, name: f.srcNotGroup });
    expertTrailer(p, layer, add, isLength(p, layer) ? 'Ethernet' : 'Ethertype');
  },
  titleOf: (p, layer) => (isLength(p, layer) ? 'IEEE 802.3 Ethernet ' : 'Ethernet II'),
  headline: (p, layer) =>
    isLength(p, layer) || p.stop[layer]! - p.start[layer]! < 12
      ? ''
      : `, Src: ${ethernetAddress(p.bufferOf(layer), p.start[layer]! + 6)}, Dst: ${ethernetAddress(p.bufferOf(layer), p.start[layer]!)}`,
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const type = u16(p.bufferOf(layer), start + 12);
    if (type === 0 || type >= TYPE_MIN) return 'Ethernet II';
    if (type <= LENGTH_MAX) return 'IEEE 802.3 Ethernet ';
    return `Ethernet Unknown: Invalid length/type: 0x${type.toString(16).padStart(4, '0')} (${type})`;
  },
});

function resolved(offset: number): (p: Packet, layer: number) => string {
  return (p, layer) => ethernetAddress(p.bufferOf(layer), p.start[layer]! + offset);
}

/** The vendor by the first three bytes of the address, where the session knows it. */
function vendor(offset: number): (p: Packet, layer: number) => string | undefined {
  return (p, layer) => p.session.vendorOf?.(u24(p.bufferOf(layer), p.start[layer]! + offset));
}

function isGroupSource(p: Packet, layer: number): boolean {
  const start = p.start[layer]!;
  return p.stop[layer]! - start >= HEADER && (p.bufferOf(layer)[start + 6]! & 1) !== 0;
}

/** For frames that only look like Ethernet: listed in frame.protocols, but without a tree. */
function hideTree(p: Packet): void {
  p.flags[p.count - 1]! &= ~(SHOWN | NESTED);
}

/** The protocol by type or length. If a trailer follows its packet, dissects both here. */
function unpack(p: Packet, type: number): Protocol | null {
  const layer = p.count - 1;
  p.at += HEADER;
  const trailer = type === 0 ? -1 : trailerOf(p, type);
  if (trailer < 0) return choose(p, type);
  const { at, end, wireEnd } = p;
  p.payload[layer] = at;
  const next = choose(p, type);
  if (next !== null) p.call(next, at, p.end, p.wireEnd);
  p.end = end;
  p.wireEnd = wireEnd;
  runTrailer(p, trailer);
  return null;
}

function choose(p: Packet, type: number): Protocol | null {
  return type <= LENGTH_MAX && type !== 0 ? byLength(p, type) : byEtherType(p, type);
}

/** IEEE 802.3-2022 §3.2.6: whether the field after the addresses is a length rather than a type. */
function isLength(p: Packet, layer: number): boolean {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < HEADER) return false;
  const type = u16(p.bufferOf(layer), start + 12);
  return type > 0 && type <= LENGTH_MAX;
}

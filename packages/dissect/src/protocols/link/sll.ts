// Linux cooked captures, versions 1 and 2 (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …_SLL2.html).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, ether, ipv4, uint } from '../../core/field.ts';
import { ETHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { greProtocols, linkTypes } from '../../core/table.ts';
import { ethernetAddress, hex, ipv4Address } from '../../core/text.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { hardwareTypeNames } from '../names/hardware-types.ts';
import { sllHardware, sllTypes } from './tables.ts';
import { emitTrailer, ethPadding } from './trailer.ts';

const HEADER = 16;
const HEADER_V2 = 20;
const ADDRESS = 8;
const IPGRE = 778;
/** Numbers up to this one are Linux's own, not EtherTypes. */
const OWN_TYPE_MAX = 1536;

const packetTypes: Readonly<Record<number, string>> = {
  0: 'Unicast to us',
  1: 'Broadcast',
  2: 'Multicast',
  3: 'Unicast to another host',
  4: 'Sent by us',
};
const typeNames = {
  1: 'Raw 802.3',
  3: 'Ethernet',
  4: '802.2 LLC',
  7: 'PPP (HDLC)',
  12: 'CAN',
  13: 'CAN FD',
  23: 'IrDA LAP',
  25: 'IEEE 802.11',
  246: 'IEEE 802.15.4',
};

const f = {
  packetType: uint('sll.pkttype', 'Packet type').named(packetTypes),
  hardwareType: uint('sll.hatype', 'Link-layer address type').named(hardwareTypeNames),
  addressLength: uint('sll.halen', 'Link-layer address length'),
  ifindex: uint('sll.ifindex', 'Interface index'),
  srcEther: ether('sll.src.eth', 'Source'),
  srcIpv4: ipv4('sll.src.ipv4', 'Source'),
  srcOther: bytes('sll.src.other', 'Source'),
  unused: bytes('sll.unused', 'Unused'),
  etherType: uint('sll.etype', 'Protocol').hex(2).named(etherTypeNames),
  greType: uint('sll.gretype', 'Protocol').hex(2).named(etherTypeNames),
  ownType: uint('sll.ltype', 'Protocol').hex(2).named(typeNames),
  padding: ethPadding,
  trailer: bytes('sll.trailer', 'Trailer'),
};

/** Offsets in the two headers. */
interface Layout {
  readonly header: number;
  readonly packetType: number;
  readonly packetTypeWidth: number;
  readonly hardwareType: number;
  readonly addressLength: number;
  readonly addressLengthWidth: number;
  readonly address: number;
  readonly type: number;
}
const v1: Layout = {
  header: HEADER,
  packetType: 0,
  packetTypeWidth: 2,
  hardwareType: 2,
  addressLength: 4,
  addressLengthWidth: 2,
  address: 6,
  type: 14,
};
const v2: Layout = {
  header: HEADER_V2,
  packetType: 10,
  packetTypeWidth: 1,
  hardwareType: 8,
  addressLength: 11,
  addressLengthWidth: 1,
  address: 12,
  type: 0,
};
const V2 = 2;

function read(p: Packet, l: Layout): Protocol | null {
  if (p.end - p.at < l.header) return p.cut(l.header);
  const b = p.buf;
  const start = p.at;
  if (b[start + l.addressLength + l.addressLengthWidth - 1] === 6)
    p.showAddresses(ETHER, start + l.address, -1);
  p.at = start + l.header;
  const hardware = u16(b, start + l.hardwareType);
  const special = sllHardware.get(hardware);
  if (special !== undefined) return special;
  const type = u16(b, start + l.type);
  if (type <= OWN_TYPE_MAX) return sllTypes.get(type) ?? (p.at < p.end ? data : null);
  return hardware === IPGRE ? (greProtocols.get(type) ?? null) : byEtherType(p, type);
}

function layoutOf(p: Packet, layer: number): Layout {
  return p.mark[layer] === V2 ? v2 : v1;
}

/** The sender's address as text, which is all that this header has of addresses; '' for a link without any. */
export function sllSource(p: Packet, layer: number): string {
  const l = layoutOf(p, layer);
  const b = p.bufferOf(layer);
  const length = b[p.start[layer]! + l.addressLength + l.addressLengthWidth - 1]!;
  const at = p.start[layer]! + l.address;
  if (length === 6) return ethernetAddress(b, at);
  return length === 4 ? ipv4Address(b, at) : hex(b, at, at + Math.min(length, ADDRESS));
}

/** One name for both versions, as in the field: filters on `sll` find either. */
export const sll: Protocol = protocol({
  name: 'sll',
  title: 'Linux cooked capture',
  column: 'SLL',
  fields: f,
  on: [[linkTypes, 113, 276]],
  step(p) {
    if (p.linkType !== 276) return read(p, v1);
    p.mark[p.count - 1] = V2;
    return read(p, v2);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const l = layoutOf(p, layer);
    if (p.stop[layer]! - start < l.header) return;
    if (l === v2) emitType();
    if (l === v2) out.add(f.ifindex, start + 4, 4);
    if (l === v1) emitPacketType();
    out.add(f.hardwareType, start + l.hardwareType, 2);
    if (l === v2) emitPacketType();
    out.add(f.addressLength, start + l.addressLength, l.addressLengthWidth);
    const length = b[start + l.addressLength + l.addressLengthWidth - 1]!;
    const at = start + l.address;
    if (length === 6) out.add(f.srcEther, at, 6);
    else if (length === 4) out.add(f.srcIpv4, at, 4);
    else if (length > 0) out.add(f.srcOther, at, Math.min(length, ADDRESS));
    if (length < ADDRESS) out.add(f.unused, at + length, ADDRESS - length);
    if (l === v1) emitType();
    emitTrailer(p, layer, out, f);

    function emitPacketType(): void {
      out.add(f.packetType, start + l.packetType, l.packetTypeWidth);
    }
    function emitType(): void {
      const type = u16(b, start + l.type);
      const isGre = u16(b, start + l.hardwareType) === IPGRE;
      out.add(type <= OWN_TYPE_MAX ? f.ownType : isGre ? f.greType : f.etherType, start + l.type, 2);
    }
  },
  headline: (p, layer) => ` v${layoutOf(p, layer) === v2 ? 2 : 1}`,
  info(p, layer) {
    const l = layoutOf(p, layer);
    const at = p.start[layer]! + l.packetType;
    if (at + l.packetTypeWidth > p.stop[layer]!) return '';
    const type = p.bufferOf(layer)[at + l.packetTypeWidth - 1]!;
    return packetTypes[type] ?? `Unknown (${type})`;
  },
});

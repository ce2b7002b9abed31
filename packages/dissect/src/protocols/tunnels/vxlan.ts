// Virtual eXtensible LAN (RFC 7348) with the Group Policy extension, and its Generic Protocol Extension (GPE).
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, udpPorts } from '../../core/table.ts';
import { eth } from '../eth.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';

const HEADER = 8;
/** EtherTypes of protocols that GPE may carry. */
const NSH = 0x894f;
const MPLS = 0x8847;

const EXTENDED_PORT = 4790;

const nextNames = {
  1: 'IPv4',
  2: 'IPv6',
  3: 'Ethernet',
  4: 'Network Service Header',
  5: 'MPLS',
  6: 'Unassigned',
  7: 'vBNG',
};

const f = {
  flags: uint('vxlan.flags', 'Flags').hex(2),
  hasPolicy: bool('vxlan.flag_g', 'GBP Extension').mask(0x8000),
  hasNetwork: bool('vxlan.flag_i', 'VXLAN Network ID (VNI)').mask(0x0800),
  dontLearn: bool('vxlan.flag_d', "Don't Learn").mask(0x0040),
  isApplied: bool('vxlan.flag_a', 'Policy Applied').mask(0x0008),
  policy: uint('vxlan.gbp', 'Group Policy ID'),
  version: uint('vxlan.ver', 'Version').mask(0x30),
  instance: uint('vxlan.i_bit', 'Instance').mask(0x08),
  hasNext: uint('vxlan.p_bit', 'Next Protocol Bit').mask(0x04),
  oam: uint('vxlan.o_bit', 'OAM bit').mask(0x01),
  next: uint('vxlan.next_proto', 'Next Protocol').named(nextNames),
  vni: uint('vxlan.vni', 'VXLAN Network Identifier (VNI)').at(4, 3),
  reserved: uint('vxlan.reserved8', 'Reserved').at(7, 1),
};

/** Mark of a layer with GPE. */
const EXTENDED = 1;

export const vxlan: Protocol = protocol({
  name: 'vxlan',
  title: 'Virtual eXtensible Local Area Network',
  column: 'VxLAN',
  fields: f,
  on: [[udpPorts, 4789, EXTENDED_PORT]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const isExtended = p.srcPort === EXTENDED_PORT || p.dstPort === EXTENDED_PORT;
    const next = isExtended ? p.buf[p.at + 3]! : NEXT_ETHERNET;
    if (isExtended) {
      // Wireshark does not list GPE separately in frame.protocols.
      p.mark[p.layer] = EXTENDED;
      p.flags[p.layer]! &= ~LISTED;
    }
    p.at += HEADER;
    return nextProtocol(next) ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.mark[layer] === EXTENDED) {
      out.open(f.flags, start, 1);
      for (const flag of [f.version, f.instance, f.hasNext, f.oam]) out.add(flag, start, 1);
      out.close();
      out.add(f.next, start + 3, 1);
    } else {
      out.open(f.flags, start, 2);
      for (const flag of [f.hasPolicy, f.hasNetwork, f.dontLearn, f.isApplied]) out.add(flag, start, 2);
      out.close();
      out.add(f.policy, start + 2, 2);
    }
    out.fixed(f.vni);
    out.fixed(f.reserved);
  },
  info: () => '',
});

const NEXT_ETHERNET = 3;

/** Next protocol of GPE, draft-ietf-nvo3-vxlan-gpe §3.2. */
function nextProtocol(next: number): Protocol | undefined {
  switch (next) {
    case 1:
      return ip;
    case 2:
      return ipv6;
    case NEXT_ETHERNET:
      return eth;
    case 4:
      return etherTypes.get(NSH);
    case 5:
      return etherTypes.get(MPLS);
    default:
      return undefined;
  }
}

// Virtual eXtensible LAN (RFC 7348) with the Group Policy extension, and its Generic Protocol Extension.
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, udpPorts } from '../../core/table.ts';
import { eth } from '../eth.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';

const HEADER = 8;
/** EtherTypes of what the protocol extension may carry. */
const NSH = 0x894f;
const MPLS = 0x8847;

const f = {
  flags: uint('vxlan.flags', 'Flags').at(0, 2).hex(),
  hasPolicy: bool('vxlan.flag_g', 'GBP Extension').at(0, 2).mask(0x8000),
  hasNetwork: bool('vxlan.flag_i', 'VXLAN Network ID (VNI)').at(0, 2).mask(0x0800),
  dontLearn: bool('vxlan.flag_d', "Don't Learn").at(0, 2).mask(0x0040),
  isApplied: bool('vxlan.flag_a', 'Policy Applied').at(0, 2).mask(0x0008),
  policy: uint('vxlan.gbp', 'Group Policy ID').at(2, 2),
  vni: uint('vxlan.vni', 'VXLAN Network Identifier (VNI)').at(4, 3),
  reserved: uint('vxlan.reserved8', 'Reserved').at(7, 1),
};

export const vxlan: Protocol = protocol({
  name: 'vxlan',
  title: 'Virtual eXtensible Local Area Network',
  column: 'VxLAN',
  fields: f,
  on: [[udpPorts, 4789]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at += HEADER;
    return eth;
  },
  emit(_p, _layer, out) {
    out.openFixed(f.flags);
    for (const flag of [f.hasPolicy, f.hasNetwork, f.dontLearn, f.isApplied]) out.fixed(flag);
    out.close();
    for (const field of [f.policy, f.vni, f.reserved]) out.fixed(field);
  },
});

const nextNames = {
  1: 'IPv4',
  2: 'IPv6',
  3: 'Ethernet',
  4: 'Network Service Header',
  5: 'MPLS',
  6: 'Unassigned',
  7: 'vBNG',
};

const g = {
  version: uint('vxlan.ver', 'Version').at(0, 1).mask(0x30),
  instance: uint('vxlan.i_bit', 'Instance').at(0, 1).mask(0x08),
  hasNext: uint('vxlan.p_bit', 'Next Protocol Bit').at(0, 1).mask(0x04),
  oam: uint('vxlan.o_bit', 'OAM bit').at(0, 1).mask(0x01),
  next: uint('vxlan.next_proto', 'Next Protocol').at(3, 1).named(nextNames),
  vni: uint('vxlan.vni', 'VXLAN Network Identifier (VNI)').at(4, 3),
};

/** draft-ietf-nvo3-vxlan-gpe §3. It has a tree and a column, but no place of its own in frame.protocols. */
export const vxlanGpe: Protocol = protocol({
  name: 'vxlan',
  title: 'Virtual eXtensible Local Area Network',
  column: 'VxLAN',
  fields: g,
  on: [[udpPorts, 4790]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.flags[p.layer]! &= ~LISTED;
    const next = p.buf[p.at + 3]!;
    p.at += HEADER;
    switch (next) {
      case 1:
        return ip;
      case 2:
        return ipv6;
      case 3:
        return eth;
      case 4:
        return etherTypes.get(NSH) ?? data;
      case 5:
        return etherTypes.get(MPLS) ?? data;
      default:
        return p.at < p.end ? data : null;
    }
  },
  info: () => '',
});

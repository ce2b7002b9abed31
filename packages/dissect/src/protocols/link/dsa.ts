// Switch tags before the EtherType, between an Ethernet switch and its CPU: Marvell DSA and EDSA, Broadcom
// (https://www.tcpdump.org/linktypes/LINKTYPE_DSA_TAG_DSA.html and …_BRCM.html).
import { u16 } from '../../core/bytes.ts';
import { bool, ether, uint } from '../../core/field.ts';
import { ETHER } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { byLength, LENGTH_MAX } from './ieee8023.ts';

const ADDRESSES = 12;
const TYPE = 2;
const BRCM = 281;
const BRCM_PREPEND = 282;
const DSA = 284;
const EDSA = 285;
const modes: Readonly<Record<number, string>> = { 0: 'To CPU', 1: 'From CPU', 2: 'To Sniffer', 3: 'Forward' };

const f = {
  dst: ether('dsa.dst', 'Destination'),
  src: ether('dsa.src', 'Source'),
  mode: uint('dsa.mode', 'Mode').mask(0xc0).named(modes),
  tagged: bool('dsa.tagged', 'Tagged').mask(0x20),
  device: uint('dsa.device', 'Device').mask(0x1f),
  port: uint('dsa.port', 'Port').mask(0xf8),
  vlan: uint('dsa.vid', 'VLAN ID').mask(0x0fff),
  opcode: uint('dsa.brcm.opcode', 'Broadcom opcode').mask(0xe0),
  type: uint('dsa.type', 'Type').hex(2).named(etherTypeNames),
};

interface Layout {
  readonly addresses: number;
  readonly tag: number;
  readonly type: number;
  readonly isBroadcom: boolean;
}
/** EDSA's tag follows an EtherType and two reserved bytes. */
const layouts: Readonly<Record<number, Layout>> = {
  [BRCM]: { addresses: 0, tag: ADDRESSES, type: ADDRESSES + 4, isBroadcom: true },
  [BRCM_PREPEND]: { addresses: 4, tag: 0, type: 4 + ADDRESSES, isBroadcom: true },
  [DSA]: { addresses: 0, tag: ADDRESSES, type: ADDRESSES + 4, isBroadcom: false },
  [EDSA]: { addresses: 0, tag: ADDRESSES + 4, type: ADDRESSES + 8, isBroadcom: false },
};
const fallback = layouts[DSA]!;

export const dsa: Protocol = protocol({
  name: 'dsa',
  title: 'Switch tag',
  column: 'DSA',
  fields: f,
  on: [[linkTypes, BRCM, BRCM_PREPEND, DSA, EDSA]],
  step(p) {
    const start = p.at;
    const layout = layouts[p.linkType] ?? fallback;
    if (p.end - start < layout.type + TYPE) return p.cut(layout.type + TYPE);
    p.showAddresses(ETHER, start + layout.addresses + 6, start + layout.addresses);
    const type = u16(p.buf, start + layout.type);
    p.at = start + layout.type + TYPE;
    return type <= LENGTH_MAX ? byLength(p, type) : byEtherType(p, type);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const layout = layouts[p.linkType] ?? fallback;
    if (p.stop[layer]! - start < layout.type + TYPE) return;
    out.add(f.dst, start + layout.addresses, 6);
    out.add(f.src, start + layout.addresses + 6, 6);
    const tag = start + layout.tag;
    if (layout.isBroadcom) out.add(f.opcode, tag, 1);
    else {
      for (const field of [f.mode, f.tagged, f.device]) out.add(field, tag, 1);
      out.add(f.port, tag + 1, 1);
      out.add(f.vlan, tag + 2, 2);
    }
    out.add(f.type, start + layout.type, TYPE);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const layout = layouts[p.linkType] ?? fallback;
    if (p.stop[layer]! - start < layout.type || layout.isBroadcom) return '';
    return `DSA ${modes[p.bufferOf(layer)[start + layout.tag]! >> 6]}`;
  },
});

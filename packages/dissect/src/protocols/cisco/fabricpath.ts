// Cisco FabricPath: encapsulation of Ethernet frames between the switches of a fabric ("FabricPath Switching", Cisco
// Nexus documentation).
import { u16, u24 } from '../../core/bytes.ts';
import { bool, ether, none, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { ethernetAddress } from '../../core/text.ts';
import { eth } from '../eth.ts';

const ETHERTYPE = 0x8903;
const STAG = 0x88a8;
const HEADER = 16;
/** Outer frame check sequence, which captures include. */
const FCS = 4;

const f = {
  dst: none('cfp.d_hmac', 'Destination'),
  dstGroup: ether('cfp.d_hmac_mc', 'MC Destination'),
  src: none('cfp.s_hmac', 'Source'),
  endNode: uint('cfp.eid', 'End Node ID').mask(0xfcc000),
  local: bool('cfp.ul', 'U/L bit').mask(0x020000),
  group: bool('cfp.ig', 'I/G bit').mask(0x010000),
  outOfOrder: bool('cfp.ooodl', 'OOO/DL Bit').mask(0x001000),
  switchId: uint('cfp.swid', 'switch-id').mask(0x000fff),
  subSwitchId: uint('cfp.sswid', 'sub-switch-id'),
  lid: uint('cfp.lid', 'Source LID'),
  tagType: uint('cfp.1ad.etype', 'IEEE 802.1ad Ethertype').hex(2),
  tagPriority: uint('cfp.1ad.priority', 'Priority').mask(0xe000),
  tagDei: uint('cfp.1ad.dei', 'DEI').mask(0x1000),
  tagId: uint('cfp.1ad.id', 'ID').mask(0x0fff),
  type: uint('cfp.etype', 'FP Ethertype').hex(2),
  ftag: uint('cfp.ftag', 'FTAG').mask(0xffc0),
  ttl: uint('cfp.ttl', 'TTL').mask(0x003f),
};

/** True if the frame at `start`, with this EtherType, is a FabricPath frame; its first 14 bytes must be captured. */
export function isFabricPath(b: Uint8Array, start: number, end: number, type: number): boolean {
  return type === ETHERTYPE || (type === STAG && end - start >= 18 && u16(b, start + 16) === ETHERTYPE);
}

/** Bytes of an 802.1ad tag before the FabricPath tag. */
function tagWidth(b: Uint8Array, start: number): number {
  return u16(b, start + 12) === STAG ? 4 : 0;
}

function isGroup(b: Uint8Array, at: number): boolean {
  return (b[at]! & 1) !== 0;
}

function addressText(b: Uint8Array, at: number): string {
  const part = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${part(u24(b, at) & 0xfff, 3)}.${part(b[at + 3]!, 2)}.${part(u16(b, at + 4), 4)}`;
}

export const fabricPath: Protocol = protocol({
  name: 'cfp',
  title: 'Cisco FabricPath',
  column: 'FabricPath',
  info: () => 'Cisco FabricPath MiM Encapsulated Frame',
  fields: f,
  step(p) {
    const header = HEADER + tagWidth(p.buf, p.at);
    if (p.wireEnd - p.at < header + FCS) return p.cut(header + FCS);
    p.narrow(p.count - 1, p.wireEnd - p.at - FCS);
    if (p.end - p.at < header) return p.cut(header);
    p.at += header;
    return eth;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (isGroup(b, start)) out.add(f.dstGroup, start, 6);
    else emitAddress(f.dst, start, out);
    emitAddress(f.src, start + 6, out);
    const tag = tagWidth(b, start);
    if (tag > 0) {
      out.add(f.tagType, start + 12, 2);
      out.add(f.tagPriority, start + 14, 2);
      out.add(f.tagDei, start + 14, 2);
      out.add(f.tagId, start + 14, 2);
    }
    out.add(f.type, start + 12 + tag, 2);
    out.add(f.ftag, start + 14 + tag, 2);
    out.add(f.ttl, start + 14 + tag, 2);
  },
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return `, Src: ${addressText(b, start + 6)}, Dst: ${isGroup(b, start) ? ethernetAddress(b, start) : addressText(b, start)}`;
  },
});

function emitAddress(field: (typeof f)['dst'], at: number, out: Sink): void {
  out.open(field, at, 6, true);
  for (const part of [f.endNode, f.local, f.group, f.outOfOrder, f.switchId]) out.add(part, at, 3);
  out.add(f.subSwitchId, at + 3, 1);
  out.add(f.lid, at + 4, 2);
  out.close();
}

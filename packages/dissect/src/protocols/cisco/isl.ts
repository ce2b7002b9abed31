// Cisco Inter-Switch Link: encapsulation of Ethernet frames with a VLAN number ("Inter-Switch Link and IEEE 802.1Q
// Frame Format").
import { bool, ether, uint } from '../../core/field.ts';
import { COLUMN, ETHER, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { eth } from '../eth.ts';

const HEADER = 26;
/** Both the inner and the outer frame end with a frame check sequence. */
const FCS = 4;
const ETHERNET = 0;

const f = {
  dst: ether('isl.dst', 'Destination').at(0, 6),
  type: uint('isl.type', 'Type')
    .at(5, 1)
    .mask(0xf0)
    .named({ 0: 'Ethernet', 1: 'Token-Ring', 2: 'FDDI', 3: 'ATM' }),
  user: uint('isl.user_eth', 'User').at(5, 1).mask(0x03),
  src: ether('isl.src', 'Source').at(6, 6),
  len: uint('isl.len', 'Length').at(12, 2),
  dsap: uint('isl.dsap', 'DSAP').at(14, 1).hex(),
  ssap: uint('isl.ssap', 'SSAP').at(15, 1).hex(),
  control: uint('isl.control', 'Control').at(16, 1).hex(),
  hsa: uint('isl.hsa', 'HSA').at(17, 3).hex(),
  vlan: uint('isl.vlan_id', 'VLAN ID').at(20, 2).mask(0xfffe),
  bpdu: bool('isl.bpdu', 'BPDU/CDP/VTP').at(20, 2).mask(0x0001),
  index: uint('isl.index', 'Index').at(22, 2),
};

/** The first five bytes of the destination: 01-00-0C-00-00 or 0C-00-0C-00-00. */
export function isIsl(b: Uint8Array, at: number): boolean {
  return (
    b[at + 2] === 0x0c &&
    (b[at] === 0x01 || b[at] === 0x0c) &&
    b[at + 1] === 0 &&
    b[at + 3] === 0 &&
    b[at + 4] === 0
  );
}

/** The layer has a tree, but is not listed in frame.protocols. */
export const isl: Protocol = protocol({
  name: 'isl',
  title: 'ISL',
  column: 'ISL',
  fields: f,
  step: () => null,
});

/** Dissects the frame at p.at, whose first 14 bytes must be captured. */
export function runIsl(p: Packet): Protocol | null {
  p.push(isl, SHOWN | COLUMN);
  if (p.end - p.at < HEADER) return p.cut(HEADER);
  p.showAddresses(ETHER, p.at + 6, p.at);
  const type = p.buf[p.at + 5]! >> 4;
  p.at += HEADER;
  p.wireEnd = Math.max(p.at, p.wireEnd - FCS);
  p.end = Math.min(p.end, p.wireEnd);
  return type === ETHERNET && p.at < p.end ? eth : null;
}

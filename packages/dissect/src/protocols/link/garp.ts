// GVRP and GMRP: registration of VLANs and multicast groups over GARP (IEEE Std 802.1D-2004 §12); only headers are
// dissected.
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { eth } from '../eth.ts';

const HEADER = 2;
const gvrpFields = { protocol: uint('gvrp.protocol_id', 'Protocol Identifier').at(0, 2).hex() };
const gmrpFields = { protocol: uint('gmrp.protocol_id', 'Protocol ID').at(0, 2).hex() };

export const gvrp: Protocol = protocol({
  name: 'gvrp',
  title: 'GARP VLAN Registration Protocol',
  column: 'GVRP',
  info: () => 'GVRP',
  fields: gvrpFields,
  step(p) {
    p.at = p.end;
    return null;
  },
});

export const gmrp: Protocol = protocol({
  name: 'gmrp',
  title: 'GARP Multicast Registration Protocol',
  column: 'GMRP',
  info: () => 'GMRP',
  fields: gmrpFields,
  step(p) {
    p.at = Math.min(p.end, p.at + HEADER);
    return p.at < p.end ? data : null;
  },
});

/** GVRP or GMRP, by the group address: ...:20 is GMRP's, ...:21 and ...:0d are GVRP's. */
export function garp(p: Packet): Protocol {
  const layer = p.find(eth);
  return layer >= 0 && p.bufferOf(layer)[p.start[layer]! + 5] === 0x20 ? gmrp : gvrp;
}

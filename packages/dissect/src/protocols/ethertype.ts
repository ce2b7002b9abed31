// The EtherType that Ethernet, VLAN tags, Linux cooked captures, GRE and others share (IEEE 802 numbers).
import { data } from '../core/data.ts';
import { LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { etherTypes } from '../core/table.ts';

/** Stands in frame.protocols between a link header and what its type selects; it has no bytes of its own. */
const ethertype = protocol({ name: 'ethertype', title: 'Ethertype', step: () => null });

/** The protocol of a payload that starts at p.at, by EtherType. */
export function byEtherType(p: Packet, type: number): Protocol | null {
  p.push(ethertype, LISTED);
  if (p.at >= p.end) return null;
  return etherTypes.get(type) ?? data;
}

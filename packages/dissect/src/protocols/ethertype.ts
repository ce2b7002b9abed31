// The EtherType that Ethernet, VLAN tags, Linux cooked captures, GRE and others share (IEEE 802 numbers).
import { data } from '../core/data.ts';
import { COLUMN, LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { etherTypes } from '../core/table.ts';
import { wakeOnLan } from './link/ethernet-control.ts';
import { macsecOf } from './link/macsec.ts';
import { etherTypeNames } from './names/ethertypes.ts';

/**
 * A pseudo-layer without bytes, listed in frame.protocols between a link header and the protocol that its type selects.
 * For an unknown type it sets the columns (the type is the layer's mark).
 */
export const ethertype = protocol({
  name: 'ethertype',
  title: 'Ethertype',
  column: (p, layer) => `0x${p.mark[layer]!.toString(16).padStart(4, '0')}`,
  info: (p, layer) => etherTypeNames[p.mark[layer]!] ?? null,
  step: () => null,
});

/** The protocol of a payload that starts at p.at, by EtherType. */
export function byEtherType(p: Packet, type: number): Protocol | null {
  const next = etherTypes.get(type) ?? byContent(p, type);
  if (next !== undefined) {
    p.push(ethertype, LISTED);
    return next;
  }
  // Not listed if no bytes are left, as in Wireshark.
  const isEmpty = p.at >= p.end;
  p.push(ethertype, isEmpty ? COLUMN : LISTED | COLUMN);
  p.mark[p.count - 1] = type;
  return isEmpty ? null : data;
}

/** Types whose protocol must also recognize the payload. */
function byContent(p: Packet, type: number): Protocol | undefined {
  if (type === 0x0842) return wakeOnLan(p);
  return type === 0x88e5 ? macsecOf(p) : undefined;
}

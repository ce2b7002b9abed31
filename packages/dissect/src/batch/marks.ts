// What a batch notes of a packet beside its columns: whatever makes them say less than the packet does.
import { LISTED, type Packet } from '../core/packet.ts';

/** The packet holds bytes that contradict their protocol: `_ws.malformed`. */
export const MALFORMED = 1;
/** The capture kept fewer bytes than a header needs: `_ws.short`. */
export const SHORT = 2;
/** The file gives no time (a Simple Packet Block). */
export const NO_TIME = 4;
/** There are layers that frame.protocols does not name, or names once though they came twice. */
export const UNLISTED = 8;

/** Protocols of which it matters whether a packet has one layer or two: their addresses and ports are columns. */
const COUNTED = new Set(['eth', 'ip', 'ipv6', 'tcp', 'udp', 'sctp', 'dccp']);

export function marksOf(p: Packet): number {
  let marks = p.hasTime ? 0 : NO_TIME;
  for (let layer = 1; layer < p.count; layer++) {
    if ((p.flags[layer]! & LISTED) !== 0) continue;
    const { name } = p.protocols[layer]!;
    if (name === '_ws.malformed') marks |= MALFORMED;
    else if (name === '_ws.short') marks |= SHORT;
    else if (COUNTED.has(name) || !isListed(p, p.proto[layer]!)) marks |= UNLISTED;
  }
  return marks;
}

function isListed(p: Packet, id: number): boolean {
  for (let layer = 1; layer < p.count; layer++)
    if (p.proto[layer] === id && (p.flags[layer]! & LISTED) !== 0) return true;
  return false;
}

// What a batch notes of a packet beside its columns: whatever makes them say less than the packet does.
import { LISTED, NESTED, type Packet, SHOWN } from '../core/packet.ts';

/** The packet holds bytes that contradict their protocol: `_ws.malformed`. */
export const MALFORMED = 1;
/** The capture kept fewer bytes than a header needs: `_ws.short`. */
export const SHORT = 2;
/** The file gives no time (a Simple Packet Block). */
export const NO_TIME = 4;

/** MALFORMED and SHORT, which follow from the layers. */
export function troubleMarks(p: Packet): number {
  let marks = 0;
  for (let layer = p.count - 1; layer > 0 && (p.flags[layer]! & LISTED) === 0; layer--) {
    const { name } = p.protocols[layer]!;
    if (name === '_ws.malformed') marks |= MALFORMED;
    else if (name === '_ws.short') marks |= SHORT;
  }
  return marks;
}

/** Protocols of which it matters whether a packet has one layer or two: their addresses and ports are columns. */
const COUNTED = new Set(['eth', 'ip', 'ipv6', 'tcp', 'udp', 'sctp', 'dccp']);

/**
 * The layers that filters see, where frame.protocols says otherwise: it leaves some out (a second kind of message in one
 * segment), and names some that are only waited for (here with a ? before them). Null: it says all.
 */
export function layersBesidePath(p: Packet): string | null {
  for (let layer = 1; layer < p.count; layer++)
    if (isListed(p, layer) ? !isThere(p, layer) : isWorthNaming(p, layer)) return allLayers(p);
  return null;
}

function allLayers(p: Packet): string {
  const names: string[] = [];
  for (let layer = 1; layer < p.count; layer++)
    if (isListed(p, layer) || isWorthNaming(p, layer))
      names.push(isThere(p, layer) ? p.protocols[layer]!.name : `?${p.protocols[layer]!.name}`);
  return names.join(':');
}

function isListed(p: Packet, layer: number): boolean {
  return (p.flags[layer]! & LISTED) !== 0;
}

/** Not so what was named before and counts once, and trouble, which has its mark. */
function isWorthNaming(p: Packet, layer: number): boolean {
  const { name } = p.protocols[layer]!;
  if (COUNTED.has(name)) return true;
  if (name === '_ws.malformed' || name === '_ws.short') return false;
  for (let other = 1; other < p.count; other++)
    if (
      other !== layer &&
      p.protocols[other]!.name === name &&
      (other < layer || isListed(p, other)) &&
      isThere(p, other) === isThere(p, layer)
    )
      return false;
  return true;
}

/** It has a tree of its own, or one that says that it waits for more segments. */
export function isThere(p: Packet, layer: number): boolean {
  return (
    layer === 0 ||
    (p.flags[layer]! & (SHOWN | NESTED)) !== 0 ||
    p.protocols[layer]!.framing?.isListedWaiting === true
  );
}

// Flags and layer lists that a batch keeps where frame.protocols does not tell all about a packet's layers.
import { LISTED, NESTED, type Packet, SHOWN } from '../core/packet.ts';

/** The packet has a `_ws.malformed` layer. */
export const MALFORMED = 1;
/** The packet has a `_ws.short` layer: truncated within a header. */
export const SHORT = 2;
/** The file gives no time (a Simple Packet Block). */
export const NO_TIME = 4;
/** The file has a comment on the packet (pcapng). */
export const COMMENTED = 8;

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

/** Protocols whose layers are all listed, because their addresses and ports are columns and there may be several. */
const COUNTED = new Set(['eth', 'ip', 'ipv6', 'tcp', 'udp', 'sctp', 'dccp']);

/**
 * The layers that display filters see, where they differ from frame.protocols: that omits some (further messages in one
 * segment) and names some that are still being reassembled (marked here with a leading `?`). Null: they do not differ.
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

/** Not a layer whose name was listed before and counts once, nor a malformed or short one, which has its mark. */
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

/** Whether a filter for the protocol matches: the layer has a tree, if only one that says it awaits more segments. */
export function isThere(p: Packet, layer: number): boolean {
  return (
    layer === 0 ||
    (p.flags[layer]! & (SHOWN | NESTED)) !== 0 ||
    p.protocols[layer]!.framing?.isListedWaiting === true
  );
}

// Info column of a segment that carries several messages of one protocol: one part per message.
import type { Packet } from '../../core/packet.ts';

/** Parts shown; a segment may carry hundreds of messages. */
const PARTS_MAX = 64;

/** Joins the `part` of this layer with those of earlier layers of the same protocol in the packet. */
export function joinedInfo(
  p: Packet,
  layer: number,
  separator: string,
  part: (p: Packet, layer: number) => string,
): string {
  const id = p.proto[layer]!;
  let text = '';
  let parts = 0;
  for (let i = 0; i <= layer && parts < PARTS_MAX; i++) {
    if (p.proto[i] !== id) continue;
    const one = part(p, i);
    if (one === '') continue;
    text = parts === 0 ? one : text + separator + one;
    parts++;
  }
  return text;
}

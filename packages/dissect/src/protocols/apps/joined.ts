// The Info column of a segment that carries several messages of one protocol: a part for each.
import type { Packet } from '../../core/packet.ts';

/** Parts shown at most: a segment may carry hundreds of messages. */
const PARTS_MAX = 64;

/** What `part` says of this layer and of those of the same protocol before it in the packet. */
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

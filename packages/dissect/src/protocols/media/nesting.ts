// Layers whose tree is nested in that of the carrying protocol.
import { NESTED, type Packet, SHOWN } from '../../core/packet.ts';

/** Nests the layers pushed since there were `from` of them. */
export function nestFrom(p: Packet, from: number): void {
  for (let layer = from; layer < p.count; layer++) {
    if (p.flags[layer]! & SHOWN) p.flags[layer] = (p.flags[layer]! & ~SHOWN) | NESTED;
  }
}

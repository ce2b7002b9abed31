// Layers whose tree is nested in that of the enclosing protocol.
import { NESTED, type Packet, SHOWN } from '../../core/packet.ts';

/** Nests all layers from number `from` on. */
export function nestFrom(p: Packet, from: number): void {
  for (let layer = from; layer < p.count; layer++) {
    if (p.flags[layer]! & SHOWN) p.flags[layer] = (p.flags[layer]! & ~SHOWN) | NESTED;
  }
}

// Appends the protocol of a body to the Protocol column: HTTP/JSON, SIP/SDP.
import { COLUMN, type Packet } from '../../core/packet.ts';

/** The Protocol column according to the layers below this one. */
function columnBelow(p: Packet, layer: number): string {
  for (let below = layer - 1; below >= 0; below--) {
    if ((p.flags[below]! & COLUMN) === 0) continue;
    const { column } = p.protocols[below]!;
    const text = typeof column === 'function' ? column(p, below) : column;
    if (text !== null) return text;
  }
  return '';
}

/** A `column` function that appends a name to the column of the layers below. */
export function appended(name: string): (p: Packet, layer: number) => string {
  return (p, layer) => {
    const below = columnBelow(p, layer);
    return below === '' ? name : `${below}/${name}`;
  };
}

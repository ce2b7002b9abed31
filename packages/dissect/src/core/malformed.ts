// Pseudo-layers after the last good one that say why dissection stopped. They count in the hierarchy, as in Wireshark.
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

/** The headers announce bytes that the packet never had. */
export const malformed = protocol({
  name: '_ws.malformed',
  title: 'Malformed Packet',
  titleOf: (p, layer) => `[Malformed Packet: ${whose(p, layer)}]`,
  step: () => null,
});

/** The capture truncated the packet (snap length). */
export const short = protocol({
  name: '_ws.short',
  title: 'Packet size limited during capture',
  titleOf: (p, layer) => `[Packet size limited during capture: ${whose(p, layer)} truncated]`,
  step: () => null,
});

/** The protocol being dissected when it happened. */
function whose(p: Packet, layer: number): string {
  const made = p.protocols[layer - 1];
  if (made === undefined) return 'Frame';
  const column = typeof made.column === 'function' ? made.column(p, layer - 1) : made.column;
  return column ?? made.name.toUpperCase();
}

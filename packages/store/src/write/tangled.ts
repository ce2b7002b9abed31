// Packets not fully described by their columns: with two layers of one kind (a tunnel, a quoted packet), of which a
// column shows the inner one, or with a routing header, which changes the address shown. Recognized by layer names.

/** Layers whose addresses, ports and flags are columns. */
const SHOWN_LAYERS = new Set(['eth', 'ip', 'ipv6', 'tcp', 'udp', 'sctp', 'dccp']);
const ROUTING = 'ipv6.routing';

export function isTangled(layers: string): boolean {
  const seen = new Set<string>();
  for (const layer of layers.split(':')) {
    if (layer === ROUTING || (SHOWN_LAYERS.has(layer) && seen.has(layer))) return true;
    seen.add(layer);
  }
  return false;
}

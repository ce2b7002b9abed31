// IPv4 and IPv6 packets by address, transport and port. In tunnels the innermost addresses count, as in Wireshark.
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { netAddress } from '../../core/text.ts';
import { isOfKind } from '../address-pairs.ts';
import type { TreeDefinition } from './tree.ts';

const TRANSPORTS: Readonly<Record<string, string>> = { tcp: 'TCP', udp: 'UDP', dccp: 'DCCP', sctp: 'SCTP' };

/** Layer of the innermost transport, even if quoted in an ICMP error, as in Wireshark; 0 if there is none. */
function transportLayer(p: Packet): number {
  let layer = p.count - 1;
  while (layer > 0 && TRANSPORTS[p.protocols[layer]!.name] === undefined) layer--;
  return layer;
}

function transportOf(p: Packet): string {
  return TRANSPORTS[p.protocols[transportLayer(p)]!.name] ?? 'NONE';
}

/** 0 if there is no transport. */
function destinationPort(p: Packet): number {
  const layer = transportLayer(p);
  const at = p.start[layer]! + 2;
  return layer === 0 || at + 2 > p.stop[layer]! ? 0 : u16(p.bufferOf(layer), at);
}

function layersOf(p: Packet, protocol: 'ip' | 'ipv6'): number {
  let count = 0;
  for (let layer = 1; layer < p.count; layer++) if (isOfKind(p, layer, protocol)) count++;
  return count;
}

function family(protocol: 'ip' | 'ipv6'): TreeDefinition[] {
  const title = protocol === 'ip' ? 'IPv4' : 'IPv6';
  const prefix = protocol === 'ip' ? '' : 'ipv6_';
  const each = (p: Packet, count: () => void): void => {
    for (let left = layersOf(p, protocol); left > 0; left--) count();
  };
  return [
    {
      name: `${protocol}_hosts,tree`,
      title: `${title} Statistics/All Addresses`,
      about: `${title} packets by address`,
      start(tree) {
        const all = tree.node(tree.root, 'All Addresses');
        return (p) =>
          each(p, () => {
            tree.begin(p);
            tree.tick(tree.root, all.name);
            tree.tick(all, netAddress(p, p.netSrc));
            tree.tick(all, netAddress(p, p.netDst));
          });
      },
    },
    {
      name: `${protocol}_srcdst,tree`,
      title: `${title} Statistics/Source and Destination Addresses`,
      about: `${title} packets by source and by destination`,
      start(tree) {
        const sources = tree.node(tree.root, `Source ${title} Addresses`);
        const destinations = tree.node(tree.root, `Destination ${title} Addresses`);
        return (p) =>
          each(p, () => {
            tree.begin(p);
            tree.tickPivot(sources, netAddress(p, p.netSrc));
            tree.tickPivot(destinations, netAddress(p, p.netDst));
          });
      },
    },
    {
      name: `${prefix}ptype,tree`,
      title: `${title} Statistics/IP Protocol Types`,
      about: `${title} packets by transport`,
      start(tree) {
        const types = tree.node(tree.root, 'IP Protocol Types');
        return (p) =>
          each(p, () => {
            tree.begin(p);
            tree.tickPivot(types, transportOf(p));
          });
      },
    },
    {
      name: `${prefix}dests,tree`,
      title: `${title} Statistics/Destinations and Ports`,
      about: `${title} packets by destination, transport and port`,
      start(tree) {
        const all = tree.node(tree.root, 'Destinations and Ports');
        return (p) =>
          each(p, () => {
            tree.begin(p);
            tree.tick(tree.root, all.name);
            const destination = tree.tick(all, netAddress(p, p.netDst));
            tree.tick(tree.tick(destination, transportOf(p)), String(destinationPort(p)));
          });
      },
    },
  ];
}

export const ipTrees: readonly TreeDefinition[] = [...family('ip'), ...family('ipv6')];

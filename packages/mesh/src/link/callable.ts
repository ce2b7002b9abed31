// Decides whether an address that another peer has named may be dialled. An attempt is cheap, but a malicious peer
// could make others connect to services on their own machine, scan a network, or reach ports that no NAT maps to a
// peer.

import { BlockList, isIP } from 'node:net';
import { parseAddress, plainHost } from './address.ts';

/** NAT maps to ports from here on (RFC 4787 §4.2.1); below are services (RFC 6335 §6). */
const PORT_MIN = 1024;

/** Ranges that never address a single host: RFC 1122 §3.2.1.3, RFC 5771, RFC 1112 §4; RFC 4291 §2.5.2, §2.7. */
const nowhere = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);
/**
 * Loopback and link-local ranges: they lead each dialling host elsewhere. RFC 1122 §3.2.1.3, RFC 3927; RFC 4291 §2.5.3,
 * §2.5.6.
 */
const nearby = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
]);

/**
 * Returns why an address may not be dialled, or null.
 * @param isSeenAt whether the peer that named the address was itself seen at that host
 */
export function objectionToCall(address: string, isSeenAt: (host: string) => boolean): string | null {
  const { host: written, port } = parseAddress(address) ?? { host: '', port: 0 };
  const host = plainHost(written.replace(/%.*$/, ''));
  // A host name could resolve to a different address on each lookup.
  if (isIP(host) === 0) return 'not an address';
  if (port < PORT_MIN) return 'not a port of a peer';
  if (isIn(nowhere, host)) return 'no peer is at that address';
  return isIn(nearby, host) && !isSeenAt(host) ? 'no peer of that name was seen there' : null;
}

function isIn(list: BlockList, host: string): boolean {
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(ranges: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of ranges) list.addSubnet(network, prefix, family);
  return list;
}

// Whether an address that somebody else has named may be called on that word alone. It costs the caller little to try, but
// whoever names it could have others knock anywhere: at services of the caller's own machine, at a whole network at once,
// at ports where no peer behind a router is ever seen.

import { BlockList, isIP } from 'node:net';
import { parseAddress, plainHost } from './address.ts';

/** A router gives calls from inside ports from here on (RFC 4787 §4.2.1); below are services (RFC 6335 §6). */
const PORT_MIN = 1024;

/** One host each, or none: RFC 1122 §3.2.1.3, RFC 5771, RFC 1112 §4; RFC 4291 §2.5.2, §2.7. */
const nowhere = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);
/** They mean another host for each that calls them: RFC 1122 §3.2.1.3, RFC 3927; RFC 4291 §2.5.3, §2.5.6. */
const nearby = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
]);

/**
 * Why it may not be called, or null.
 *
 * @param isSeenAt whether the one who named it was itself seen at that host
 */
export function objectionToCall(address: string, isSeenAt: (host: string) => boolean): string | null {
  const { host: written, port } = parseAddress(address) ?? { host: '', port: 0 };
  const host = plainHost(written.replace(/%.*$/, ''));
  // A name could lead to another place each time that it is asked for.
  if (isIP(host) === 0) return 'that is no address';
  if (port < PORT_MIN) return 'no peer is met at that port';
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

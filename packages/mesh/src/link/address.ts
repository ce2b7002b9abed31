// Parses and formats peer addresses as users and announcements write them: `host:port`, `[v6]:port`.

import { isIPv6, SocketAddress } from 'node:net';

/**
 * Parses `host:port` and `[v6]:port`; null if it is neither, or has control characters: addresses are shown on
 * terminals.
 */
export function parseAddress(address: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:\s/\p{C}]+)):(\d{1,5})$/u.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) return null;
  return { host: (match[1] ?? match[2])!, port };
}

export function formatAddress(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

/** Whether a host, with or without a port, is a loopback address. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address);
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Returns the host without port and brackets; an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as plain IPv4. */
export function hostOf(address: string): string {
  return plainHost(parseAddress(address)?.host ?? address);
}

/**
 * The one spelling of an IP address (RFC 5952), without a zone; a name as it is. By other spellings one host would count as
 * many.
 */
export function canonicalHost(host: string): string {
  const bare = host.replace(/%.*$/, '');
  return isIPv6(bare) ? plainHost(new SocketAddress({ address: bare, family: 'ipv6' }).address) : host;
}

export function plainHost(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

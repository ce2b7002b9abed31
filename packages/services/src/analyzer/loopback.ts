// Addresses of this machine, as Node writes them: also IPv4 in IPv6 (RFC 4291 §2.5.5.2).

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

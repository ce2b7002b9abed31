// Addresses with ports: an IPv6 address stands in brackets (RFC 5952 §6), or nobody could tell the port from it.

export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

// Addresses, names and ports as people read them.

/** An IPv6 address is put in brackets (RFC 5952 §6). */
export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A server's name without the port that a Host header has if it is not the usual one (RFC 9110 §7.2). */
export function withoutPort(name: string): string {
  return name.replace(/:\d+$/, '');
}

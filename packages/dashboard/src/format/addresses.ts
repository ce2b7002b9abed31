// Formats an address with a port; an IPv6 address is put in brackets (RFC 5952 §6).

export function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

// Classification and formatting of addresses.

/** Private (RFC 1918, RFC 4193), loopback and link-local addresses. */
export function isLocal(address: string): boolean {
  if (address.includes(':')) return /^(f[cd]|fe[89ab]|::1$)/i.test(address);
  const [a, b] = address.split('.').map(Number) as [number, number];
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  );
}

/** Multicast or broadcast. */
export function isGroup(address: string): boolean {
  if (address.includes(':')) return /^ff/i.test(address);
  const first = Number.parseInt(address, 10);
  return (first >= 224 && first < 240) || address === '255.255.255.255' || address === '0.0.0.0';
}

/** `1.2.3.4:80`, `[::1]:80` */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `40 ms`, `7 s`, `12 min`, `3.5 h` */
export function spanText(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 120) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toFixed(1))} h`;
}

// Parses IPv4 and IPv6 addresses from text.

/** The four bytes of `192.0.2.1`; null if the text is not an address. */
export function ipv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return Uint8Array.from(parts, Number);
}

/** The sixteen bytes of `2001:db8::1` (RFC 4291 §2.2); null if the text is not an address. */
export function ipv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groups(halves[0]!);
  const tail = halves.length === 2 ? groups(halves[1]!) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** 16-bit groups; the last two may be written as an IPv4 address (§2.2). */
function groups(text: string): number[] | null {
  if (text === '') return [];
  const found: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const address = ipv4(part);
      if (address === null) return null;
      found.push(address[0]! * 256 + address[1]!, address[2]! * 256 + address[3]!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(Number.parseInt(part, 16));
    else return null;
  }
  return found;
}

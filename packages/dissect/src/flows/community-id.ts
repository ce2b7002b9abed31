// Community ID version 1 (https://github.com/corelight/community-id-spec): a hash of the five-tuple that lets different
// tools correlate the same conversation.
import { sha1 } from '../crypto/sha1.ts';

const ICMP = 1;
const ICMPV6 = 58;

/** ICMP types that answer each other, both ways; any other type is one-way. */
const ICMP_PAIRS: Readonly<Record<number, number>> = pairs([8, 0], [13, 14], [15, 16], [17, 18], [10, 9]);
const ICMPV6_PAIRS: Readonly<Record<number, number>> = pairs(
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [139, 140],
  [144, 145],
);

function pairs(...both: readonly (readonly [number, number])[]): Record<number, number> {
  return Object.fromEntries(
    both.flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ]),
  );
}

/**
 * Takes addresses of 4 or 16 bytes, and ports of TCP, UDP, SCTP or DCCP; for ICMP, type and code in place of the ports.
 * `seed` (0 to 65535) separates monitoring domains.
 */
export function communityId(
  protocol: number,
  source: Uint8Array,
  destination: Uint8Array,
  sourcePort: number,
  destinationPort: number,
  seed = 0,
): string {
  let [from, to] = [sourcePort, destinationPort];
  let isOneWay = false;
  if (protocol === ICMP || protocol === ICMPV6) {
    const answer = (protocol === ICMP ? ICMP_PAIRS : ICMPV6_PAIRS)[from];
    isOneWay = answer === undefined;
    to = answer ?? to;
  }
  const isOrdered = isOneWay || precedes(source, destination, from, to);
  const [low, high] = isOrdered ? [source, destination] : [destination, source];
  if (!isOrdered) [from, to] = [to, from];
  const width = source.length;
  const message = width === 4 ? message4 : message16;
  putUint16(message, 0, seed);
  message.set(low, 2);
  message.set(high, 2 + width);
  message[2 + width * 2] = protocol;
  putUint16(message, 4 + width * 2, from);
  putUint16(message, 6 + width * 2, to);
  return identifier(sha1(message));
}

/** Reused, since every conversation has an identifier: two addresses of 4 or 16 bytes, and 8 bytes besides. */
const message4 = new Uint8Array(2 * 4 + 8);
const message16 = new Uint8Array(2 * 16 + 8);

function putUint16(to: Uint8Array, at: number, value: number): void {
  to[at] = value >> 8;
  to[at + 1] = value;
}

function precedes(a: Uint8Array, b: Uint8Array, aPort: number, bPort: number): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return aPort < bPort;
}

/** The digits of base64 (RFC 4648 §4), as characters' codes. */
const DIGITS = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (digit) =>
  digit.charCodeAt(0),
);
const PADDING = 0x3d;
/** `1:`, and room for the 28 digits of 20 bytes. */
const codes: number[] = [0x31, 0x3a, ...new Array<number>(28).fill(PADDING)];

/** Version, and the digest in base64. From codes at once, since a text grown digit by digit takes as long as the hash. */
function identifier(digest: Uint8Array): string {
  for (let i = 0, to = 2; i < digest.length; i += 3, to += 4) {
    const group = (digest[i]! << 16) | ((digest[i + 1] ?? 0) << 8) | (digest[i + 2] ?? 0);
    const count = Math.min(3, digest.length - i) + 1;
    for (let k = 0; k < count; k++) codes[to + k] = DIGITS[(group >> (18 - k * 6)) & 63]!;
  }
  return String.fromCharCode(...codes);
}

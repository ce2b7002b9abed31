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
  const message = new Uint8Array(2 + width * 2 + 6);
  const view = new DataView(message.buffer);
  view.setUint16(0, seed);
  message.set(low, 2);
  message.set(high, 2 + width);
  message[2 + width * 2] = protocol;
  view.setUint16(4 + width * 2, from);
  view.setUint16(6 + width * 2, to);
  return `1:${base64(sha1(message))}`;
}

function precedes(a: Uint8Array, b: Uint8Array, aPort: number, bPort: number): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return aPort < bPort;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 §4. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const count = Math.min(3, bytes.length - i) + 1;
    for (let k = 0; k < 4; k++) text += k < count ? DIGITS[(group >> (18 - k * 6)) & 63] : '=';
  }
  return text;
}

// Formats addresses and byte strings as text.
import { u16, u32 } from './bytes.ts';
import { IPV4, IPV6, type Packet } from './packet.ts';
import { Words } from './text-sink.ts';

const HEX: string[] = [];
const DECIMAL: string[] = [];
for (let i = 0; i < 256; i++) {
  HEX.push(i.toString(16).padStart(2, '0'));
  DECIMAL.push(String(i));
}

/** 00:1b:21:3c:9d:f8 */
export function ethernetAddress(b: Uint8Array, i: number): string {
  return `${HEX[b[i]!]}:${HEX[b[i + 1]!]}:${HEX[b[i + 2]!]}:${HEX[b[i + 3]!]}:${HEX[b[i + 4]!]}:${HEX[b[i + 5]!]}`;
}

/** 192.0.2.1 */
export function ipv4Address(b: Uint8Array, i: number): string {
  return `${DECIMAL[b[i]!]}.${DECIMAL[b[i + 1]!]}.${DECIMAL[b[i + 2]!]}.${DECIMAL[b[i + 3]!]}`;
}

/** A direct-mapped cache of formatted IPv6 addresses: formatting costs far more than a look-up. */
const KNOWN_SIZE = 1024;
const knownAddresses = new Uint32Array(KNOWN_SIZE * 4);
const NONE = new Words('');
const knownTexts = new Array<Words>(KNOWN_SIZE).fill(NONE);

/** In canonical form (RFC 5952): 2001:db8::1. */
export function ipv6Address(b: Uint8Array, i: number): string {
  return ipv6Words(b, i).text;
}

/** The same, prepared for writing. */
export function ipv6Words(b: Uint8Array, i: number): Words {
  const w0 = u32(b, i);
  const w1 = u32(b, i + 4);
  const w2 = u32(b, i + 8);
  const w3 = u32(b, i + 12);
  const h = Math.imul(w0 ^ Math.imul(w1, 3) ^ Math.imul(w2, 5) ^ Math.imul(w3, 7), 0x9e3779b1);
  const place = h >>> 22;
  const at = place * 4;
  const known = knownTexts[place]!;
  if (
    known !== NONE &&
    knownAddresses[at] === w0 &&
    knownAddresses[at + 1] === w1 &&
    knownAddresses[at + 2] === w2 &&
    knownAddresses[at + 3] === w3
  )
    return known;
  const words = new Words(formatIpv6(b, i));
  knownTexts[place] = words;
  knownAddresses[at] = w0;
  knownAddresses[at + 1] = w1;
  knownAddresses[at + 2] = w2;
  knownAddresses[at + 3] = w3;
  return words;
}

function formatIpv6(b: Uint8Array, i: number): string {
  let bestAt = -1;
  let best = 1;
  for (let k = 0; k < 8; k++) {
    let run = 0;
    while (k + run < 8 && u16(b, i + (k + run) * 2) === 0) run++;
    if (run > best) {
      best = run;
      bestAt = k;
    }
    k += run;
  }
  // RFC 5952 §5: mixed notation for prefixes known to embed IPv4 addresses, here ::ffff:0:0/96.
  if (bestAt === 0 && best === 5 && u16(b, i + 10) === 0xffff) return `::ffff:${ipv4Address(b, i + 12)}`;
  let text = '';
  for (let k = 0; k < 8; k++) {
    if (k === bestAt) {
      text += '::';
      k += best - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += u16(b, i + k * 2).toString(16);
  }
  return text;
}

/** One of the packet's innermost network addresses; `at` is p.netSrc or p.netDst. */
export function netAddress(p: Packet, at: number): string {
  if (p.netKind === IPV4) return ipv4Address(p.netBuf, at);
  return p.netKind === IPV6 ? ipv6Address(p.netBuf, at) : '';
}

/** Bytes as lower-case hexadecimal, with a separator between them. */
export function hex(b: Uint8Array, start: number, end: number, separator = ''): string {
  let text = '';
  for (let i = start; i < end; i++) text += i === start ? HEX[b[i]!] : separator + HEX[b[i]!];
  return text;
}

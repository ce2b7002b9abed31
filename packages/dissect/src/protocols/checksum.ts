// The Internet checksum (RFC 1071), alone or with the pseudo-header of IP (RFC 9293 §3.1, RFC 8200 §8.1).
import { u16 } from '../core/bytes.ts';
import { COLUMN, IPV4, type Packet } from '../core/packet.ts';

/** Values of a `checksum.status` field. */
export const BAD = 0;
export const GOOD = 1;
export const UNVERIFIED = 2;
export const NOT_PRESENT = 3;
export const checksumStatusNames = { 0: 'Bad', 1: 'Good', 2: 'Unverified', 3: 'Not present', 4: 'Illegal' };

/** What follows the checksum in its line of the tree; `expected`: what a wrong one should be. */
export function statusNote(status: number, expected: number): string {
  if (status === BAD) return ` incorrect, should be 0x${expected.toString(16).padStart(4, '0')}`;
  return status === GOOD ? ' [correct]' : status === UNVERIFIED ? ' [unverified]' : '';
}

/** Sum of the 16-bit words of [start, end), an odd last byte padded with zero; up to 64 KiB without overflow. */
export function sumWords(b: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i + 1 < end; i += 2) sum += u16(b, i);
  return (end - start) & 1 ? sum + b[end - 1]! * 256 : sum;
}

/** True if the bytes, including their checksum, add up; `sum` is the initial value (the pseudo-header). */
export function isChecksumGood(b: Uint8Array, start: number, end: number, sum = 0): boolean {
  sum += sumWords(b, start, end);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}

/** Expected value of the 16-bit checksum at `at`. */
export function expectedChecksum(b: Uint8Array, start: number, end: number, at: number, sum = 0): number {
  sum += sumWords(b, start, end) - u16(b, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Sum of the pseudo-header of the packet's innermost addresses. */
export function pseudoHeader(p: Packet, protocol: number, length: number): number {
  const width = p.netKind === IPV4 ? 4 : 16;
  const addresses =
    sumWords(p.netBuf, p.netSrc, p.netSrc + width) + sumWords(p.netBuf, p.netDst, p.netDst + width);
  return addresses + protocol + length;
}

/** Checksum status over the whole layer: unverified if the packet is truncated or quoted in an ICMP error. */
export function checksumStatus(p: Packet, layer: number, sum = 0): number {
  if (p.capturedLength < p.wireLength || (p.flags[layer]! & COLUMN) === 0) return UNVERIFIED;
  return isChecksumGood(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, sum) ? GOOD : BAD;
}

// Checksum verification, enabled by preferences.
import { u16 } from '../core/bytes.ts';
import type { AddExpertInfo, Place, Severity } from '../core/expert.ts';
import { COLUMN, type Packet } from '../core/packet.ts';
import { BAD, expectedChecksum, GOOD, pseudoHeader, UNVERIFIED } from '../protocols/checksum.ts';

const TCP = 6;
const UDP = 17;

/** The correct checksum if the one in the packet is wrong; -1 if it is right, unchecked or uncheckable. */
export function badIpChecksum(p: Packet, layer: number): number {
  if (!p.session.preferences['ip.check_checksum']) return -1;
  const start = p.start[layer]!;
  const b = p.bufferOf(layer);
  const end = start + (b[start]! & 0x0f) * 4;
  return end > p.stop[layer]! ? -1 : wrong(b, start, end, start + 10, 0);
}

export function badTcpChecksum(p: Packet, layer: number): number {
  if (!p.session.preferences['tcp.check_checksum'] || layer !== p.tcpLayer || !isWhole(p, layer)) return -1;
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  return wrong(p.bufferOf(layer), start, stop, start + 16, pseudoHeader(p, TCP, stop - start));
}

export function badUdpChecksum(p: Packet, layer: number): number {
  if (!p.session.preferences['udp.check_checksum'] || !isWhole(p, layer)) return -1;
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  const b = p.bufferOf(layer);
  // RFC 768: 0 means no checksum.
  if (u16(b, start + 6) === 0 || u16(b, start + 4) !== stop - start) return -1;
  return wrong(b, start, stop, start + 6, pseudoHeader(p, UDP, stop - start));
}

/** Whether the layer is the innermost one, whose addresses make the pseudo-header, and was captured in full. */
function isWhole(p: Packet, layer: number): boolean {
  return p.capturedLength >= p.wireLength && (p.flags[layer]! & COLUMN) !== 0;
}

function wrong(b: Uint8Array, start: number, stop: number, at: number, sum: number): number {
  const expected = expectedChecksum(b, start, stop, at, sum);
  const there = u16(b, at);
  // 0x0000 and 0xffff are equal in one's complement.
  return there === expected || (there ^ expected) === 0xffff ? -1 : expected;
}

/** The value of a `checksum.status` field. */
export function statusOf(isAsked: boolean, expected: number): number {
  return isAsked ? (expected < 0 ? GOOD : BAD) : UNVERIFIED;
}

export function addBadChecksum(
  expected: number,
  add: AddExpertInfo,
  place?: Place,
  severity: Severity = 'error',
): void {
  add(severity, 'checksum', `Bad checksum [should be 0x${expected.toString(16).padStart(4, '0')}]`, place);
}

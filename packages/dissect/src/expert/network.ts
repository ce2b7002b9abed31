// Expert information on IP and UDP headers: wrong lengths, low TTLs, checksums.
import { u16 } from '../core/bytes.ts';
import type { AddExpertInfo } from '../core/expert.ts';
import type { Packet } from '../core/packet.ts';
import { hopFinding } from '../protocols/ip.ts';
import { expertPayloadZero } from '../protocols/ipv6.ts';
import { expertChecksumZero, expertTraceroute, lengthFinding } from '../protocols/udp.ts';
import { addBadChecksum, badIpChecksum, badUdpChecksum } from './checksums.ts';

export function ipExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const start = p.start[layer]!;
  if (start + 20 > p.stop[layer]!) return;
  const b = p.bufferOf(layer);
  const beyond = tooLong(p, layer, u16(b, start + 2));
  if (beyond > 0) add('error', 'protocol', `IPv4 total length exceeds packet length (${beyond} bytes)`);
  hops(b, start, add);
  const expected = badIpChecksum(p, layer);
  if (expected >= 0) addBadChecksum(expected, add);
}

function hops(b: Uint8Array, start: number, add: AddExpertInfo): void {
  const finding = hopFinding(b, start);
  if (finding === 'beyond link')
    add(
      'note',
      'sequence',
      '"Time To Live" != 1 for a packet sent to the Local Network Control Block (see RFC 3171)',
    );
  else if (finding === 'too small') add('note', 'sequence', `"Time To Live" only ${b[start + 8]}`);
}

export function ipv6Expert(p: Packet, layer: number, add: AddExpertInfo): void {
  const start = p.start[layer]!;
  if (start + 40 > p.stop[layer]!) return;
  const length = u16(p.bufferOf(layer), start + 4);
  expertPayloadZero(p, layer, add);
  const beyond = length === 0 ? 0 : tooLong(p, layer, length + 40);
  if (beyond > 0)
    add('warn', 'protocol', `IPv6 payload length exceeds framing length (${beyond - 40} bytes)`);
}

/** The actual length of a packet whose header claims more; 0 if it does not, or the capture truncated it. */
function tooLong(p: Packet, layer: number, length: number): number {
  const there = p.stop[layer]! - p.start[layer]!;
  return p.capturedLength === p.wireLength && length > there ? there : 0;
}

export function udpExpert(p: Packet, layer: number, add: AddExpertInfo): void {
  const start = p.start[layer]!;
  const length = lengthFinding(p, layer);
  if (length !== null) add('error', 'malformed', length.message, length.place);
  expertTraceroute(p, layer, add);
  if (start + 8 > p.stop[layer]!) return;
  expertChecksumZero(p, layer, add);
  const expected = badUdpChecksum(p, layer);
  if (expected >= 0) addBadChecksum(expected, add);
}

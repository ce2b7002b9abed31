/**
 * Gives the hosts of a packet other addresses, so that a repetition has flows of its own. Checksums are updated
 * incrementally (RFC 1624 §3).
 */

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPES_VLAN = [0x8100, 0x88a8];
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_ICMPV6 = 58;

/** Rewrites an Ethernet packet in place; `round` 0 changes nothing. */
export function renumber(packet: Buffer, round: number): void {
  let at = 12;
  while (at + 4 <= packet.length && ETHERTYPES_VLAN.includes(packet.readUInt16BE(at))) at += 4;
  if (at + 2 > packet.length) return;
  const type = packet.readUInt16BE(at);
  if (type === ETHERTYPE_IPV4) renumberIpv4(packet, at + 2, round);
  else if (type === ETHERTYPE_IPV6) renumberIpv6(packet, at + 2, round);
}

function renumberIpv4(packet: Buffer, ip: number, round: number): void {
  if (ip + 20 > packet.length) return;
  const change = moveIpv4(packet, ip + 12, round) + moveIpv4(packet, ip + 16, round);
  adjust(packet, ip + 10, change);
  const firstFragment = (packet.readUInt16BE(ip + 6) & 0x1fff) === 0;
  const transport = ip + (packet.readUInt8(ip) & 15) * 4;
  if (firstFragment) adjustTransport(packet, packet.readUInt8(ip + 9), transport, change);
}

/** Changes the middle 16 bits of a unicast address; returns the change of its one's complement sum. */
function moveIpv4(packet: Buffer, at: number, round: number): number {
  const first = packet.readUInt8(at);
  if (first === 0 || first === 127 || first >= 224) return 0;
  const before = packet.readUInt16BE(at) + packet.readUInt16BE(at + 2);
  const middle = packet.readUInt16BE(at + 1);
  packet.writeUInt16BE((middle + round) & 0xffff, at + 1);
  return packet.readUInt16BE(at) + packet.readUInt16BE(at + 2) - before;
}

function renumberIpv6(packet: Buffer, ip: number, round: number): void {
  if (ip + 40 > packet.length) return;
  const change = moveIpv6(packet, ip + 8, round) + moveIpv6(packet, ip + 24, round);
  adjustTransport(packet, packet.readUInt8(ip + 6), ip + 40, change);
}

/** Changes the second group of a global unicast address (2000::/3, RFC 4291 §2.4). */
function moveIpv6(packet: Buffer, at: number, round: number): number {
  if (packet.readUInt8(at) >> 5 !== 1) return 0;
  const before = packet.readUInt16BE(at + 2);
  const after = (before + round) & 0xffff;
  packet.writeUInt16BE(after, at + 2);
  return after - before;
}

function adjustTransport(packet: Buffer, protocol: number, at: number, change: number): void {
  if (protocol === PROTOCOL_TCP) adjust(packet, at + 16, change);
  else if (protocol === PROTOCOL_ICMPV6) adjust(packet, at + 2, change);
  // RFC 768: a UDP checksum of zero means none.
  else if (protocol === PROTOCOL_UDP && at + 8 <= packet.length && packet.readUInt16BE(at + 6) !== 0) {
    adjust(packet, at + 6, change);
  }
}

function adjust(packet: Buffer, at: number, change: number): void {
  if (at + 2 > packet.length || change === 0) return;
  let sum = (~packet.readUInt16BE(at) & 0xffff) + change;
  // One's complement: end-around borrow and carry.
  while (sum < 0) sum += 0xffff;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  // Zero and all ones are equal sums, but zero in UDP means no checksum (RFC 768).
  packet.writeUInt16BE(~sum & 0xffff || 0xffff, at);
}

// Hashes the invariant part of a packet to 64 bits: addresses, protocol, length, id, fragment, and the beginning of the
// payload; without fields that routers change (TTL, TOS, checksums), and layers below IP.
import type { Frame } from '@eyrie/dissect';

/** Bytes of IP payload that are hashed: a TCP header without options and a little more. */
const PAYLOAD_BYTES = 36;
const TCP_HEADER_BYTES = 20;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

/** The result; reused for each packet. */
export interface Sighting {
  hashHigh: number;
  hashLow: number;
  /** Hashes of the addresses alone. */
  source: number;
  destination: number;
  /** TTL, or hop limit. */
  ttl: number;
  /** Length of the IP packet. */
  length: number;
  /** TCP with payload, which a network card may split or merge after the capture. */
  isTcpData: boolean;
}

export function newSighting(): Sighting {
  return { hashHigh: 0, hashLow: 0, source: 0, destination: 0, ttl: 0, length: 0, isTcpData: false };
}

/** Fills in `out`; returns false if the frame is not IP, or too truncated. */
export function sightingOf(frame: Frame, out: Sighting): boolean {
  const { data, end } = frame;
  const at = ipStart(frame);
  if (at < 0 || end - at < 20) return false;
  const version = data[at]! >> 4;
  if (version === 4) return ofIpv4(data, at, end, out);
  return version === 6 && ofIpv6(data, at, end, out);
}

function ofIpv4(data: Uint8Array, at: number, end: number, out: Sighting): boolean {
  const header = (data[at]! & 15) * 4;
  const length = word(data, at + 2);
  const fragment = word(data, at + 6) & 0x3fff;
  if (header < 20 || length < header) return false;
  out.ttl = data[at + 8]!;
  out.length = length;
  out.source = hashBytes(data, at + 12, at + 16);
  out.destination = hashBytes(data, at + 16, at + 20);
  begin(out);
  mix(out, length);
  mix(out, (word(data, at + 4) << 16) | fragment);
  mixBytes(out, data, at + 12, at + 20);
  // Only the first fragment has the transport header.
  const isFirst = (fragment & 0x1fff) === 0;
  return finish(out, data, at + header, at + length, end, data[at + 9]!, isFirst);
}

function ofIpv6(data: Uint8Array, at: number, end: number, out: Sighting): boolean {
  if (end - at < 40) return false;
  const length = 40 + word(data, at + 4);
  out.ttl = data[at + 7]!;
  out.length = length;
  out.source = hashBytes(data, at + 8, at + 24);
  out.destination = hashBytes(data, at + 24, at + 40);
  begin(out);
  mix(out, length);
  mix(out, word(data, at + 2) | ((data[at + 1]! & 15) << 16));
  mixBytes(out, data, at + 8, at + 40);
  return finish(out, data, at + 40, at + length, end, data[at + 6]!, true);
}

/** Hashes the payload without its checksum. Returns false if the capture truncated it. */
function finish(
  out: Sighting,
  data: Uint8Array,
  at: number,
  stop: number,
  end: number,
  protocol: number,
  isFirst: boolean,
): boolean {
  mix(out, protocol);
  const isTcp = protocol === TCP && isFirst && stop - at >= TCP_HEADER_BYTES;
  const tcpHeader = isTcp && at + 12 < end ? (data[at + 12]! >> 4) * 4 : 0;
  out.isTcpData = isTcp && stop - at > tcpHeader;
  // MSS clamping rewrites the options of a SYN (RFC 4459 §3.2).
  const upTo = Math.min(stop, at + (isTcp && !out.isTcpData ? TCP_HEADER_BYTES : PAYLOAD_BYTES));
  if (upTo > end) return false;
  const checksum = isFirst ? checksumAt(protocol) : -1;
  for (let i = at; i < upTo; i += 4) {
    let value = 0;
    for (let j = i; j < i + 4; j++) {
      const isSkipped = j >= upTo || j - at === checksum || j - at === checksum + 1;
      value = (value << 8) | (isSkipped ? 0 : data[j]!);
    }
    mix(out, value);
  }
  out.hashHigh = avalanche(out.hashHigh);
  out.hashLow = avalanche(out.hashLow ^ out.hashHigh);
  return true;
}

/** Offset of the transport checksum; beyond the packet if there is none. */
function checksumAt(protocol: number): number {
  if (protocol === TCP) return 16;
  if (protocol === UDP) return 6;
  return protocol === ICMP || protocol === ICMPV6 ? 2 : -2;
}

/** Offset of the IP packet, for the usual link types; -1: none. */
function ipStart({ data, start, end, linkType }: Frame): number {
  switch (linkType) {
    case 1:
      return etherPayload(data, start + 12, end);
    case 113:
      return etherPayload(data, start + 14, end);
    case 276:
      return end - start >= 20 && isIp(word(data, start)) ? start + 20 : -1;
    // RAW, IPv4, IPv6: no link layer. NULL and LOOP: four bytes.
    case 12:
    case 101:
    case 228:
    case 229:
      return start;
    case 0:
    case 108:
      return start + 4;
    default:
      return -1;
  }
}

/** Skips up to two VLAN tags (IEEE 802.1Q §9). */
function etherPayload(data: Uint8Array, typeAt: number, end: number): number {
  let at = typeAt;
  for (let tags = 0; tags <= 2 && at + 2 <= end; tags++) {
    const type = word(data, at);
    if (isIp(type)) return at + 2;
    if (type !== 0x8100 && type !== 0x88a8) return -1;
    at += 4;
  }
  return -1;
}

function isIp(etherType: number): boolean {
  return etherType === 0x0800 || etherType === 0x86dd;
}

function word(data: Uint8Array, at: number): number {
  return (data[at]! << 8) | data[at + 1]!;
}

function begin(out: Sighting): void {
  out.hashHigh = 0x9e3779b9;
  out.hashLow = 0x7f4a7c15;
}

/** Mixing step of MurmurHash3, in two lanes. */
function mix(out: Sighting, value: number): void {
  const a = Math.imul(out.hashHigh ^ value, 0xcc9e2d51);
  out.hashHigh = (a << 15) | (a >>> 17);
  const b = Math.imul(out.hashLow ^ value, 0x1b873593) + out.hashHigh;
  out.hashLow = (b << 13) | (b >>> 19);
}

function mixBytes(out: Sighting, data: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i += 4) mix(out, (word(data, i) << 16) | word(data, i + 2));
}

/** 32-bit hash of an address of 4 or 16 bytes. */
export function hashAddress(bytes: Uint8Array): number {
  return hashBytes(bytes, 0, bytes.length);
}

function hashBytes(data: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return avalanche(hash);
}

function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

// Generic Routing Encapsulation (RFC 2784; keys and sequence numbers RFC 2890; routing RFC 1701), enhanced GRE of PPTP
// (RFC 2637 §4.1), NVGRE (RFC 7637) and WCCP redirection.
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { greProtocols, ipProtocols, udpPorts } from '../core/table.ts';
import { BAD, checksumStatusNames, GOOD, isChecksumGood, UNVERIFIED } from './checksum.ts';
import { eth } from './eth.ts';

const HEADER = 4;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACK = 0x0080;
const VERSION = 0x0007;
const WCCP = 0x883e;

// Transparent Ethernet bridging (RFC 1701 §"Protocol Types"), and an unofficial number for it.
greProtocols.set(0x6558, eth);
greProtocols.set(0x6400, eth);

const types: Readonly<Record<number, string>> = {
  0x0000: 'Possible GRE keepalive packet',
  0x00fe: 'ISO network layer',
  0x0101: 'GRE bonding protocol',
  0x0800: 'IP',
  0x0806: 'ARP',
  0x2000: 'Cisco Discovery Protocol',
  0x2001: 'NHRP',
  0x22eb: 'ERSPAN III',
  0x6400: 'Transparent Ethernet bridging',
  0x6558: 'Transparent Ethernet bridging',
  0x6559: 'Frame relay',
  0x8137: 'Netware IPX/SPX',
  0x86dd: 'IPv6',
  0x880b: 'PPP',
  0x883e: 'WCCP',
  0x8847: 'MPLS label switched packet',
  0x8848: 'MPLS multicast label switched packet',
  0x8881: 'CDMA2000 A10 Unstructured byte stream',
  0x88be: 'ERSPAN',
  0x88d2: 'CDMA2000 A10 3GPP2 Packet',
  0x8909: 'CiscoMetaData',
  0x894f: 'Network Service Header',
  0xb7ea: 'GRE Control Channel Frames',
};

const yesNo = { 0: 'No', 1: 'Yes' };

const f = {
  flags: uint('gre.flags_and_version', 'Flags and Version').at(0, 2).hex(),
  hasChecksum: bool('gre.flags.checksum', 'Checksum Bit').at(0, 2).mask(CHECKSUM).named(yesNo),
  hasRouting: bool('gre.flags.routing', 'Routing Bit').at(0, 2).mask(ROUTING).named(yesNo),
  hasKey: bool('gre.flags.key', 'Key Bit').at(0, 2).mask(KEY).named(yesNo),
  hasSequence: bool('gre.flags.sequence_number', 'Sequence Number Bit').at(0, 2).mask(SEQUENCE).named(yesNo),
  isStrict: bool('gre.flags.strict_source_route', 'Strict Source Route Bit')
    .at(0, 2)
    .mask(0x0800)
    .named(yesNo),
  recursion: uint('gre.flags.recursion_control', 'Recursion control').at(0, 2).mask(0x0700),
  hasAck: bool('gre.flags.ack', 'Acknowledgment').mask(ACK).named(yesNo),
  reserved: uint('gre.flags.reserved', 'Flags (Reserved)').mask(0x00f8),
  version: uint('gre.flags.version', 'Version').at(0, 2).mask(VERSION).named({ 0: 'GRE', 1: 'Enhanced GRE' }),
  proto: uint('gre.proto', 'Protocol Type').at(2, 2).hex().named(types),
  checksum: uint('gre.checksum', 'Checksum').hex(2),
  checksumStatus: uint('gre.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  offset: uint('gre.offset', 'Offset'),
  key: uint('gre.key', 'Key').hex(4),
  payloadLength: uint('gre.key.payload_length', 'Payload Length'),
  callId: uint('gre.key.call_id', 'Call ID'),
  sequence: uint('gre.sequence_number', 'Sequence Number'),
  ack: uint('gre.ack_number', 'Acknowledgment Number'),
  routing: none('gre.routing', 'Routing'),
  routingFamily: uint('gre.routing.address_family', 'Address Family'),
  routingOffset: uint('gre.routing.sre_offset', 'SRE Offset'),
  routingLength: uint('gre.routing.src_length', 'SRE Length'),
  routingData: bytes('gre.routing.information', 'Routing Information'),
  redirect: none('gre.wccp.redirect_header', 'Redirect Header'),
  redirectDynamic: bool('gre.wccp.dynamic_service', 'Dynamic Service').mask(0x01),
  redirectService: uint('gre.wccp.service_id', 'Service ID'),
  redirectAlternative: uint('gre.wccp.alternative_bucket', 'Alternative Bucket'),
  redirectPrimary: uint('gre.wccp.primary_bucket', 'Primary Bucket'),
};

export const gre: Protocol = protocol({
  name: 'gre',
  title: 'Generic Routing Encapsulation',
  column: 'GRE',
  fields: f,
  on: [
    [ipProtocols, 47],
    // GRE in UDP (RFC 8086).
    [udpPorts, 4754],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER);
    const flags = u16(b, start);
    const type = u16(b, start + 2);
    let at = routingAt(start, flags);
    if (flags & ROUTING) {
      // RFC 1701 §"Routing": source route entries; the last one is empty.
      for (;;) {
        if (at + 4 > p.end) return p.cut(at + 4 - start);
        const length = b[at + 3]!;
        const isLast = u16(b, at) === 0 && length === 0;
        at += 4 + length;
        if (isLast) break;
      }
    }
    if (at > p.end) return p.cut(at - start);
    if (type === WCCP && hasRedirect(b, at, p.end)) at += 4;
    p.at = at;
    if (at >= p.wireEnd) return null;
    return greProtocols.get(type) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    emitFlags(b, start, out);
    out.fixed(f.proto);
    if (p.stop[layer]! - start >= HEADER) emitOptional(p, layer, b, start, out);
  },
  headline: (p, layer) => {
    const type = u16(p.bufferOf(layer), p.start[layer]! + 2);
    return ` (${types[type] ?? `0x${type.toString(16)} - unknown`})`;
  },
  info(p, layer) {
    const type = u16(p.bufferOf(layer), p.start[layer]! + 2);
    const unknown = `0x${type.toString(16).toUpperCase().padStart(4, '0')} (unknown)`;
    return `Encapsulated ${types[type] ?? unknown}`;
  },
});

/** Offset of the routing field, behind the optional checksum and offset, key, sequence and acknowledgment number. */
function routingAt(start: number, flags: number): number {
  let at = start + HEADER;
  if (flags & (CHECKSUM | ROUTING)) at += 4;
  if (flags & KEY) at += 4;
  if (flags & SEQUENCE) at += 4;
  if (hasAck(flags)) at += 4;
  return at;
}

/** RFC 2637 §4.1: only version 1 has an acknowledgment number. */
const hasAck = (flags: number): boolean => (flags & VERSION) === 1 && (flags & ACK) !== 0;

/** WCCP version 2 has a 4-byte redirect header; in version 1 the IPv4 packet follows at once. */
function hasRedirect(b: Uint8Array, at: number, end: number): boolean {
  return at + 4 <= end && b[at]! >> 4 !== 4;
}

function emitFlags(b: Uint8Array, start: number, out: Sink): void {
  out.openFixed(f.flags);
  for (const flag of [f.hasChecksum, f.hasRouting, f.hasKey, f.hasSequence, f.isStrict, f.recursion])
    out.fixed(flag);
  const isEnhanced = (b[start + 1]! & VERSION) === 1;
  if (isEnhanced) out.add(f.hasAck, start, 2);
  out.add(f.reserved, start, 2, isEnhanced ? (b[start + 1]! & 0x78) >> 3 : (b[start + 1]! & 0xf8) >> 3);
  out.fixed(f.version);
  out.close();
}

function emitOptional(p: Packet, layer: number, b: Uint8Array, start: number, out: Sink): void {
  const end = p.stop[layer]!;
  const flags = u16(b, start);
  let at = start + HEADER;
  if (flags & (CHECKSUM | ROUTING)) {
    out.add(f.checksum, at, 2);
    const isGood = isChecksumGood(b, start, end);
    out.add(f.checksumStatus, at, 0, (flags & CHECKSUM) === 0 ? UNVERIFIED : isGood ? GOOD : BAD);
    out.add(f.offset, at + 2, 2);
    at += 4;
  }
  if (flags & KEY) {
    if ((flags & VERSION) === 1) {
      out.add(f.payloadLength, at, 2);
      out.add(f.callId, at + 2, 2);
    } else out.add(f.key, at, 4);
    at += 4;
  }
  if (flags & SEQUENCE) {
    out.add(f.sequence, at, 4);
    at += 4;
  }
  if (hasAck(flags)) {
    out.add(f.ack, at, 4);
    at += 4;
  }
  if (flags & ROUTING) emitRouting(b, at, Math.min(end, p.payload[layer]!), out);
  else if (u16(b, start + 2) === WCCP && hasRedirect(b, at, end)) emitRedirect(at, out);
}

function emitRouting(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.routing, at, end - at);
  while (at + 4 <= end) {
    const length = b[at + 3]!;
    out.add(f.routingFamily, at, 2);
    out.add(f.routingOffset, at + 2, 1);
    out.add(f.routingLength, at + 3, 1);
    if (length === 0 && u16(b, at) === 0) break;
    if (at + 4 + length <= end) out.add(f.routingData, at + 4, length);
    at += 4 + length;
  }
  out.close();
}

function emitRedirect(at: number, out: Sink): void {
  out.open(f.redirect, at, 4);
  out.add(f.redirectDynamic, at, 1);
  out.add(f.redirectService, at + 1, 1);
  out.add(f.redirectAlternative, at + 2, 1);
  out.add(f.redirectPrimary, at + 3, 1);
  out.close();
}

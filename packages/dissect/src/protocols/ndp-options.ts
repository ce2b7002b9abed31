// Options of IPv6 neighbor discovery (RFC 4861 §4.6; RFC 4191, RFC 8106, RFC 6775, RFC 8781, RFC 8910).
import { u32 } from '../core/bytes.ts';
import { bool, bytes, ether, type Field, ipv6, none, text, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ethernetAddress, ipv6Address } from '../core/text.ts';
import { ndpOptionTypes } from './names/icmpv6.ts';
import { quote } from './quoted.ts';

export const SOURCE_LINK_ADDRESS = 1;
export const TARGET_LINK_ADDRESS = 2;
const PREFIX = 3;
const REDIRECTED = 4;
const MTU = 5;
const ADVERTISEMENT_INTERVAL = 7;
const HOME_AGENT = 8;
const NONCE = 14;
const ROUTE = 24;
const DNS_SERVERS = 25;
const FLAGS = 26;
const DNS_SEARCH = 31;
const ADDRESS_REGISTRATION = 33;
const CONTEXT = 34;
const BORDER_ROUTER = 35;
const CAPTIVE_PORTAL = 37;
const PREF64 = 38;

export const preferences = { 0: 'Medium', 1: 'High', 2: 'Reserved', 3: 'Low' };

export const ndpOptionFields = {
  opt: none('icmpv6.opt', 'ICMPv6 Option'),
  optType: uint('icmpv6.opt.type', 'Type').named(ndpOptionTypes),
  optLength: uint('icmpv6.opt.length', 'Length'),
  linkAddress: ether('icmpv6.opt.linkaddr', 'Link-layer address'),
  sourceLinkAddress: ether('icmpv6.opt.src_linkaddr', 'Source Link-layer address').hidden(),
  targetLinkAddress: ether('icmpv6.opt.target_linkaddr', 'Target Link-layer address').hidden(),
  prefixLength: uint('icmpv6.opt.prefix.length', 'Prefix Length'),
  prefixFlag: uint('icmpv6.opt.prefix.flag', 'Flag').hex(),
  prefixOnLink: bool('icmpv6.opt.prefix.flag.l', 'On-link flag(L)').mask(0x80),
  prefixAutonomous: bool('icmpv6.opt.prefix.flag.a', 'Autonomous address-configuration flag(A)').mask(0x40),
  prefixRouter: bool('icmpv6.opt.prefix.flag.r', 'Router address flag(R)').mask(0x20),
  prefixReserved: uint('icmpv6.opt.prefix.flag.reserved', 'Reserved').mask(0x1f),
  validLifetime: uint('icmpv6.opt.prefix.valid_lifetime', 'Valid Lifetime'),
  preferredLifetime: uint('icmpv6.opt.prefix.preferred_lifetime', 'Preferred Lifetime'),
  prefix: ipv6('icmpv6.opt.prefix', 'Prefix'),
  redirected: none('icmpv6.opt.redirected_packet', 'Redirected Packet'),
  mtu: uint('icmpv6.opt.mtu', 'MTU'),
  interval: uint('icmpv6.opt.advertisement_interval', 'Advertisement Interval'),
  agentPreference: uint('icmpv6.opt.home_agent_preference', 'Home Agent Preference'),
  agentLifetime: uint('icmpv6.opt.home_agent_lifetime', 'Home Agent Lifetime'),
  nonce: bytes('icmpv6.opt.nonce', 'Nonce'),
  routeFlag: uint('icmpv6.opt.route_info.flag', 'Flag').hex(),
  routePreference: uint('icmpv6.opt.route_info.flag.route_preference', 'Route Preference')
    .mask(0x18)
    .named(preferences),
  routeLifetime: uint('icmpv6.opt.route_lifetime', 'Route Lifetime'),
  rdnssLifetime: uint('icmpv6.opt.rdnss.lifetime', 'Lifetime'),
  rdnss: ipv6('icmpv6.opt.rdnss', 'Recursive DNS Servers'),
  efo: uint('icmpv6.opt.efo', 'Flags Expansion Option').hex(2),
  dnsslLifetime: uint('icmpv6.opt.dnssl.lifetime', 'Lifetime'),
  dnssl: text('icmpv6.opt.dnssl', 'Domain Names'),
  aroStatus: uint('icmpv6.opt.aro.status', 'Status'),
  aroLifetime: uint('icmpv6.opt.aro.registration_lifetime', 'Registration Lifetime'),
  aroEui64: bytes('icmpv6.opt.aro.eui64', 'EUI-64'),
  contextLength: uint('icmpv6.opt.6co.context_length', 'Context Length'),
  contextFlag: uint('icmpv6.opt.6co.flag', 'Flag').hex(),
  contextId: uint('icmpv6.opt.6co.flag.cid', 'CID').mask(0x0f),
  contextLifetime: uint('icmpv6.opt.6co.valid_lifetime', 'Lifetime'),
  contextPrefix: ipv6('icmpv6.opt.6co.context_prefix', 'Context Prefix'),
  borderVersionLow: uint('icmpv6.opt.abro.version_low', 'Version Low'),
  borderVersionHigh: uint('icmpv6.opt.abro.version_high', 'Version'),
  borderLifetime: uint('icmpv6.opt.abro.valid_lifetime', 'Valid Lifetime'),
  borderRouter: ipv6('icmpv6.opt.abro.6lbr_address', '6LBR Address'),
  captivePortal: text('icmpv6.opt.captive_portal', 'Captive Portal'),
  pref64Lifetime: uint('icmpv6.opt.pref64.scaled_lifetime', 'Scaled Lifetime').mask(0xfff8),
  pref64Code: uint('icmpv6.opt.pref64.plc', 'PLC (Prefix Length Code)').mask(0x0007).hex(2),
  pref64: ipv6('icmpv6.opt.pref64.prefix', 'Prefix'),
};

const f = ndpOptionFields;

/** Fields with fixed places, from the option's first byte: field, offset, width. */
const layouts: Readonly<Record<number, readonly (readonly [Field, number, number])[]>> = {
  [SOURCE_LINK_ADDRESS]: [
    [f.linkAddress, 2, 6],
    [f.sourceLinkAddress, 2, 6],
  ],
  [TARGET_LINK_ADDRESS]: [
    [f.linkAddress, 2, 6],
    [f.targetLinkAddress, 2, 6],
  ],
  [PREFIX]: [
    [f.prefixLength, 2, 1],
    [f.prefixFlag, 3, 1],
    [f.prefixOnLink, 3, 1],
    [f.prefixAutonomous, 3, 1],
    [f.prefixRouter, 3, 1],
    [f.prefixReserved, 3, 1],
    [f.validLifetime, 4, 4],
    [f.preferredLifetime, 8, 4],
    [f.prefix, 16, 16],
  ],
  [REDIRECTED]: [[f.redirected, 8, 0]],
  [MTU]: [[f.mtu, 4, 4]],
  [ADVERTISEMENT_INTERVAL]: [[f.interval, 4, 4]],
  [HOME_AGENT]: [
    [f.agentPreference, 4, 2],
    [f.agentLifetime, 6, 2],
  ],
  [ROUTE]: [
    [f.prefixLength, 2, 1],
    [f.routeFlag, 3, 1],
    [f.routePreference, 3, 1],
    [f.routeLifetime, 4, 4],
  ],
  [DNS_SERVERS]: [[f.rdnssLifetime, 4, 4]],
  [FLAGS]: [[f.efo, 2, 2]],
  [DNS_SEARCH]: [[f.dnsslLifetime, 4, 4]],
  [ADDRESS_REGISTRATION]: [
    [f.aroStatus, 2, 1],
    [f.aroLifetime, 6, 2],
    [f.aroEui64, 8, 8],
  ],
  [CONTEXT]: [
    [f.contextLength, 2, 1],
    [f.contextFlag, 3, 1],
    [f.contextId, 3, 1],
    [f.contextLifetime, 6, 2],
  ],
  [BORDER_ROUTER]: [
    [f.borderVersionLow, 2, 2],
    [f.borderVersionHigh, 4, 2],
    [f.borderLifetime, 6, 2],
    [f.borderRouter, 8, 16],
  ],
  [PREF64]: [
    [f.pref64Lifetime, 2, 2],
    [f.pref64Code, 2, 2],
  ],
};

/**
 * Prefix length by code, as the number of prefix bytes carried, at most 12 (RFC 8781 §4: 96, 64, 56, 48, 40 and 32
 * bits).
 */
const PREF64_BYTES = [12, 8, 7, 6, 5, 4, 0, 0];

/** Walks the options, and dissects a redirected packet as `inner`. A length of 0 ends the walk (§4.6). */
export function stepNdpOptions(p: Packet, at: number, inner: Protocol): void {
  const b = p.buf;
  while (at < p.wireEnd) {
    p.at = at;
    if (at + 2 > p.end) {
      p.cut(2);
      return;
    }
    const length = b[at + 1]! * 8;
    if (length === 0) return;
    if (at + length > p.end) {
      p.cut(length);
      return;
    }
    if (b[at] === REDIRECTED && length > 8) quote(p, inner, at + 8, at + length, at + length);
    at += length;
  }
}

/** Offset of the option of a type, -1 if absent. */
export function findNdpOption(b: Uint8Array, at: number, end: number, type: number): number {
  while (at + 8 <= end && b[at + 1] !== 0) {
    if (b[at] === type) return at + b[at + 1]! * 8 <= end ? at : -1;
    at += b[at + 1]! * 8;
  }
  return -1;
}

export function emitNdpOptions(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const type = b[at]!;
    const length = b[at + 1]! * 8;
    const stop = Math.min(end, at + Math.max(2, length));
    out.open(f.opt, at, stop - at);
    out.note(` (${ndpOptionTypes[type] ?? `Unknown ${type}`}${summary(b, type, at, stop)})`);
    out.add(f.optType, at, 1);
    out.add(f.optLength, at + 1, 1);
    out.note(` (${length} bytes)`);
    for (const [field, offset, width] of layouts[type] ?? [])
      if (at + offset + width <= stop) out.add(field, at + offset, width);
    emitRest(b, type, at, stop, out);
    out.close();
    if (length === 0) return;
    at += length;
  }
}

function summary(b: Uint8Array, type: number, at: number, stop: number): string {
  if (type <= TARGET_LINK_ADDRESS && at + 8 <= stop) return ` : ${ethernetAddress(b, at + 2)}`;
  if (type === MTU && at + 8 <= stop) return ` : ${u32(b, at + 4)}`;
  if (type === PREFIX && at + 32 <= stop) return ` : ${ipv6Address(b, at + 16)}/${b[at + 2]}`;
  return '';
}

function emitRest(b: Uint8Array, type: number, at: number, stop: number, out: Sink): void {
  switch (type) {
    case NONCE:
      out.add(f.nonce, at + 2, stop - at - 2);
      break;
    case ROUTE:
      out.add(f.prefix, at + 8, Math.max(0, stop - at - 8), widened(b, at + 8, stop));
      break;
    case DNS_SERVERS:
      for (let server = at + 8; server + 16 <= stop; server += 16) out.add(f.rdnss, server, 16);
      break;
    case DNS_SEARCH:
      emitNames(b, at + 8, stop, out);
      break;
    case CONTEXT:
      if (stop > at + 8) out.add(f.contextPrefix, at + 8, stop - at - 8, widened(b, at + 8, stop));
      break;
    case CAPTIVE_PORTAL:
      out.add(f.captivePortal, at + 2, stop - at - 2, captivePortal(b, at + 2, stop));
      break;
    case PREF64:
      if (at + 16 <= stop) {
        const width = PREF64_BYTES[b[at + 3]! & 7]!;
        out.add(f.pref64, at + 4, width, widened(b, at + 4, at + 4 + width));
      }
      break;
  }
}

/** Extends a prefix's first bytes to an address. */
function widened(b: Uint8Array, start: number, end: number): Uint8Array {
  const address = new Uint8Array(16);
  if (end > start) address.set(b.subarray(start, Math.min(end, start + 16)));
  return address;
}

/** DNS names without compression, padded with zeros (RFC 8106 §5.2). */
function emitNames(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at < end && b[at] !== 0) {
    const start = at;
    let name = '';
    while (at < end && b[at] !== 0) {
      const stop = Math.min(end, at + 1 + b[at]!);
      if (name !== '') name += '.';
      for (let i = at + 1; i < stop; i++) name += String.fromCharCode(b[i]!);
      at = stop;
    }
    at++;
    out.add(f.dnssl, start, Math.min(at, end) - start, name);
  }
}

/** RFC 8910 §2.3: a URI padded with zeros. */
function captivePortal(b: Uint8Array, start: number, end: number): string {
  let uri = '';
  for (let i = start; i < end && b[i] !== 0; i++) uri += String.fromCharCode(b[i]!);
  return uri;
}

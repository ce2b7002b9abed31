// Ethernet VPN routes in BGP (RFC 7432 §7, RFC 9136).
import { bytes, ether, ipv4, ipv6, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { evpnNames } from './names.ts';

const AUTO_DISCOVERY = 1;
const MAC = 2;
const MULTICAST = 3;
const SEGMENT = 4;
const PREFIX = 5;

const HEADER = 2;
const DISTINGUISHER = 8;
const SEGMENT_ID = 10;
const ROUTES_MAX = 500;

export const evpnFields = {
  evpn: none('bgp.evpn.nlri', 'EVPN NLRI'),
  routeType: uint('bgp.evpn.nlri.rt', 'Route Type').named(evpnNames),
  routeLength: uint('bgp.evpn.nlri.len', 'Length'),
  routeDistinguisher: bytes('bgp.evpn.nlri.rd', 'Route Distinguisher'),
  segmentId: bytes('bgp.evpn.nlri.esi', 'ESI'),
  tag: uint('bgp.evpn.nlri.etag', 'Ethernet Tag ID'),
  macLength: uint('bgp.evpn.nlri.maclen', 'MAC Address Length'),
  mac: ether('bgp.evpn.nlri.mac_addr', 'MAC Address'),
  ipLength: uint('bgp.evpn.nlri.iplen', 'IP Address Length'),
  ipPrefixLength: uint('bgp.evpn.nlri.prefix_len', 'IP prefix length'),
  ip4: ipv4('bgp.evpn.nlri.ip.addr', 'IPv4 address'),
  ip6: ipv6('bgp.evpn.nlri.ipv6.addr', 'IPv6 address'),
  gateway4: ipv4('bgp.evpn.nlri.ipv4.gtw_addr', 'IPv4 Gateway address'),
  gateway6: ipv6('bgp.evpn.nlri.ipv6.gtw_addr', 'IPv6 Gateway address'),
  label1: uint('bgp.evpn.nlri.mpls_ls1', 'MPLS Label 1').mask(0xfffff0),
  label2: uint('bgp.evpn.nlri.mpls_ls2', 'MPLS Label 2').mask(0xfffff0),
};

const f = evpnFields;

export function emitEvpn(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (let i = 0; i < ROUTES_MAX && at + HEADER <= end; i++) {
    const type = b[at]!;
    const length = b[at + 1]!;
    const stop = at + HEADER + length;
    if (stop > end) return;
    out.open(f.evpn, at, HEADER + length);
    out.note(`: ${evpnNames[type] ?? 'Unknown'}`);
    out.add(f.routeType, at, 1);
    out.add(f.routeLength, at + 1, 1);
    if (length >= DISTINGUISHER) {
      out.add(f.routeDistinguisher, at + HEADER, DISTINGUISHER);
      emitRoute(b, type, at + HEADER + DISTINGUISHER, stop, out);
    }
    out.close();
    at = stop;
  }
}

function emitRoute(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  switch (type) {
    case AUTO_DISCOVERY:
      if (at + SEGMENT_ID + 7 > end) break;
      out.add(f.segmentId, at, SEGMENT_ID);
      out.add(f.tag, at + SEGMENT_ID, 4);
      out.add(f.label1, at + SEGMENT_ID + 4, 3);
      break;
    case MAC:
      emitMac(b, at, end, out);
      break;
    case MULTICAST:
      if (at + 5 > end) break;
      out.add(f.tag, at, 4);
      emitAddress(b, at + 4, end, out);
      break;
    case SEGMENT:
      if (at + SEGMENT_ID + 1 > end) break;
      out.add(f.segmentId, at, SEGMENT_ID);
      emitAddress(b, at + SEGMENT_ID, end, out);
      break;
    case PREFIX:
      emitIpPrefix(at, end, out);
      break;
  }
}

/** RFC 7432 §7.2 */
function emitMac(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + SEGMENT_ID + 12 > end) return;
  out.add(f.segmentId, at, SEGMENT_ID);
  at += SEGMENT_ID;
  out.add(f.tag, at, 4);
  out.add(f.macLength, at + 4, 1);
  out.add(f.mac, at + 5, 6);
  at = emitAddress(b, at + 11, end, out);
  if (at < 0 || at + 3 > end) return;
  out.add(f.label1, at, 3);
  if (at + 6 <= end) out.add(f.label2, at + 3, 3);
}

/** A length in bits and an optional address; returns its end, or -1 if the length is neither IPv4, IPv6 nor 0. */
function emitAddress(b: Uint8Array, at: number, end: number, out: Sink): number {
  const bits = b[at]!;
  out.add(f.ipLength, at, 1);
  at++;
  if (bits === 0) return at;
  if (bits === 32 && at + 4 <= end) out.add(f.ip4, at, 4);
  else if (bits === 128 && at + 16 <= end) out.add(f.ip6, at, 16);
  else return -1;
  return at + bits / 8;
}

/** RFC 9136 §3.1: the route length distinguishes IPv4 from IPv6. */
function emitIpPrefix(at: number, end: number, out: Sink): void {
  const width = end - at === 26 ? 4 : 16;
  if (end - at !== 26 && end - at !== 50) return;
  out.add(f.segmentId, at, SEGMENT_ID);
  at += SEGMENT_ID;
  out.add(f.tag, at, 4);
  out.add(f.ipPrefixLength, at + 4, 1);
  out.add(width === 4 ? f.ip4 : f.ip6, at + 5, width);
  out.add(width === 4 ? f.gateway4 : f.gateway6, at + 5 + width, width);
  out.add(f.label1, at + 5 + 2 * width, 3);
}

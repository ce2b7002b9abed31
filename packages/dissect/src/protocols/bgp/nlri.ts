// Network layer reachability information: IPv4 prefixes (RFC 4271 §4.3), other families in MP_REACH_NLRI and
// MP_UNREACH_NLRI (RFC 4760).
import { u16, u24, u32 } from '../../core/bytes.ts';
import { bytes, type Field, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { ipv4Address } from '../../core/text.ts';
import { emitEvpn, evpnFields } from './evpn.ts';
import { familyNames, subfamilyNames } from './names.ts';

const IPV4 = 1;
const IPV6 = 2;
const L2VPN = 25;
const UNICAST = 1;
const MULTICAST = 2;
const LABELED = 4;
const EVPN = 70;
const VPN = 128;
const VPN_MULTICAST = 129;
/** Routes shown per message. */
const ROUTES_MAX = 2000;
/** RFC 8277 §2.4: replaces the label of a withdrawn route. */
const WITHDRAWN_LABEL = 0x800000;

const familyTitle = 'Address family identifier (AFI)';
const subfamilyTitle = 'Subsequent address family identifier (SAFI)';
const reach = 'bgp.update.path_attribute.mp_reach_nlri';
const unreach = 'bgp.update.path_attribute.mp_unreach_nlri';

export const reachFields = {
  prefixLength: uint('bgp.prefix_length', 'Prefix Length'),
  prefix: ipv4('bgp.nlri_prefix', 'NLRI prefix'),
  pathId: uint('bgp.nlri_path_id', 'NLRI path id'),
  withdrawnPrefix: ipv4('bgp.withdrawn_prefix', 'Withdrawn prefix'),
  reachFamily: uint(`${reach}.afi`, familyTitle).named(familyNames),
  reachSubfamily: uint(`${reach}.safi`, subfamilyTitle).named(subfamilyNames),
  nextHops: bytes(`${reach}.next_hop`, 'Next hop'),
  nextHopDistinguisher: text(`${reach}.next_hop.rd`, 'Route Distinguisher'),
  nextHop4: ipv4(`${reach}.next_hop.ipv4`, 'IPv4 Address'),
  nextHop6: ipv6(`${reach}.next_hop.ipv6`, 'IPv6 Address'),
  nextHopLinkLocal: ipv6(`${reach}.next_hop.ipv6.link_local`, 'Link-local Address'),
  attachmentCount: uint(`${reach}.nbr_snpa`, 'Number of Subnetwork points of attachment (SNPA)'),
  reached: none(reach, 'Network Layer Reachability Information (NLRI)'),
  unreachFamily: uint(`${unreach}.afi`, familyTitle).named(familyNames),
  unreachSubfamily: uint(`${unreach}.safi`, subfamilyTitle).named(subfamilyNames),
  unreached: none(unreach, 'Withdrawn Routes'),
  reach4: ipv4('bgp.mp_reach_nlri_ipv4_prefix', 'MP Reach NLRI IPv4 prefix'),
  reach6: ipv6('bgp.mp_reach_nlri_ipv6_prefix', 'MP Reach NLRI IPv6 prefix'),
  unreach4: ipv4('bgp.mp_unreach_nlri_ipv4_prefix', 'MP Unreach NLRI IPv4 prefix'),
  unreach6: ipv6('bgp.mp_unreach_nlri_ipv6_prefix', 'MP Unreach NLRI IPv6 prefix'),
  labels: text('bgp.label_stack', 'Label Stack'),
  distinguisher: text('bgp.rd', 'Route Distinguisher'),
  ...evpnFields,
};

const f = reachFields;

/** Prefixes of addresses of `width` bytes, up to `end`. */
export function emitPrefixes(
  b: Uint8Array,
  at: number,
  end: number,
  width: number,
  field: Field,
  out: Sink,
): void {
  const hasIds = !isPrefixes(b, at, end, width, 0) && isPrefixes(b, at, end, width, 4);
  for (let i = 0; i < ROUTES_MAX && at < end; i++) {
    if (hasIds) out.add(f.pathId, at, 4);
    if (hasIds) at += 4;
    at = emitPrefix(b, at, b[at]!, at + 1, end, width, field, out);
    if (at < 0) return;
  }
}

/** RFC 7911 §3: path identifiers are negotiated in OPEN; here they are inferred from the bytes. */
function isPrefixes(b: Uint8Array, at: number, end: number, width: number, idWidth: number): boolean {
  while (at < end) {
    at += idWidth;
    const bits = at < end ? b[at]! : 255;
    const size = (bits + 7) >> 3;
    if (bits > width * 8 || at + 1 + size > end) return false;
    // Bits beyond the prefix are irrelevant, so senders clear them (RFC 4271 §4.3).
    if (bits % 8 !== 0 && (b[at + size]! & (0xff >> (bits % 8))) !== 0) return false;
    at += 1 + size;
  }
  return true;
}

/** One prefix of `bits` bits at `address`, its length at `at`; returns its end, or -1 if truncated or too long. */
function emitPrefix(
  b: Uint8Array,
  at: number,
  bits: number,
  address: number,
  end: number,
  width: number,
  field: Field,
  out: Sink,
): number {
  const size = (bits + 7) >> 3;
  if (bits < 0 || bits > width * 8 || address + size > end) return -1;
  const value = new Uint8Array(width);
  value.set(b.subarray(address, address + size));
  if (size > 0 && bits % 8 !== 0) value[size - 1]! &= 0xff << (8 - (bits % 8));
  out.add(f.prefixLength, at, 1);
  out.add(field, address, size, value);
  return address + size;
}

/** RFC 4760 §3 */
export function emitReach(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 5 > end) return;
  const family = u16(b, at);
  const subfamily = b[at + 2]!;
  out.add(f.reachFamily, at, 2);
  out.add(f.reachSubfamily, at + 2, 1);
  const length = b[at + 3]!;
  const attachments = at + 4 + length;
  if (attachments >= end) return;
  out.open(f.nextHops, at + 3, 1 + length);
  emitNextHop(b, at + 4, length, out);
  out.close();
  out.add(f.attachmentCount, attachments, 1);
  // SNPAs are obsolete: RFC 4760 reserves the byte, to be ignored.
  if (b[attachments] !== 0 || attachments + 1 >= end) return;
  out.open(f.reached, attachments + 1, end - attachments - 1);
  emitRoutes(b, family, subfamily, attachments + 1, end, f.reach4, f.reach6, out);
  out.close();
}

/** RFC 4760 §4 */
export function emitUnreach(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 3 > end) return;
  out.add(f.unreachFamily, at, 2);
  out.add(f.unreachSubfamily, at + 2, 1);
  if (at + 3 >= end) return;
  out.open(f.unreached, at + 3, end - at - 3);
  emitRoutes(b, u16(b, at), b[at + 2]!, at + 3, end, f.unreach4, f.unreach6, out);
  out.close();
}

/** Next hops, IPv4 or IPv6 by length, after a route distinguisher in VPNs (RFC 4364 §4.3.2, RFC 2545 §3). */
function emitNextHop(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length === 12 || length === 24 || length === 48) {
    out.add(f.nextHopDistinguisher, at, 8, distinguisher(b, at));
    at += 8;
    length = length === 12 ? 4 : 16;
  }
  if (length === 4) out.add(f.nextHop4, at, 4);
  else if (length === 16 || length === 32) {
    out.add(f.nextHop6, at, 16);
    if (length === 32) out.add(f.nextHopLinkLocal, at + 16, 16);
  }
}

function emitRoutes(
  b: Uint8Array,
  family: number,
  subfamily: number,
  at: number,
  end: number,
  field4: Field,
  field6: Field,
  out: Sink,
): void {
  if (family === L2VPN && subfamily === EVPN) {
    emitEvpn(b, at, end, out);
    return;
  }
  if (family !== IPV4 && family !== IPV6) return;
  const width = family === IPV4 ? 4 : 16;
  const field = family === IPV4 ? field4 : field6;
  if (subfamily === UNICAST || subfamily === MULTICAST) emitPrefixes(b, at, end, width, field, out);
  else if (subfamily === LABELED) emitLabeled(b, at, end, 0, width, field, out);
  else if (subfamily === VPN || subfamily === VPN_MULTICAST) emitLabeled(b, at, end, 8, width, field, out);
}

/** RFC 8277 §2, RFC 4364 §4.3.4: labels, in VPNs a route distinguisher, then the prefix; one length covers all. */
function emitLabeled(
  b: Uint8Array,
  at: number,
  end: number,
  distinguisherWidth: number,
  width: number,
  field: Field,
  out: Sink,
): void {
  for (let i = 0; i < ROUTES_MAX && at + 4 <= end; i++) {
    const labels = at + 1;
    let next = labels;
    const texts: string[] = [];
    for (let isLast = false; !isLast && next + 3 <= end; next += 3) {
      const label = u24(b, next);
      isLast = (label & 1) !== 0 || label === WITHDRAWN_LABEL || label === 0;
      texts.push(
        label === WITHDRAWN_LABEL ? '0 (withdrawn)' : `${label >> 4}${label & 1 ? ' (bottom)' : ''}`,
      );
    }
    const bits = b[at]! - (next - labels + distinguisherWidth) * 8;
    if (next + distinguisherWidth > end || bits < 0) return;
    out.add(f.labels, labels, next - labels, texts.join(','));
    if (distinguisherWidth > 0) out.add(f.distinguisher, next, 8, distinguisher(b, next));
    const length = at;
    at = emitPrefix(b, length, bits, next + distinguisherWidth, end, width, field, out);
    if (at < 0) return;
  }
}

/** RFC 4364 §4.2 */
function distinguisher(b: Uint8Array, at: number): string {
  switch (u16(b, at)) {
    case 0:
      return `${u16(b, at + 2)}:${u32(b, at + 4)}`;
    case 1:
      return `${ipv4Address(b, at + 2)}:${u16(b, at + 6)}`;
    case 2:
      return `${u32(b, at + 2)}:${u16(b, at + 6)}`;
    default:
      return `Unknown (0x${u16(b, at).toString(16)})`;
  }
}

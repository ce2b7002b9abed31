// BGP path attributes (RFC 4271 §4.3, §5; communities RFC 1997, extended RFC 4360, large RFC 8092).
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { attributeNames, communityNames, originNames, segmentNames } from './names.ts';
import { emitReach, emitUnreach } from './nlri.ts';

export const EXTENDED_LENGTH = 0x10;
/** Maximum nesting of attributes (ATTR_SET). */
const DEPTH_MAX = 4;

const path = 'bgp.update.path_attribute';

export const attributeFields = {
  attributes: none('bgp.update.path_attributes', 'Path attributes'),
  attribute: none(path, 'Path Attribute'),
  flags: uint(`${path}.flags`, 'Flags').hex(),
  isOptional: bool(`${path}.flags.optional`, 'Optional').mask(0x80),
  isTransitive: bool(`${path}.flags.transitive`, 'Transitive').mask(0x40),
  isPartial: bool(`${path}.flags.partial`, 'Partial').mask(0x20),
  isExtended: bool(`${path}.flags.extended_length`, 'Extended-Length').mask(0x10),
  attributeType: uint(`${path}.type_code`, 'Type Code').named(attributeNames),
  attributeLength: uint(`${path}.length`, 'Length'),
  origin: uint(`${path}.origin`, 'Origin').named(originNames),
  segment: none(`${path}.as_path_segment`, 'AS Path segment'),
  segmentType: uint(`${path}.as_path_segment.type`, 'Segment type').named(segmentNames),
  segmentLength: uint(`${path}.as_path_segment.length`, 'Segment length (number of ASN)'),
  as2: uint(`${path}.as_path_segment.as2`, 'AS2').named({ 23456: 'AS_TRANS' }).special(),
  as4: uint(`${path}.as_path_segment.as4`, 'AS4'),
  nextHop: ipv4(`${path}.next_hop`, 'Next hop'),
  discriminator: uint(`${path}.multi_exit_disc`, 'Multiple exit discriminator'),
  preference: uint(`${path}.local_pref`, 'Local preference'),
  aggregatorAs: uint(`${path}.aggregator_as`, 'Aggregator AS'),
  aggregator: ipv4(`${path}.aggregator_origin`, 'Aggregator origin'),
  communities: none(`${path}.communities`, 'Communities'),
  community: none(`${path}.community`, 'Community'),
  wellKnown: uint(`${path}.community_wellknown`, 'Community Well-known').hex(4).named(communityNames),
  communityAs: uint(`${path}.community_as`, 'Community AS'),
  communityValue: uint(`${path}.community_value`, 'Community value'),
  originator: ipv4(`${path}.originator_id`, 'Originator identifier'),
  clusters: none('bgp.path_attribute.cluster_list', 'Cluster List'),
  cluster: ipv4('bgp.path_attribute.cluster_id', 'Cluster ID'),
  extended: none('bgp.ext_communities', 'Carried extended communities'),
  extendedOne: none('bgp.ext_community', 'Community'),
  extendedType: uint('bgp.ext_com.type', 'Type').hex(),
  extendedAs2: uint('bgp.ext_com.value_as2', '2-Octet AS'),
  extendedAs4: uint('bgp.ext_com.value_as4', '4-Octet AS'),
  extendedIp4: ipv4('bgp.ext_com.value_IP4', 'IPv4 address'),
  extendedNumber2: uint('bgp.ext_com.value_an2', '2-Octet AN'),
  extendedNumber4: uint('bgp.ext_com.value_an4', '4-Octet AN'),
  extendedRaw: uint('bgp.ext_com.value_raw', 'Raw Value').hex(6),
  large: text('bgp.large_communities', 'Large Communities'),
  largeGlobal: uint('bgp.large_communities.ga', 'Global Administrator'),
  largeLocal1: uint('bgp.large_communities.ldp1', 'Local Data Part 1'),
  largeLocal2: uint('bgp.large_communities.ldp2', 'Local Data Part 2'),
  setOrigin: uint(`${path}.attr_set.origin_as`, 'Origin AS'),
  unknown: bytes('bgp.update.path_attributes.unknown', 'Unknown'),
};

const f = attributeFields;

export function emitAttributes(b: Uint8Array, at: number, end: number, depth: number, out: Sink): void {
  while (at + 3 <= end) {
    const header = b[at]! & EXTENDED_LENGTH ? 4 : 3;
    if (at + header > end) return;
    const length = header === 4 ? u16(b, at + 2) : b[at + 2]!;
    if (at + header + length > end) return;
    const type = b[at + 1]!;
    out.open(f.attribute, at, header + length);
    out.note(` - ${attributeNames[type] ?? `Unknown (${type})`}`);
    out.open(f.flags, at, 1);
    for (const flag of [f.isOptional, f.isTransitive, f.isPartial, f.isExtended]) out.add(flag, at, 1);
    out.close();
    out.add(f.attributeType, at + 1, 1);
    out.add(f.attributeLength, at + 2, header - 2);
    at += header;
    emitValue(b, type, at, at + length, depth, out);
    out.close();
    at += length;
  }
}

function emitValue(b: Uint8Array, type: number, at: number, end: number, depth: number, out: Sink): void {
  const length = end - at;
  switch (type) {
    case 1:
      if (length === 1) out.add(f.origin, at, 1);
      break;
    case 2:
      emitPath(b, at, end, asWidth(b, at, end), out);
      break;
    case 3:
      if (length === 4) out.add(f.nextHop, at, 4);
      break;
    case 4:
      if (length === 4) out.add(f.discriminator, at, 4);
      break;
    case 5:
      if (length === 4) out.add(f.preference, at, 4);
      break;
    case 7: // RFC 6793 §3: 2 or 4 bytes, as negotiated.
    case 18:
      if (length !== 6 && length !== 8) break;
      out.add(f.aggregatorAs, at, length - 4);
      out.add(f.aggregator, end - 4, 4);
      break;
    case 8:
      emitCommunities(b, at, end, out);
      break;
    case 9:
      if (length === 4) out.add(f.originator, at, 4);
      break;
    case 10:
      out.open(f.clusters, at, length);
      for (; at + 4 <= end; at += 4) out.add(f.cluster, at, 4);
      out.close();
      break;
    case 14:
      emitReach(b, at, end, out);
      break;
    case 15:
      emitUnreach(b, at, end, out);
      break;
    case 16:
      emitExtended(b, at, end, out);
      break;
    case 17:
      emitPath(b, at, end, 4, out);
      break;
    case 32:
      for (; at + 12 <= end; at += 12) emitLarge(b, at, out);
      break;
    case 128: // RFC 6368 §5
      if (length < 4 || depth === DEPTH_MAX) break;
      out.add(f.setOrigin, at, 4);
      out.open(f.attributes, at + 4, length - 4);
      emitAttributes(b, at + 4, end, depth + 1, out);
      out.close();
      break;
    default:
      if (attributeNames[type] === undefined && length > 0) out.add(f.unknown, at, length);
  }
}

/**
 * RFC 6793 §4: AS numbers have 4 bytes if both peers announced it in OPEN; here the width is the one with which the
 * segments fill the attribute exactly.
 */
function asWidth(b: Uint8Array, at: number, end: number): number {
  const isNarrow = endsWell(b, at, end, 2);
  return !isNarrow && endsWell(b, at, end, 4) ? 4 : 2;
}

function endsWell(b: Uint8Array, at: number, end: number, width: number): boolean {
  while (at + 2 <= end) {
    if (segmentNames[b[at]!] === undefined || b[at + 1] === 0) return false;
    for (let i = 0; i < b[at + 1]! && at + 4 + i * width <= end; i++) {
      // AS 0 is never used (RFC 7607): such pairs are the upper halves of 4-byte AS numbers.
      if (width === 2 && u16(b, at + 2 + i * 2) === 0) return false;
    }
    at += 2 + b[at + 1]! * width;
  }
  return at === end;
}

function emitPath(b: Uint8Array, at: number, end: number, width: number, out: Sink): void {
  while (at + 2 <= end) {
    const size = 2 + b[at + 1]! * width;
    if (at + size > end) return;
    out.open(f.segment, at, size);
    out.add(f.segmentType, at, 1);
    out.add(f.segmentLength, at + 1, 1);
    for (let i = 0; i < b[at + 1]!; i++) out.add(width === 2 ? f.as2 : f.as4, at + 2 + i * width, width);
    out.close();
    at += size;
  }
}

function emitCommunities(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.communities, at, end - at);
  for (; at + 4 <= end; at += 4) {
    if (communityNames[u32(b, at)] !== undefined) out.add(f.wellKnown, at, 4);
    else {
      out.open(f.community, at, 4);
      out.note(`: ${u16(b, at)}:${u16(b, at + 2)}`);
      out.add(f.communityAs, at, 2);
      out.add(f.communityValue, at + 2, 2);
      out.close();
    }
  }
  out.close();
}

/** RFC 4360 §3: the lower six bits of the type select the layout of the value. */
function emitExtended(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.extended, at, end - at);
  for (; at + 8 <= end; at += 8) {
    out.open(f.extendedOne, at, 8);
    out.add(f.extendedType, at, 1);
    switch (b[at]! & 0x3f) {
      case 0:
        out.add(f.extendedAs2, at + 2, 2);
        out.add(f.extendedNumber4, at + 4, 4);
        break;
      case 1:
        out.add(f.extendedIp4, at + 2, 4);
        out.add(f.extendedNumber2, at + 6, 2);
        break;
      case 2:
        out.add(f.extendedAs4, at + 2, 4);
        out.add(f.extendedNumber2, at + 6, 2);
        break;
      default:
        out.add(f.extendedRaw, at + 2, 6);
    }
    out.close();
  }
  out.close();
}

function emitLarge(b: Uint8Array, at: number, out: Sink): void {
  out.open(f.large, at, 12, `${u32(b, at)}:${u32(b, at + 4)}:${u32(b, at + 8)}`);
  out.add(f.largeGlobal, at, 4);
  out.add(f.largeLocal1, at + 4, 4);
  out.add(f.largeLocal2, at + 8, 4);
  out.close();
}

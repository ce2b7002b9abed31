// Link State Advertisements (LSAs) of OSPF (RFC 2328 appendix A.4, RFC 5340 appendix A.4).
import { u16, u24 } from '../../core/bytes.ts';
import { bool, ipv4, ipv6, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

export const LSA_HEADER = 20;

const ROUTER = 1;
const NETWORK = 2;
const SUMMARY = 3;
const SUMMARY_ASBR = 4;
const EXTERNAL = 5;
const NSSA = 7;

const types2: Readonly<Record<number, string>> = {
  1: 'Router-LSA',
  2: 'Network-LSA',
  3: 'Summary-LSA (IP network)',
  4: 'Summary-LSA (ASBR)',
  5: 'AS-External-LSA (ASBR)',
  6: 'Group Membership LSA',
  7: 'NSSA AS-External-LSA',
  8: 'External Attributes LSA',
  9: 'Opaque LSA, Link-local scope',
  10: 'Opaque LSA, Area-local scope',
  11: 'Opaque LSA, AS-local scope',
};

const functions3: Readonly<Record<number, string>> = {
  1: 'Router-LSA',
  2: 'Network-LSA',
  3: 'Inter-Area-Prefix-LSA',
  4: 'Inter-Area-Router-LSA',
  5: 'AS-External-LSA',
  6: 'Group-Membership-LSA',
  7: 'NSSA-LSA',
  8: 'Link-LSA',
  9: 'Intra-Area-Prefix-LSA',
  12: 'Router Information Opaque-LSA',
};

export const ospfOptionFields = {
  options2: uint('ospf.v2.options', 'Options').hex(),
  options3: uint('ospf.v3.options', 'Options').hex(3),
};

export const lsaFields = {
  lsAge: uint('ospf.lsa.age', 'LS Age (seconds)').mask(0x7fff),
  doNotAge: bool('ospf.lsa.donotage', 'Do Not Age Flag').mask(0x8000),
  doNotAge3: bool('ospf.v3.lsa.do_not_age', 'Do Not Age').mask(0x8000).named({ 1: 'True', 0: 'False' }),
  lsType: uint('ospf.lsa', 'LS Type').named(types2),
  lsType3: uint('ospf.v3.lsa', 'LS Type').hex(2),
  lsHandling: bool('ospf.v3.lsa.u', 'LSA Handling').mask(0x8000).named({
    1: 'Treat the LSA as if it had link-local flooding scope',
    0: 'Store and flood the LSA as if the type is understood',
  }),
  lsScope: uint('ospf.v3.lsa.s12', 'Flooding Scope').mask(0x6000).hex(2).named({
    0: 'Link-Local Scoping - Flooded only on originating link',
    1: 'Area Scoping - Flooded only in originating area',
    2: 'AS Scoping - Flooded throughout AS',
    3: 'Reserved',
  }),
  lsFunction: uint('ospf.v3.lsa.fc', 'Function Code').mask(0x1fff).named(functions3),
  lsaId: ipv4('ospf.lsa.id', 'Link State ID'),
  linkStateId: ipv4('ospf.link_state_id', 'Link State ID'),
  advertising: ipv4('ospf.advrouter', 'Advertising Router'),
  lsSequence: uint('ospf.lsa.seqnum', 'Sequence Number').hex(4),
  lsChecksum: uint('ospf.lsa.chksum', 'Checksum').hex(2),
  lsLength: uint('ospf.lsa.length', 'Length'),
  linkCount: uint('ospf.lsa.number_of_links', 'Number of Links'),
  linkId: ipv4('ospf.lsa.router.linkid', 'Link ID'),
  linkData: ipv4('ospf.lsa.router.linkdata', 'Link Data'),
  linkType: uint('ospf.lsa.router.linktype', 'Link Type').named({
    1: 'Point-to-point connection to another router',
    2: 'Connection to a transit network',
    3: 'Connection to a stub network',
    4: 'Virtual link',
  }),
  metricCount: uint('ospf.lsa.router.nummetrics', 'Number of Metrics'),
  linkMetric: uint('ospf.lsa.router.metric0', '0 Metric'),
  networkMask: ipv4('ospf.lsa.network.netmask', 'Netmask'),
  attached: ipv4('ospf.lsa.network.attchrtr', 'Attached Router'),
  summaryMask: ipv4('ospf.lsa.asbr.netmask', 'Netmask'),
  externalMask: ipv4('ospf.lsa.asext.netmask', 'Netmask'),
  forwarding: ipv4('ospf.lsa.asext.fwdaddr', 'Forwarding Address'),
  routeTag: uint('ospf.lsa.asext.extrttag', 'External Route Tag'),
  metric: uint('ospf.metric', 'Metric'),
  prefixLength: uint('ospf.v3.prefix_length', 'PrefixLength'),
  prefixOptions: uint('ospf.v3.prefix_options', 'PrefixOptions').hex(),
  prefix: ipv6('ospf.v3.address_prefix.ipv6', 'Address Prefix'),
  linkLocal: ipv6('ospf.v3.lls.link_local_interface_address.ipv6', 'Link-local Interface Address'),
};

const f = lsaFields;

/** The type of an LSA of OSPFv3 (RFC 5340 §A.4.2.1): bits for handling and flooding, and the function. */
export function emitLsType3(at: number, out: Sink): void {
  out.open(f.lsType3, at, 2);
  for (const field of [f.lsHandling, f.lsScope, f.lsFunction]) out.add(field, at, 2);
  out.close();
}

/** Opens the tree of an LSA, which the caller closes. */
export function emitLsaHeader(
  b: Uint8Array,
  isVersion3: boolean,
  at: number,
  length: number,
  out: Sink,
): void {
  const type = isVersion3 ? u16(b, at + 2) & 0x1fff : b[at + 3]!;
  const name = (isVersion3 ? functions3 : types2)[type] ?? 'Unknown';
  out.group(`LSA-type ${type} (${name}), len ${u16(b, at + 18)}`, at, length);
  out.add(f.lsAge, at, 2);
  out.add(isVersion3 ? f.doNotAge3 : f.doNotAge, at, 2);
  if (isVersion3) {
    emitLsType3(at + 2, out);
  } else {
    out.add(ospfOptionFields.options2, at + 2, 1);
    out.add(f.lsType, at + 3, 1);
  }
  out.add(isVersion3 ? f.linkStateId : f.lsaId, at + 4, 4);
  out.add(f.advertising, at + 8, 4);
  out.add(f.lsSequence, at + 12, 4);
  out.add(f.lsChecksum, at + 16, 2);
  out.add(f.lsLength, at + 18, 2);
}

export function emitLsaBody(b: Uint8Array, isVersion3: boolean, at: number, end: number, out: Sink): void {
  if (isVersion3) emitBody3(b, u16(b, at + 2) & 0x1fff, at + LSA_HEADER, end, out);
  else emitBody2(b, b[at + 3]!, at + LSA_HEADER, end, out);
}

function emitBody2(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  switch (type) {
    case ROUTER:
      emitRouterLinks(b, at, end, out);
      break;
    case NETWORK:
      if (at + 4 <= end) out.add(f.networkMask, at, 4);
      for (at += 4; at + 4 <= end; at += 4) out.add(f.attached, at, 4);
      break;
    case SUMMARY:
    case SUMMARY_ASBR:
      if (at + 8 > end) break;
      out.add(f.summaryMask, at, 4);
      out.add(f.metric, at + 5, 3);
      break;
    case EXTERNAL:
    case NSSA:
      if (at + 16 > end) break;
      out.add(f.externalMask, at, 4);
      out.add(f.metric, at + 5, 3);
      out.add(f.forwarding, at + 8, 4);
      out.add(f.routeTag, at + 12, 4);
      break;
  }
}

/** Router links (A.4.2): 12 bytes each, and 4 per TOS metric. */
function emitRouterLinks(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  out.add(f.linkCount, at + 2, 2);
  const count = u16(b, at + 2);
  at += 4;
  for (let i = 0; i < count && at + 12 <= end; i++) {
    out.add(f.linkId, at, 4);
    out.add(f.linkData, at + 4, 4);
    out.add(f.linkType, at + 8, 1);
    out.add(f.metricCount, at + 9, 1);
    out.add(f.linkMetric, at + 10, 2);
    at += 12 + b[at + 9]! * 4;
  }
}

function emitBody3(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  switch (type) {
    case ROUTER:
      if (at + 4 <= end) out.add(ospfOptionFields.options3, at + 1, 3);
      break;
    case NETWORK:
      if (at + 4 <= end) out.add(ospfOptionFields.options3, at + 1, 3);
      for (at += 4; at + 4 <= end; at += 4) out.add(f.attached, at, 4);
      break;
    case SUMMARY:
      if (at + 8 > end) break;
      out.add(f.metric, at + 1, 3);
      emitPrefix(b, at + 4, end, out);
      break;
    case EXTERNAL:
    case NSSA:
      if (at + 8 > end) break;
      out.add(f.metric, at + 1, 3, u24(b, at + 1));
      emitPrefix(b, at + 4, end, out);
      break;
    case 8:
      if (at + 24 > end) break;
      out.add(ospfOptionFields.options3, at + 1, 3);
      out.add(f.linkLocal, at + 4, 16);
      for (at += 24; at >= 0 && at + 4 <= end; ) at = emitPrefix(b, at, end, out);
      break;
    case 9:
      for (at += 12; at >= 0 && at + 4 <= end; ) at = emitPrefix(b, at, end, out);
      break;
  }
}

/** Emits a prefix (A.4.1), padded to a multiple of 4 bytes; returns its end, or -1 if truncated. */
function emitPrefix(b: Uint8Array, at: number, end: number, out: Sink): number {
  const length = b[at]!;
  const width = ((length + 31) >> 5) * 4;
  if (length > 128 || at + 4 + width > end) return -1;
  const address = new Uint8Array(16);
  address.set(b.subarray(at + 4, at + 4 + width));
  out.add(f.prefixLength, at, 1);
  out.add(f.prefixOptions, at + 1, 1);
  out.add(f.prefix, at + 4, width, address);
  return at + 4 + width;
}

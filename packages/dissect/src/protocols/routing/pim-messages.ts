// Bodies of PIM messages (RFC 7761 §4.9, RFC 5059 §4, RFC 5015 §3.7).
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, type Field, ipv4, ipv6, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { checksumStatusNames } from '../checksum.ts';
import { emitParts, type Part } from '../parts.ts';

const HELLO = 0;
export const REGISTER = 1;
const REGISTER_STOP = 2;
const JOIN_PRUNE = 3;
const BOOTSTRAP = 4;
const ASSERT = 5;
const GRAFT = 6;
const GRAFT_ACK = 7;
const CANDIDATE_RP = 8;
const DF_ELECTION = 10;

export const pimTypes: Readonly<Record<number, string>> = {
  0: 'Hello',
  1: 'Register',
  2: 'Register-stop',
  3: 'Join/Prune',
  4: 'Bootstrap',
  5: 'Assert',
  6: 'Graft',
  7: 'Graft-Ack',
  8: 'Candidate-RP-Advertisement',
  9: 'State-Refresh',
  10: 'DF election',
  11: 'ECMP redirect',
  12: 'PFM source discovery',
};

export const pim1Types: Readonly<Record<number, string>> = {
  0: 'Query',
  1: 'Register',
  2: 'Register-stop',
  3: 'Join/Prune',
  4: 'RP-Reachable',
  5: 'Assert',
  6: 'Graft',
  7: 'Graft-Ack',
  8: 'Mode',
};

const families = { 1: 'IPv4', 2: 'IPv6' };

const bit = (name: string, title: string, mask: number): Field =>
  bool(name, title).mask(mask).named({ 1: 'Set', 0: 'Not set' });
const reserved = (name: string, mask: number): Field => uint(name, 'Reserved').mask(mask).hex(1);

/** §4.9.1: bits of an encoded group, and of an encoded source. */
const groupBits = {
  isBidirectional: bit('pim.group_addr.flags.b', 'Bidirectional PIM', 0x80),
  groupReserved: reserved('pim.group_addr.flags.reserved', 0x7e),
  isZone: bit('pim.group_addr.flags.z', 'Admin Scope Zone', 0x01),
};
const sourceBits = {
  sourceReserved: reserved('pim.source_addr.flags.reserved', 0xf8),
  isSparse: bit('pim.source_addr.flags.s', 'Sparse', 0x04),
  isWildcard: bit('pim.source_addr.flags.w', 'WildCard', 0x02),
  isOnTree: bit('pim.source_addr.flags.r', 'Rendezvous Point Tree', 0x01),
};

export const pimFields = {
  version: uint('pim.version', 'Version').mask(0xf0),
  type: uint('pim.type', 'Type').mask(0x0f).named(pimTypes),
  code: uint('pim.code', 'Code').named(pim1Types),
  reserved: bytes('pim.res_bytes', 'Reserved byte(s)'),
  checksum: uint('pim.cksum', 'Checksum').at(2, 2).hex(),
  badChecksum: none('pim.bad_checksum', 'Bad checksum'),
  checksumStatus: uint('pim.cksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  options: none('pim.option', 'PIM Options'),
  optionType: uint('pim.optiontype', 'Type'),
  optionLength: uint('pim.optionlength', 'Length'),
  optionValue: bytes('pim.optionvalue', 'Unknown'),
  holdtime: uint('pim.holdtime', 'Holdtime'),
  canTrack: bool('pim.t', 'T').mask(0x80),
  propagation: uint('pim.propagation_delay', 'Propagation Delay').mask(0x7fff),
  override: uint('pim.override_interval', 'Override Interval'),
  priority: uint('pim.dr_priority', 'DR Priority'),
  generation: uint('pim.generation_id', 'Generation ID'),
  registerFlag: uint('pim.register_flag', 'Flags').hex(4),
  registerBorder: bool('pim.register_flag.border', 'Border').mask(0x80000000),
  registerNull: bool('pim.register_flag.null_register', 'Null-Register').mask(0x40000000),
  ipVersion: uint('pim.ip_version', 'IP Version').mask(0xf0),
  family: uint('pim.addr_address_family', 'Address Family').named(families),
  encoding: uint('pim.addr_encoding_type', 'Encoding Type').named({ 0: 'Native' }),
  maskLength: uint('pim.mask_len', 'Masklen'),
  groupFlags: uint('pim.group_addr.flags', 'Flags').hex(1).summed(),
  ...groupBits,
  sourceFlags: uint('pim.source_addr.flags', 'Flags').hex(1).summed(),
  ...sourceBits,
  unicast: ipv4('pim.unicast', 'Unicast'),
  unicast6: ipv6('pim.unicast_ipv6', 'Unicast'),
  group: ipv4('pim.group', 'Group'),
  group6: ipv6('pim.group_ip6', 'Group'),
  source: ipv4('pim.source', 'Source'),
  source6: ipv6('pim.source_ip6', 'Source'),
  upstream: ipv4('pim.upstream_neighbor', 'Upstream-neighbor'),
  upstream6: ipv6('pim.upstream_neighbor_ip6', 'Upstream-neighbor'),
  bsr: ipv4('pim.bsr', 'BSR'),
  bsr6: ipv6('pim.bsr_ip6', 'BSR'),
  rp: ipv4('pim.rp', 'RP'),
  rp6: ipv6('pim.rp_ip6', 'RP'),
  joined: ipv4('pim.join_ip', 'IP address'),
  joined6: ipv6('pim.join_ip6', 'IP address'),
  pruned: ipv4('pim.prune_ip', 'IP address'),
  pruned6: ipv6('pim.prune_ip6', 'IP address'),
  groupCount: uint('pim.numgroups', 'Num Groups'),
  joinCount: uint('pim.numjoins', 'Num Joins'),
  pruneCount: uint('pim.numprunes', 'Num Prunes'),
  fragmentTag: uint('pim.fragment_tag', 'Fragment tag').hex(2),
  hashLength: uint('pim.hash_mask_len', 'Hash mask len'),
  bsrPriority: uint('pim.bsr_priority', 'BSR priority'),
  isRpTree: bool('pim.rpt', 'RP Tree').mask(0x80),
  preference: uint('pim.metric_pref', 'Metric Preference').mask(0x7fffffff),
  metric: uint('pim.metric', 'Metric'),
  prefixCount: uint('pim.prefix_count', 'Prefix-count'),
  rpCount: uint('pim.rp_count', 'RP count'),
  fragmentRpCount: uint('pim.frp_count', 'FRP count'),
  rpPriority: uint('pim.priority', 'Priority'),
};

const f = pimFields;

interface Role {
  readonly isUnicast: boolean;
  readonly field: Field;
  readonly field6: Field;
  /** Field of the address itself, without family and flags. */
  readonly address: Field;
  readonly address6: Field;
}

const role = (isUnicast: boolean, field: Field, field6: Field, address: Field, address6: Field): Role => ({
  isUnicast,
  field,
  field6,
  address,
  address6,
});
const unicastRole = (field: Field, field6: Field): Role => role(true, field, field6, f.unicast, f.unicast6);

const UPSTREAM = unicastRole(f.upstream, f.upstream6);
const SOURCE = unicastRole(f.source, f.source6);
const BSR = unicastRole(f.bsr, f.bsr6);
const RP = unicastRole(f.rp, f.rp6);
const GROUP = role(false, f.group, f.group6, f.group, f.group6);
const JOINED = role(false, f.joined, f.joined6, f.source, f.source6);
const GROUP_FLAGS: readonly Part[] = [[f.groupFlags, 1, Object.values(groupBits)]];
const SOURCE_FLAGS: readonly Part[] = [[f.sourceFlags, 1, Object.values(sourceBits)]];
const PRUNED = role(false, f.pruned, f.pruned6, f.source, f.source6);

export function emitPim(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  switch (type) {
    case HELLO:
      emitHello(b, at, end, out);
      break;
    case REGISTER:
      if (at + 4 > end) break;
      out.open(f.registerFlag, at, 4);
      out.add(f.registerBorder, at, 4);
      out.add(f.registerNull, at, 4);
      out.close();
      if (at + 4 < end) out.add(f.ipVersion, at + 4, 1);
      break;
    case REGISTER_STOP:
      emitAddress(b, emitAddress(b, at, end, GROUP, out), end, SOURCE, out);
      break;
    case JOIN_PRUNE:
    case GRAFT:
    case GRAFT_ACK:
      emitJoinPrune(b, at, end, out);
      break;
    case BOOTSTRAP:
      if (at + 4 > end) break;
      out.add(f.fragmentTag, at, 2);
      out.add(f.hashLength, at + 2, 1);
      out.add(f.bsrPriority, at + 3, 1);
      emitBootstrap(b, emitAddress(b, at + 4, end, BSR, out), end, out);
      break;
    case ASSERT:
      at = emitAddress(b, emitAddress(b, at, end, GROUP, out), end, SOURCE, out);
      if (at < 0 || at + 8 > end) break;
      out.add(f.isRpTree, at, 1);
      out.add(f.preference, at, 4);
      out.add(f.metric, at + 4, 4);
      break;
    case DF_ELECTION:
      at = emitAddress(b, at, end, RP, out);
      if (at < 0 || at + 8 > end) break;
      out.add(f.preference, at, 4, u32(b, at));
      out.add(f.metric, at + 4, 4);
      break;
    case CANDIDATE_RP:
      if (at + 4 > end) break;
      out.add(f.prefixCount, at, 1);
      out.add(f.rpPriority, at + 1, 1);
      out.add(f.holdtime, at + 2, 2);
      emitCandidate(b, at, end, out);
      break;
  }
}

/** Hello, §4.9.2. */
function emitHello(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 4 <= end) {
    const type = u16(b, at);
    const length = u16(b, at + 2);
    if (at + 4 + length > end) return;
    out.group(`Option ${type}`, at, 4 + length);
    out.add(f.optionType, at, 2);
    out.add(f.optionLength, at + 2, 2);
    if (type === 1 && length === 2) out.add(f.holdtime, at + 4, 2);
    else if (type === 2 && length === 4) {
      out.add(f.canTrack, at + 4, 1);
      out.add(f.propagation, at + 4, 2);
      out.add(f.override, at + 6, 2);
    } else if (type === 19 && length === 4) out.add(f.priority, at + 4, 4);
    else if (type === 20 && length === 4) out.add(f.generation, at + 4, 4);
    else if (length > 0) out.add(f.optionValue, at + 4, length);
    out.close();
    at += 4 + length;
  }
}

/**
 * Emits an encoded unicast, group or source address (§4.9.1); returns its end, or -1 if truncated or of another family.
 */
function emitAddress(b: Uint8Array, at: number, end: number, role: Role, out: Sink): number {
  const extra = role.isUnicast ? 0 : 2;
  if (at < 0 || at + 2 + extra > end) return -1;
  const isIpv4 = b[at] === 1;
  const width = isIpv4 ? 4 : b[at] === 2 ? 16 : 0;
  const address = at + 2 + extra;
  if (width === 0 || address + width > end) return -1;
  out.open(isIpv4 ? role.field : role.field6, at, 2 + extra + width, b.subarray(address, address + width));
  out.add(f.family, at, 1);
  out.add(f.encoding, at + 1, 1);
  if (extra === 2) {
    emitParts(out, b, at + 2, end, role === GROUP ? GROUP_FLAGS : SOURCE_FLAGS);
    out.add(f.maskLength, at + 3, 1);
  }
  out.add(isIpv4 ? role.address : role.address6, address, width);
  out.close();
  return address + width;
}

/** Bootstrap (RFC 5059 §4.1): groups with their candidate RPs. */
function emitBootstrap(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at >= 0 && at < end) {
    at = emitAddress(b, at, end, GROUP, out);
    if (at < 0 || at + 4 > end) return;
    out.add(f.rpCount, at, 1);
    out.add(f.fragmentRpCount, at + 1, 1);
    at = emitCandidates(b, b[at + 1]!, at + 4, end, out);
  }
}

function emitCandidates(b: Uint8Array, count: number, at: number, end: number, out: Sink): number {
  for (let i = 0; i < count; i++) {
    at = emitAddress(b, at, end, RP, out);
    if (at < 0 || at + 4 > end) return -1;
    out.add(f.holdtime, at, 2);
    out.add(f.rpPriority, at + 2, 1);
    at += 4;
  }
  return at;
}

/** Candidate-RP-Advertisement (RFC 5059 §4.2). */
function emitCandidate(b: Uint8Array, at: number, end: number, out: Sink): void {
  const groups = b[at]!;
  at = emitAddress(b, at + 4, end, RP, out);
  for (let i = 0; i < groups && at >= 0; i++) at = emitAddress(b, at, end, GROUP, out);
}

/** Join/Prune, §4.9.5. */
function emitJoinPrune(b: Uint8Array, at: number, end: number, out: Sink): void {
  at = emitAddress(b, at, end, UPSTREAM, out);
  if (at < 0 || at + 4 > end) return;
  out.add(f.groupCount, at + 1, 1);
  out.add(f.holdtime, at + 2, 2);
  const groups = b[at + 1]!;
  at += 4;
  for (let i = 0; i < groups; i++) {
    out.group(`Group ${i}`, at, 0);
    at = emitAddress(b, at, end, GROUP, out);
    if (at < 0 || at + 4 > end) break;
    const joins = u16(b, at);
    const prunes = u16(b, at + 2);
    out.add(f.joinCount, at, 2);
    out.add(f.pruneCount, at + 2, 2);
    at += 4;
    for (let k = 0; k < joins + prunes && at >= 0; k++) {
      at = emitAddress(b, at, end, k < joins ? JOINED : PRUNED, out);
    }
    out.close();
    if (at < 0) return;
  }
}

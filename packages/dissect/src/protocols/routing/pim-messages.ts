// Bodies of PIM messages (RFC 7761 §4.9, RFC 5059 §4, RFC 5015 §3.7).
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, type Field, ipv4, ipv6, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';
import { checksumStatusNames } from '../checksum.ts';
import { emitParts, type Part } from '../parts.ts';

/** §4.9.2: a holdtime of a neighbour that never expires. */
const FOREVER = 0xffff;

const HELLO = 0;
export const REGISTER = 1;
const REGISTER_STOP = 2;
const JOIN_PRUNE = 3;
const BOOTSTRAP = 4;
const ASSERT = 5;
const GRAFT = 6;
const GRAFT_ACK = 7;
const CANDIDATE_RP = 8;
export const DF_ELECTION = 10;

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

const subtypes = { 1: 'offer', 2: 'DF Winner', 3: 'DF Backoff', 4: 'DF Pass' };
/** §4.9.2 and the registry of Hello options. */
const helloOptions: Readonly<Record<number, string>> = {
  1: 'Hold Time',
  2: 'LAN Prune Delay',
  19: 'DR Priority',
  20: 'Generation ID',
  21: 'State Refresh Capable',
  22: 'Bidirectional Capable',
  24: 'Address List',
};

const families = { 1: 'IPv4', 2: 'IPv6' };

const bit = (name: string, title: string, mask: number): Field =>
  bool(name, title).mask(mask).named({ 1: 'Set', 0: 'Not set' });
const yesNo = (name: string, title: string, mask: number): Field =>
  bool(name, title).mask(mask).named({ 1: 'Yes', 0: 'No' });
const truth = (name: string, title: string, mask: number): Field =>
  bool(name, title).mask(mask).named({ 1: 'True', 0: 'False' });
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
  subtype: uint('pim.df_elect.subtype', 'DF Subtype').mask(0xf0).named(subtypes),
  subtypeReserved: uint('pim.df_elect.rsvd', 'DF reserved').mask(0x0f),
  reserved: bytes('pim.res_bytes', 'Reserved byte(s)'),
  checksum: uint('pim.cksum', 'Checksum').at(2, 2).hex(),
  badChecksum: none('pim.bad_checksum', 'Bad checksum'),
  checksumStatus: uint('pim.cksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  options: none('pim.option', 'PIM Options'),
  optionType: uint('pim.optiontype', 'Type'),
  optionLength: uint('pim.optionlength', 'Length'),
  optionValue: bytes('pim.optionvalue', 'Unknown'),
  holdtime: uint('pim.holdtime', 'Holdtime'),
  canTrack: truth('pim.t', 'T', 0x80),
  propagation: uint('pim.propagation_delay', 'Propagation Delay').mask(0x7fff),
  override: uint('pim.override_interval', 'Override Interval'),
  priority: uint('pim.dr_priority', 'DR Priority'),
  generation: uint('pim.generation_id', 'Generation ID'),
  registerFlag: uint('pim.register_flag', 'Flags').hex(4),
  registerBorder: yesNo('pim.register_flag.border', 'Border', 0x80000000),
  registerNull: yesNo('pim.register_flag.null_register', 'Null-Register', 0x40000000),
  ipVersion: uint('pim.ip_version', 'IP Version')
    .mask(0xf0)
    .named({ 0: 'Dummy Header', 4: 'IPv4', 6: 'IPv6' }),
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
  groupInList: ipv4('pim.group', 'Group').shownAs(() => 'Group'),
  groupInList6: ipv6('pim.group_ip6', 'Group').shownAs(() => 'Group'),
  source: ipv4('pim.source', 'Source'),
  source6: ipv6('pim.source_ip6', 'Source'),
  upstream: ipv4('pim.upstream_neighbor', 'Upstream-neighbor'),
  upstream6: ipv6('pim.upstream_neighbor_ip6', 'Upstream-neighbor'),
  bsr: ipv4('pim.bsr', 'BSR'),
  bsr6: ipv6('pim.bsr_ip6', 'BSR'),
  rp: ipv4('pim.rp', 'RP'),
  rp6: ipv6('pim.rp_ip6', 'RP'),
  rpInList: ipv4('pim.rp', 'RP').shownAs(() => 'RP'),
  rpInList6: ipv6('pim.rp_ip6', 'RP').shownAs(() => 'RP'),
  listed: ipv4('pim.address_list', 'Address'),
  listed6: ipv6('pim.address_list_ip6', 'Address'),
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
  isRpTree: truth('pim.rpt', 'RP Tree', 0x80),
  preference: uint('pim.metric_pref', 'Metric Preference').mask(0x7fffffff),
  electionPreference: uint('pim.metric_pref', 'DF Metric Preference'),
  metric: uint('pim.metric', 'Metric'),
  prefixCount: uint('pim.prefix_count', 'Prefix-count'),
  rpCount: uint('pim.rp_count', 'RP count'),
  fragmentRpCount: uint('pim.frp_count', 'FRP count'),
  rpPriority: uint('pim.priority', 'Priority'),
};

const f = pimFields;

interface Role {
  /** Flags behind family and encoding, and a mask length; a unicast address has neither. */
  readonly flags: readonly Part[];
  readonly field: Field;
  readonly field6: Field;
  /** Field of the address itself, without family and flags. */
  readonly address: Field;
  readonly address6: Field;
}

const GROUP_FLAGS: readonly Part[] = [[f.groupFlags, 1, Object.values(groupBits)]];
const SOURCE_FLAGS: readonly Part[] = [[f.sourceFlags, 1, Object.values(sourceBits)]];
const NO_FLAGS: readonly Part[] = [];

const unicastRole = (field: Field, field6: Field): Role => ({
  flags: NO_FLAGS,
  field,
  field6,
  address: f.unicast,
  address6: f.unicast6,
});
const groupRole = (field: Field, field6: Field): Role => ({
  flags: GROUP_FLAGS,
  field,
  field6,
  address: f.group,
  address6: f.group6,
});
const sourceRole = (field: Field, field6: Field): Role => ({
  flags: SOURCE_FLAGS,
  field,
  field6,
  address: f.source,
  address6: f.source6,
});

const UPSTREAM = unicastRole(f.upstream, f.upstream6);
const SOURCE = unicastRole(f.source, f.source6);
const BSR = unicastRole(f.bsr, f.bsr6);
const RP = unicastRole(f.rp, f.rp6);
const LISTED = unicastRole(f.listed, f.listed6);
const RP_IN_LIST = unicastRole(f.rpInList, f.rpInList6);
const GROUP = groupRole(f.group, f.group6);
const GROUP_IN_LIST = groupRole(f.groupInList, f.groupInList6);
const JOINED = sourceRole(f.joined, f.joined6);
const PRUNED = sourceRole(f.pruned, f.pruned6);

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
      out.add(f.electionPreference, at, 4);
      out.add(f.metric, at + 4, 4);
      break;
    case CANDIDATE_RP:
      if (at + 4 > end) break;
      out.add(f.prefixCount, at, 1);
      out.add(f.rpPriority, at + 1, 1);
      emitHoldtime(b, at + 2, false, out);
      emitCandidate(b, at, end, out);
      break;
  }
}

/** Hello, §4.9.2: the options by what they say. */
function emitHello(b: Uint8Array, at: number, end: number, out: Sink): void {
  let count = 0;
  for (let next = at; next + 4 <= end; next += 4 + u16(b, next + 2)) count++;
  out.note(`: ${count}`);
  while (at + 4 <= end) {
    const length = u16(b, at + 2);
    if (at + 4 + length > end) return;
    out.group(helloLine(b, at, length), at, 4 + length);
    out.add(f.optionType, at, 2);
    out.add(f.optionLength, at + 2, 2);
    emitHelloValue(b, at, length, out);
    out.close();
    at += 4 + length;
  }
}

function helloLine(b: Uint8Array, at: number, length: number): string {
  const type = u16(b, at);
  const line = `Option ${type}: ${helloOptions[type] ?? `Unknown: ${type}`}`;
  if (type === 1 && length === 2) {
    const time = u16(b, at + 4);
    return `${line}: ${time}${time === 0 ? ' (goodbye)' : time === FOREVER ? ' (Infinity)' : ''}`;
  }
  if (length !== 4) return line;
  if (type === 19 || type === 20) return `${line}: ${u32(b, at + 4)}`;
  if (type === 21) return `${line}: Version = ${b[at + 4]}, Interval = ${b[at + 5]}s`;
  if (type !== 2) return line;
  const delay = u16(b, at + 4);
  return `${line}: T = ${delay >> 15}, Propagation Delay = ${delay & 0x7fff}ms, Override Interval = ${u16(b, at + 6)}ms`;
}

function emitHelloValue(b: Uint8Array, at: number, length: number, out: Sink): void {
  const type = u16(b, at);
  const value = at + 4;
  if (type === 1 && length === 2) emitHoldtime(b, value, true, out);
  else if (type === 2 && length === 4) {
    out.add(f.canTrack, value, 1);
    out.add(f.propagation, value, 2);
    out.add(f.override, value + 2, 2);
  } else if (type === 19 && length === 4) out.add(f.priority, value, 4);
  else if (type === 20 && length === 4) out.add(f.generation, value, 4);
  else if (type === 24) {
    out.group('Address List (24)', at, 4 + length);
    for (let next = value; next >= 0 && next < value + length; )
      next = emitAddress(b, next, value + length, LISTED, out);
    out.close();
  } else if (length > 0) out.add(f.optionValue, value, length);
}

function emitHoldtime(b: Uint8Array, at: number, isHello: boolean, out: Sink): void {
  out.add(f.holdtime, at, 2);
  const time = u16(b, at);
  if (time === FOREVER) out.note(' (Infinity)');
  else if (time === 0 && isHello) out.note(' (goodbye)');
}

/**
 * Emits an encoded unicast, group or source address (§4.9.1); returns its end, or -1 if truncated or of another family.
 * `index`: its number in a list.
 */
function emitAddress(b: Uint8Array, at: number, end: number, role: Role, out: Sink, index = 0): number {
  const next = openAddress(b, at, end, role, out, index);
  if (next >= 0) out.close();
  return next;
}

/** The same, left open for what belongs below it unless -1 is returned. */
function openAddress(b: Uint8Array, at: number, end: number, role: Role, out: Sink, index: number): number {
  const extra = role.flags === NO_FLAGS ? 0 : 2;
  if (at < 0 || at + 2 + extra > end) return -1;
  const isIpv4 = b[at] === 1;
  const width = isIpv4 ? 4 : b[at] === 2 ? 16 : 0;
  const address = at + 2 + extra;
  if (width === 0 || address + width > end) return -1;
  const field = isIpv4 ? role.field : role.field6;
  out.open(field, at, 2 + extra + width, b.subarray(address, address + width));
  if (field.line !== null)
    out.note(` ${index}: ${isIpv4 ? ipv4Address(b, address) : ipv6Address(b, address)}`);
  if (extra === 2) out.note(`/${b[at + 3]}${role.flags === SOURCE_FLAGS ? sourceNote(b[at + 2]!) : ''}`);
  out.add(f.family, at, 1);
  out.add(f.encoding, at + 1, 1);
  if (extra === 2) {
    emitParts(out, b, at + 2, end, role.flags);
    out.add(f.maskLength, at + 3, 1);
  }
  out.add(isIpv4 ? role.address : role.address6, address, width);
  return address + width;
}

/** ` (SWR)`: the flags of an encoded source. */
function sourceNote(flags: number): string {
  if (flags === 0) return '';
  return ` (${flags & 4 ? 'S' : ''}${flags & 2 ? 'W' : ''}${flags & 1 ? 'R' : ''})`;
}

/** Bootstrap (RFC 5059 §4.1): groups with their candidate RPs. */
function emitBootstrap(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (let i = 0; at >= 0 && at < end; i++) {
    at = openAddress(b, at, end, GROUP_IN_LIST, out, i);
    if (at < 0) return;
    out.add(f.rpCount, at, 1);
    out.add(f.fragmentRpCount, at + 1, 1);
    out.close();
    if (at + 4 > end) return;
    at = emitCandidates(b, b[at + 1]!, at + 4, end, out);
  }
}

function emitCandidates(b: Uint8Array, count: number, at: number, end: number, out: Sink): number {
  for (let i = 0; i < count; i++) {
    at = emitAddress(b, at, end, RP_IN_LIST, out, i);
    if (at < 0 || at + 4 > end) return -1;
    emitHoldtime(b, at, false, out);
    out.add(f.rpPriority, at + 2, 1);
    out.add(f.reserved, at + 3, 1);
    at += 4;
  }
  return at;
}

/** Candidate-RP-Advertisement (RFC 5059 §4.2). */
function emitCandidate(b: Uint8Array, at: number, end: number, out: Sink): void {
  const groups = b[at]!;
  at = emitAddress(b, at + 4, end, RP, out);
  for (let i = 0; i < groups && at >= 0; i++) at = emitAddress(b, at, end, GROUP_IN_LIST, out, i);
}

/** Join/Prune, §4.9.5. */
function emitJoinPrune(b: Uint8Array, at: number, end: number, out: Sink): void {
  at = emitAddress(b, at, end, UPSTREAM, out);
  if (at < 0 || at + 4 > end) return;
  out.add(f.reserved, at, 1);
  out.add(f.groupCount, at + 1, 1);
  emitHoldtime(b, at + 2, false, out);
  const groups = b[at + 1]!;
  at += 4;
  for (let i = 0; i < groups && at >= 0; i++) {
    out.group(`Group ${i}`, at, 0);
    at = emitJoinsAndPrunes(b, emitAddress(b, at, end, GROUP_IN_LIST, out, i), end, out);
    out.close();
  }
}

function emitJoinsAndPrunes(b: Uint8Array, at: number, end: number, out: Sink): number {
  if (at < 0 || at + 4 > end) return -1;
  let next = at + 4;
  out.open(f.joinCount, at, 2);
  for (let i = u16(b, at); i > 0 && next >= 0; i--) next = emitAddress(b, next, end, JOINED, out);
  out.close();
  out.open(f.pruneCount, at + 2, 2);
  for (let i = u16(b, at + 2); i > 0 && next >= 0; i--) next = emitAddress(b, next, end, PRUNED, out);
  out.close();
  return next;
}

// Protocol Independent Multicast, version 2 (RFC 7761 §4.9, RFC 5059 bootstrap, RFC 3973 dense mode); version 1 in IGMP.
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, type Field, ipv4, ipv6 as ipv6Field, none, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { ipProtocols } from '../../core/table.ts';
import { BAD, checksumStatusNames, GOOD, isChecksumGood, pseudoHeader, UNVERIFIED } from '../checksum.ts';
import { igmpTypes } from '../igmp.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';

const PIM = 103;
const HEADER = 4;
const HELLO = 0;
const REGISTER = 1;
const REGISTER_STOP = 2;
const JOIN_PRUNE = 3;
const BOOTSTRAP = 4;
const ASSERT = 5;
const GRAFT = 6;
const GRAFT_ACK = 7;
const CANDIDATE_RP = 8;
/** §4.9.3: the checksum of a register covers its own 8 bytes only; some senders cover all. */
const REGISTER_HEADER = 8;

const types: Readonly<Record<number, string>> = {
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

const types1: Readonly<Record<number, string>> = {
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

const f = {
  version: uint('pim.version', 'Version').mask(0xf0),
  type: uint('pim.type', 'Type').mask(0x0f).named(types),
  code: uint('pim.code', 'Code').named(types1),
  reserved: bytes('pim.res_bytes', 'Reserved byte(s)'),
  checksum: uint('pim.cksum', 'Checksum').at(2, 2).hex(),
  checksumStatus: uint('pim.cksum.status', 'Checksum Status').named(checksumStatusNames),
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
  encoding: uint('pim.addr_encoding_type', 'Encoding Type'),
  maskLength: uint('pim.mask_len', 'Masklen'),
  unicast: ipv4('pim.unicast', 'Unicast'),
  unicast6: ipv6Field('pim.unicast_ipv6', 'Unicast'),
  group: ipv4('pim.group', 'Group'),
  group6: ipv6Field('pim.group_ip6', 'Group'),
  source: ipv4('pim.source', 'Source'),
  source6: ipv6Field('pim.source_ip6', 'Source'),
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
  rpPriority: uint('pim.priority', 'Priority'),
};

export const pim: Protocol = protocol({
  name: 'pim',
  title: 'Protocol Independent Multicast',
  column: (p, layer) => (isVersion1(p, layer) ? 'PIMv1' : 'PIMv2'),
  fields: f,
  on: [
    [ipProtocols, PIM],
    [igmpTypes, 0x14],
  ],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const layer = p.layer;
    if (isVersion1(p, layer) || (p.buf[start]! & 15) !== REGISTER) return null;
    if (p.end - start < REGISTER_HEADER) return p.cut(REGISTER_HEADER);
    p.payload[layer] = start + REGISTER_HEADER;
    if (start + REGISTER_HEADER < p.end) registered(p, start + REGISTER_HEADER);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isVersion1(p, layer)) {
      out.add(f.code, start + 1, 1);
      out.fixed(f.checksum);
      return;
    }
    out.add(f.version, start, 1);
    out.add(f.type, start, 1);
    out.add(f.reserved, start + 1, 1);
    out.fixed(f.checksum);
    out.add(f.checksumStatus, start + 2, 0, statusOf(p, layer, b, start, end));
    if (end <= start + HEADER) return;
    out.open(f.options, start + HEADER, end - start - HEADER);
    emitBody(b, b[start]! & 15, start + HEADER, end, out);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    if (isVersion1(p, layer)) return types1[b[start + 1]!] ?? `Unknown (${b[start + 1]})`;
    const type = b[start]! & 15;
    return types[type] ?? `Unknown (${type})`;
  },
});

/** Version 1 goes in IGMP, whose type stands where version 2 has its own. */
const isVersion1 = (p: Packet, layer: number): boolean => p.bufferOf(layer)[p.start[layer]!] === 0x14;

/** §4.9.3: the multicast packet within is read, but the columns stay with PIM, all but the addresses. */
function registered(p: Packet, at: number): void {
  const version = p.buf[at]! >> 4;
  const { visibility } = p;
  p.visibility &= ~COLUMN;
  if (version === 4) p.call(ip, at, p.end, p.wireEnd);
  else if (version === 6) p.call(ipv6, at, p.end, p.wireEnd);
  p.visibility = visibility;
}

function statusOf(p: Packet, layer: number, b: Uint8Array, start: number, end: number): number {
  if (p.capturedLength < p.wireLength || (p.flags[layer]! & COLUMN) === 0) return UNVERIFIED;
  const isRegister = (b[start]! & 15) === REGISTER;
  // §4.9: over IPv6 the pseudo-header counts. The packet within a register has replaced the outer addresses.
  const isOverIpv6 = layer > 0 && p.protocols[layer - 1] === ipv6;
  if (isOverIpv6 && isRegister) return UNVERIFIED;
  const sum = isOverIpv6 ? pseudoHeader(p, PIM, end - start) : 0;
  if (isRegister && isChecksumGood(b, start, start + REGISTER_HEADER, sum)) return GOOD;
  return isChecksumGood(b, start, end, sum) ? GOOD : BAD;
}

function emitBody(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
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
      emitUnicast(b, emitGroup(b, at, end, out), end, out);
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
      emitUnicast(b, at + 4, end, out);
      break;
    case ASSERT:
      at = emitUnicast(b, emitGroup(b, at, end, out), end, out);
      if (at < 0 || at + 8 > end) break;
      out.add(f.isRpTree, at, 1);
      out.add(f.preference, at, 4);
      out.add(f.metric, at + 4, 4);
      break;
    case CANDIDATE_RP:
      if (at + 4 > end) break;
      out.add(f.prefixCount, at, 1);
      out.add(f.rpPriority, at + 1, 1);
      out.add(f.holdtime, at + 2, 2);
      emitUnicast(b, at + 4, end, out);
      break;
  }
}

/** §4.9.2 */
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

/** An encoded address with `extra` bytes before it (§4.9.1); where it ends, -1 when it is cut or of another family. */
function emitAddress(
  b: Uint8Array,
  at: number,
  extra: number,
  end: number,
  field: Field,
  field6: Field,
  out: Sink,
): number {
  if (at < 0 || at + 2 + extra > end) return -1;
  const width = b[at] === 1 ? 4 : b[at] === 2 ? 16 : 0;
  const address = at + 2 + extra;
  if (width === 0 || address + width > end) return -1;
  out.add(f.family, at, 1);
  out.add(f.encoding, at + 1, 1);
  if (extra === 2) out.add(f.maskLength, at + 3, 1);
  out.add(width === 4 ? field : field6, address, width);
  return address + width;
}

const emitUnicast = (b: Uint8Array, at: number, end: number, out: Sink): number =>
  emitAddress(b, at, 0, end, f.unicast, f.unicast6, out);
const emitGroup = (b: Uint8Array, at: number, end: number, out: Sink): number =>
  emitAddress(b, at, 2, end, f.group, f.group6, out);
const emitSource = (b: Uint8Array, at: number, end: number, out: Sink): number =>
  emitAddress(b, at, 2, end, f.source, f.source6, out);

/** §4.9.5 */
function emitJoinPrune(b: Uint8Array, at: number, end: number, out: Sink): void {
  at = emitUnicast(b, at, end, out);
  if (at < 0 || at + 4 > end) return;
  out.add(f.groupCount, at + 1, 1);
  out.add(f.holdtime, at + 2, 2);
  const groups = b[at + 1]!;
  at += 4;
  for (let i = 0; i < groups; i++) {
    out.group(`Group ${i}`, at, 0);
    at = emitGroup(b, at, end, out);
    if (at < 0 || at + 4 > end) break;
    const joins = u16(b, at);
    const prunes = u16(b, at + 2);
    out.add(f.joinCount, at, 2);
    out.add(f.pruneCount, at + 2, 2);
    at += 4;
    for (let k = joins + prunes; k > 0 && at >= 0; k--) at = emitSource(b, at, end, out);
    out.close();
    if (at < 0) return;
  }
}

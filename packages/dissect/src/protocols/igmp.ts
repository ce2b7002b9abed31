// Internet Group Management Protocol, versions 0 (RFC 988), 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 9776); multicast
// traceroute; and the protocols that share its protocol number: DVMRP (RFC 1075), RGMP (RFC 3488) and PIM version 1.
import { u16, u32 } from '../core/bytes.ts';
import { bool, bytes, type Field, ipv4, uint } from '../core/field.ts';
import { IPV4, LISTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocols, Table } from '../core/table.ts';
import { ipv4Address } from '../core/text.ts';
import { checksumStatus, checksumStatusNames } from './checksum.ts';

/** Types of IGMP messages that other protocols use. */
export const igmpTypes = new Table('igmp.type');

const HEADER = 8;
const QUERY = 0x11;
const REPORT_1 = 0x12;
const REPORT_2 = 0x16;
const LEAVE = 0x17;
const TRACE_RESPONSE = 0x1e;
const TRACE_QUERY = 0x1f;
const REPORT_3 = 0x22;
/** Lengths of a version 0 message, of a version 3 query without sources, and of a traceroute query. */
const VERSION_0 = 20;
const QUERY_3 = 12;
const TRACE = 24;
/** Length of the block that each router appends to a traceroute. */
const TRACE_BLOCK = 32;

/** Group address of RGMP (RFC 3488 §3). */
const RGMP_GROUP = 0xe0000019;

const types: Readonly<Record<number, string>> = {
  0x01: 'Create Group Request',
  0x02: 'Create Group Reply',
  0x03: 'Join Group Request',
  0x04: 'Join Group Reply',
  0x05: 'Leave Group Request',
  0x06: 'Leave Group Reply',
  0x07: 'Confirm Group Request',
  0x08: 'Confirm Group Reply',
  0x11: 'Membership Query',
  0x12: 'Membership Report',
  0x13: 'DVMRP Protocol',
  0x14: 'PIM Routing Message',
  0x16: 'Membership Report',
  0x17: 'Leave Group',
  0x1e: 'Traceroute Response',
  0x1f: 'Traceroute Query or Request',
  0x22: 'Membership Report',
};

/** RFC 9776 §4.2.13. */
const recordTypes: Readonly<Record<number, string>> = {
  1: 'Mode Is Include',
  2: 'Mode Is Exclude',
  3: 'Change To Include Mode',
  4: 'Change To Exclude Mode',
  5: 'Allow New Sources',
  6: 'Block Old Sources',
};

const f = {
  version: uint('igmp.version', 'IGMP Version').get((p, layer) =>
    hasVersion(p, layer) ? versionOf(p, layer) : undefined,
  ),
  type: uint('igmp.type', 'Type').at(0, 1).hex().named(types),
  reserved: bytes('igmp.reserved', 'Reserved'),
  maxResponse: uint('igmp.max_resp', 'Max Resp Time'),
  checksum: uint('igmp.checksum', 'Checksum').at(2, 2).hex(),
  checksumStatus: uint('igmp.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  identifier: uint('igmp.identifier', 'Identifier'),
  accessKey: bytes('igmp.access_key', 'Access Key'),
  group: ipv4('igmp.maddr', 'Multicast Address'),
  suppress: bool('igmp.s', 'S').mask(0x08),
  robustness: uint('igmp.qrv', 'QRV').mask(0x07),
  interval: uint('igmp.qqic', 'QQIC'),
  sourceCount: uint('igmp.num_src', 'Num Src'),
  source: ipv4('igmp.saddr', 'Source Address'),
  recordCount: uint('igmp.num_grp_recs', 'Num Group Records'),
  recordType: uint('igmp.record_type', 'Record Type').named(recordTypes),
  auxLength: uint('igmp.aux_data_len', 'Aux Data Len'),
  aux: bytes('igmp.aux_data', 'Aux Data'),
  hops: uint('igmp.mtrace.max_hops', '# hops'),
  traceSource: ipv4('igmp.mtrace.saddr', 'Source Address'),
  traceReceiver: ipv4('igmp.mtrace.raddr', 'Receiver Address'),
  traceResponse: ipv4('igmp.mtrace.rspaddr', 'Response Address'),
  traceTtl: uint('igmp.mtrace.resp_ttl', 'Response TTL'),
  traceId: uint('igmp.mtrace.q_id', 'Query ID'),
};

/**
 * IGMP is listed twice in frame.protocols: as dispatcher by type, without a tree, and as the message. An unknown type
 * has only the former.
 */
export const igmp: Protocol = protocol({
  name: 'igmp',
  title: 'Internet Group Management Protocol',
  column: (p, layer) => (hasVersion(p, layer) ? `IGMPv${versionOf(p, layer)}` : 'IGMP'),
  fields: f,
  on: [[ipProtocols, 2]],
  step(p) {
    if (isMessage(p, p.layer)) {
      const lack = lackOf(p, p.at);
      return lack > 0 ? p.cut(lack) : null;
    }
    if (p.end <= p.at) return p.cutUnseen(1);
    const type = p.buf[p.at]!;
    const isRgmp = p.netKind === IPV4 && u32(p.netBuf, p.netDst) === RGMP_GROUP;
    // RFC 3488 §3: types 0xfc to 0xff mean RGMP only if sent to its group.
    const other = type >= 0xfc && !isRgmp ? undefined : igmpTypes.get(type);
    if (other === undefined && types[type] === undefined) return null;
    p.flags[p.layer]! &= LISTED;
    return other ?? igmp;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.version);
    out.fixed(f.type);
    if (!isMessage(p, layer)) return;
    const type = b[start]!;
    const hasResponseTime =
      type === REPORT_2 || type === LEAVE || (type === QUERY && versionOf(p, layer) > 1);
    if (isTrace(type)) out.add(f.hops, start + 1, 1);
    else out.add(hasResponseTime ? f.maxResponse : f.reserved, start + 1, 1);
    out.fixed(f.checksum);
    if (end - start < HEADER) return;
    out.add(f.checksumStatus, start + 2, 0, checksumStatus(p, layer));
    emitBody(b, type, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const type = b[start]!;
    const name = types[type];
    if (name === undefined) return `Unknown Type:0x${type.toString(16).padStart(2, '0')}`;
    if (end - start < HEADER) return name;
    if (isTrace(type)) return traceText(type, end - start);
    if (type === REPORT_3) return name + recordsText(b, start, end);
    if (type === REPORT_2) return `${name} group ${ipv4Address(b, start + 4)}`;
    if (type === LEAVE) return `${name} ${ipv4Address(b, start + 4)}`;
    return type === QUERY && versionOf(p, layer) > 1 ? name + queryText(b, start, end) : name;
  },
});

const isMessage = (p: Packet, layer: number): boolean => layer > 0 && p.protocols[layer - 1] === igmp;

const isTrace = (type: number): boolean => type === TRACE_QUERY || type === TRACE_RESPONSE;

function hasVersion(p: Packet, layer: number): boolean {
  return isMessage(p, layer) && !isTrace(p.bufferOf(layer)[p.start[layer]!]!);
}

/** RFC 9776 §7.1: a query of 12 bytes or more is of version 3; a shorter one without response time is of version 1. */
function versionOf(p: Packet, layer: number): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const type = b[start]!;
  if (type < QUERY) return 0;
  if (type === QUERY) return p.stop[layer]! - start >= QUERY_3 ? 3 : b[start + 1] === 0 ? 1 : 2;
  if (type === REPORT_1) return 1;
  return type === REPORT_3 ? 3 : 2;
}

/** Minimum length of the message if it is truncated; 0 if complete. */
function lackOf(p: Packet, start: number): number {
  const b = p.buf;
  const type = b[start]!;
  const length = p.end - start;
  let needed = HEADER;
  if (length < HEADER) return HEADER;
  if (type < QUERY) needed = VERSION_0;
  else if (isTrace(type)) needed = TRACE;
  else if (type === QUERY && length >= QUERY_3) needed = QUERY_3 + u16(b, start + 10) * 4;
  else if (type === REPORT_3) {
    for (let i = u16(b, start + 6); i > 0; i--) {
      if (needed + 8 > length) return needed + 8;
      needed += 8 + u16(b, start + needed + 2) * 4 + b[start + needed + 1]! * 4;
    }
  }
  return needed > length ? needed : 0;
}

function emitBody(b: Uint8Array, type: number, start: number, end: number, out: Sink): void {
  if (type === REPORT_3) emitRecords(b, start, end, out);
  else if (isTrace(type)) emitTrace(start, end, out);
  else if (type < QUERY) {
    out.add(f.identifier, start + 4, 4);
    if (end - start < VERSION_0) return;
    out.add(f.group, start + 8, 4);
    out.add(f.accessKey, start + 12, 8);
  } else {
    out.add(f.group, start + 4, 4);
    if (type === QUERY && end - start >= QUERY_3) emitQuery(b, start, end, out);
  }
}

function emitQuery(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.suppress, start + 8, 1);
  out.add(f.robustness, start + 8, 1);
  out.add(f.interval, start + 9, 1);
  out.add(f.sourceCount, start + 10, 2);
  emitSources(u16(b, start + 10), start + QUERY_3, end, out);
}

function emitSources(count: number, at: number, end: number, out: Sink): void {
  for (; count > 0 && at + 4 <= end; count--, at += 4) out.add(f.source, at, 4);
}

function emitRecords(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.reserved, start + 4, 2);
  out.add(f.recordCount, start + 6, 2);
  let at = start + HEADER;
  for (let i = u16(b, start + 6); i > 0 && at + 8 <= end; i--) {
    const sources = u16(b, at + 2);
    const aux = b[at + 1]! * 4;
    const length = 8 + sources * 4 + aux;
    const kind = recordTypes[b[at]!] ?? 'Unknown';
    out.group(`Group Record : ${ipv4Address(b, at + 4)}  ${kind}`, at, Math.min(length, end - at));
    out.add(f.recordType, at, 1);
    out.add(f.auxLength, at + 1, 1);
    out.add(f.sourceCount, at + 2, 2);
    out.add(f.group, at + 4, 4);
    emitSources(sources, at + 8, end, out);
    if (aux > 0 && at + length <= end) out.add(f.aux, at + length - aux, aux);
    out.close();
    at += length;
  }
}

function emitTrace(start: number, end: number, out: Sink): void {
  const places: readonly (readonly [Field, number, number])[] = [
    [f.group, 4, 4],
    [f.traceSource, 8, 4],
    [f.traceReceiver, 12, 4],
    [f.traceResponse, 16, 4],
    [f.traceTtl, 20, 1],
    [f.traceId, 21, 3],
  ];
  for (const [field, offset, width] of places)
    if (start + offset + width <= end) out.add(field, start + offset, width);
}

function traceText(type: number, length: number): string {
  const blocks = Math.max(0, Math.floor((length - TRACE) / TRACE_BLOCK));
  if (type === TRACE_RESPONSE) return `Traceroute Response, ${blocks} blocks`;
  return length === TRACE ? 'Traceroute Query' : `Traceroute Request, ${blocks} blocks`;
}

function queryText(b: Uint8Array, start: number, end: number): string {
  if (u32(b, start + 4) === 0) return ', general';
  const text = `, specific for group ${ipv4Address(b, start + 4)}`;
  const count = end - start >= QUERY_3 ? u16(b, start + 10) : 0;
  return count === 0
    ? text
    : `${text}, source${count > 1 ? 's' : ''} ${listText(b, count, start + QUERY_3, end)}`;
}

function listText(b: Uint8Array, count: number, at: number, end: number): string {
  const addresses: string[] = [];
  for (; count > 0 && at + 4 <= end; count--, at += 4) addresses.push(ipv4Address(b, at));
  return `{${addresses.join(', ')}}`;
}

function recordsText(b: Uint8Array, start: number, end: number): string {
  const count = u16(b, start + 6);
  if (count === 0) return ' - General query';
  let text = '';
  let at = start + HEADER;
  for (let i = count; i > 0 && at + 8 <= end; i--) {
    text += ` / ${recordText(b, at, end)}`;
    at += 8 + u16(b, at + 2) * 4 + b[at + 1]! * 4;
  }
  return text;
}

/** RFC 9776 §4.2.13: excluding no source means joining the group, including none means leaving it. */
function recordText(b: Uint8Array, at: number, end: number): string {
  const group = ipv4Address(b, at + 4);
  const count = u16(b, at + 2);
  const sources = `source${count > 1 ? 's' : ''} ${listText(b, count, at + 8, end)}`;
  switch (b[at]) {
    case 1:
    case 3:
      return count === 0 ? `Leave group ${group}` : `Join group ${group} for ${sources}`;
    case 2:
    case 4:
      return count === 0 ? `Join group ${group} for any sources` : `Join group ${group}, not for ${sources}`;
    case 5:
      return count === 0
        ? `Group ${group}, ALLOW_NEW_SOURCES but no source specified (?)`
        : `Group ${group}, new ${sources}`;
    case 6:
      return count === 0
        ? `Group ${group}, BLOCK_OLD_SOURCES but no source specified (?)`
        : `Group ${group}, block ${sources}`;
    default:
      return `Group ${group}, unknown record type (?)`;
  }
}

const rgmpTypes: Readonly<Record<number, string>> = {
  0xfc: 'Leave',
  0xfd: 'Join',
  0xfe: 'Bye',
  0xff: 'Hello',
};

const r = {
  type: uint('rgmp.type', 'Type').at(0, 1).hex().named(rgmpTypes),
  checksum: uint('rgmp.checksum', 'Checksum').at(2, 2).hex(),
  group: ipv4('rgmp.maddr', 'Multicast group address').at(4, 4),
};

export const rgmp = protocol({
  name: 'rgmp',
  title: 'Router-port Group Management Protocol',
  column: 'RGMP',
  fields: r,
  on: [[igmpTypes, 0xfc, 0xfd, 0xfe, 0xff]],
  step: (p) => (p.end - p.at < HEADER ? p.cut(HEADER) : null),
  info: (p, layer) => rgmpTypes[p.bufferOf(layer)[p.start[layer]!]!] ?? '',
});

const dvmrpCodes: Readonly<Record<number, string>> = {
  1: 'Probe',
  2: 'Report',
  3: 'Ask Neighbors',
  4: 'Neighbors',
  5: 'Ask Neighbors 2',
  6: 'Neighbors 2',
  7: 'Prune',
  8: 'Graft',
  9: 'Graft ACK',
};

const d = {
  type: uint('dvmrp.type', 'Type').at(0, 1).hex(),
  code: uint('dvmrp.v3.code', 'Code').at(1, 1).hex().named(dvmrpCodes),
  checksum: uint('dvmrp.checksum', 'Checksum').at(2, 2).hex(),
};

export const dvmrp = protocol({
  name: 'dvmrp',
  title: 'Distance Vector Multicast Routing Protocol',
  column: 'DVMRP',
  fields: d,
  on: [[igmpTypes, 0x13]],
  step: (p) => (p.end - p.at < HEADER ? p.cut(HEADER) : null),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isVersion3 = p.stop[layer]! - start >= HEADER && dvmrpCodes[b[start + 1]!] !== undefined;
    return isVersion3 ? `V3 ${dvmrpCodes[b[start + 1]!] ?? 'Unknown'}` : 'V1';
  },
});

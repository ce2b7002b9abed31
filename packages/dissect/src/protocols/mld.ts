// Multicast listener discovery, version 1 (RFC 2710) and 2 (RFC 3810): messages of ICMPv6.
import { u16 } from '../core/bytes.ts';
import { bool, bytes, ipv6, none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Sink } from '../core/sink.ts';
import { ipv6Address } from '../core/text.ts';

/** RFC 3810 §5.2.12. */
const recordTypes = {
  1: 'Include',
  2: 'Exclude',
  3: 'Changed to include',
  4: 'Changed to exclude',
  5: 'Allow new sources',
  6: 'Block old sources',
};

export const mldFields = {
  mldDelay: uint('icmpv6.mld.maximum_response_delay', 'Maximum Response Delay [ms]'),
  mldCode: uint('icmpv6.mld.maximum_response_code', 'Maximum Response Code'),
  mldAddress: ipv6('icmpv6.mld.multicast_address', 'Multicast Address'),
  mldFlag: uint('icmpv6.mld.flag', 'Flags').hex(),
  mldSuppress: bool('icmpv6.mld.flag.s', 'Suppress Router-Side Processing').mask(0x08),
  mldRobustness: uint('icmpv6.mld.flag.qrv', "QRV (Querier's Robustness Variable)").mask(0x07),
  mldInterval: uint('icmpv6.mld.qqi', "QQIC (Querier's Query Interval Code)"),
  mldSourceCount: uint('icmpv6.mld.nb_sources', 'Number of Sources'),
  mldSource: ipv6('icmpv6.mld.source_address', 'Source Address'),
  recordCount: uint('icmpv6.mldr.nb_mcast_records', 'Number of Multicast Address Records'),
  record: none('icmpv6.mldr.mar', 'Multicast Address Record'),
  recordType: uint('icmpv6.mldr.mar.record_type', 'Record Type').named(recordTypes),
  recordAuxLength: uint('icmpv6.mldr.mar.aux_data_len', 'Aux Data Len'),
  recordSourceCount: uint('icmpv6.mldr.mar.nb_sources', 'Number of Sources'),
  recordAddress: ipv6('icmpv6.mldr.mar.multicast_address', 'Multicast Address'),
  recordSource: ipv6('icmpv6.mldr.mar.source_address', 'Source Address'),
  recordAux: bytes('icmpv6.mldr.mar.auxiliary_data', 'Auxiliary Data'),
};

const f = mldFields;

/** Length of a version 1 message; a longer query is of version 2 (RFC 3810 §8.1). */
const VERSION_1 = 24;
const QUERY_2 = 28;

/** Minimum length of the query, report or done message at `start`. */
export function mldQueryLength(p: Packet, start: number): number {
  if (p.wireEnd - start <= VERSION_1) return VERSION_1;
  return p.end - start < QUERY_2 ? QUERY_2 : QUERY_2 + u16(p.buf, start + 26) * 16;
}

/** Walks the records of a version 2 report; returns the number of missing bytes, or 0. */
export function mldReportLack(p: Packet, start: number): number {
  const b = p.buf;
  let at = start + 8;
  for (let i = u16(b, start + 6); i > 0; i--) {
    if (at + 20 > p.end) return at + 20 - p.at;
    at += 20 + u16(b, at + 2) * 16 + b[at + 1]! * 4;
  }
  return at > p.end ? at - p.at : 0;
}

export function emitMldQuery(b: Uint8Array, start: number, end: number, out: Sink): void {
  const isVersion2 = end - start > VERSION_1;
  out.add(isVersion2 ? f.mldCode : f.mldDelay, start + 4, 2);
  if (start + VERSION_1 <= end) out.add(f.mldAddress, start + 8, 16);
  if (end - start < QUERY_2) return;
  out.open(f.mldFlag, start + 24, 1);
  out.add(f.mldSuppress, start + 24, 1);
  out.add(f.mldRobustness, start + 24, 1);
  out.close();
  out.add(f.mldInterval, start + 25, 1);
  out.add(f.mldSourceCount, start + 26, 2);
  for (let i = u16(b, start + 26), at = start + QUERY_2; i > 0 && at + 16 <= end; i--, at += 16)
    out.add(f.mldSource, at, 16);
}

export function emitMldReport(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.recordCount, start + 6, 2);
  let at = start + 8;
  for (let i = u16(b, start + 6); i > 0 && at + 20 <= end; i--) {
    const sources = u16(b, at + 2);
    const length = Math.min(20 + sources * 16 + b[at + 1]! * 4, end - at);
    out.open(f.record, at, length);
    out.note(` ${recordTypes[b[at] as 1] ?? `Unknown Type ${b[at]}`}: ${ipv6Address(b, at + 4)}`);
    out.add(f.recordType, at, 1);
    out.add(f.recordAuxLength, at + 1, 1);
    out.add(f.recordSourceCount, at + 2, 2);
    out.add(f.recordAddress, at + 4, 16);
    let source = at + 20;
    for (let k = 0; k < sources && source + 16 <= end; k++, source += 16) out.add(f.recordSource, source, 16);
    if (source < at + length) out.add(f.recordAux, source, at + length - source);
    out.close();
    at += length;
  }
}

// ConnectionLess Network Protocol (ISO 8473-1, ITU-T X.233).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, uint } from '../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { osiNlpids } from '../../core/table.ts';
import { cotp } from '../cotp.ts';
import { nsap } from './osi-address.ts';

const NLPID = 0x81;
/** The inactive subset (§8.2): a single byte, for networks of one link. */
const INACTIVE = 0x00;
const HEADER = 9;
const SEGMENTATION = 6;
/** Selector that conventionally means the transport protocol. */
const TRANSPORT_SELECTOR = 0x21;

const ERROR_REPORT = 0x01;
const MAY_SEGMENT = 0x80;
const MORE_SEGMENTS = 0x40;

const typeNames: Readonly<Record<number, string>> = {
  1: 'ER',
  28: 'DT',
  29: 'MD',
  30: 'ERQ',
  31: 'ERP',
};
const typeTitles = {
  1: 'Error Report',
  28: 'Data',
  29: 'Multicast Data',
  30: 'Echo Request',
  31: 'Echo Response',
};

const f = {
  discriminator: uint('clnp.nlpi', 'Network Layer Protocol Identifier').at(0, 1).hex().named({
    0: 'Null',
    129: 'CLNP',
  }),
  headerLength: uint('clnp.len', 'HDR Length').at(1, 1),
  version: uint('clnp.version', 'Version').at(2, 1),
  lifetime: uint('clnp.ttl', 'Holding Time').at(3, 1),
  flags: uint('clnp.type', 'PDU Type').at(4, 1),
  maySegment: bool('clnp.cnf.segmentation', 'Segmentation permitted').at(4, 1).mask(0x80),
  more: bool('clnp.cnf.more_segments', 'More segments').at(4, 1).mask(0x40),
  report: bool('clnp.cnf.report_error', 'Report error if PDU discarded').at(4, 1).mask(0x20),
  type: uint('clnp.cnf.type', 'Type').at(4, 1).mask(0x1f).named(typeTitles),
  length: uint('clnp.pdu.len', 'PDU length').at(5, 2),
  checksum: uint('clnp.checksum', 'Checksum').at(7, 2),
  destinationLength: uint('clnp.dsap.len', 'DAL'),
  destination: bytes('clnp.dsap', 'DA'),
  sourceLength: uint('clnp.ssap.len', 'SAL'),
  source: bytes('clnp.ssap', 'SA'),
  unit: uint('clnp.data_unit_identifier', 'Data unit identifier'),
  offset: uint('clnp.segment_offset', 'Segment offset'),
  total: uint('clnp.total_length', 'Total length'),
};

export const clnp: Protocol = protocol({
  name: 'clnp',
  title: 'ISO 8473/X.233 CLNP ConnectionLess Network Protocol',
  column: 'CLNP',
  fields: f,
  on: [[osiNlpids, NLPID, INACTIVE]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.layer;
    if (start < p.end && b[start] === INACTIVE) {
      p.at++;
      return cotp;
    }
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const length = b[start + 1]!;
    if (p.end - start < length) return p.cut(length);
    p.narrow(layer, u16(b, start + 5));
    const destination = start + HEADER;
    const source = destination + 1 + (b[destination] ?? 0);
    const addressesEnd = source + 1 + (b[source] ?? 0);
    if (addressesEnd > start + length || addressesEnd > p.end) return p.malformed();
    showAddresses(p, destination, source);
    const flags = b[start + 4]!;
    const isSegmented = (flags & MAY_SEGMENT) !== 0 && addressesEnd + SEGMENTATION <= start + length;
    p.at = start + length;
    if (p.at >= p.end) return null;
    if (isSegmented && ((flags & MORE_SEGMENTS) !== 0 || u16(b, addressesEnd + 2) > 0)) return data;
    if ((flags & 31) === ERROR_REPORT) return reported(p);
    return (flags & 31) === 28 && b[source - 1] === TRANSPORT_SELECTOR ? cotp : data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.discriminator);
    if (b[start] === INACTIVE || end - start < HEADER) return;
    out.fixed(f.headerLength);
    out.fixed(f.version);
    out.fixed(f.lifetime);
    out.openFixed(f.flags);
    for (const field of [f.maySegment, f.more, f.report, f.type]) out.fixed(field);
    out.close();
    out.fixed(f.length);
    out.fixed(f.checksum);
    const destination = start + HEADER;
    const source = destination + 1 + (b[destination] ?? 0);
    const addressesEnd = source + 1 + (b[source] ?? 0);
    if (source >= end || addressesEnd > end) return;
    out.add(f.destinationLength, destination, 1);
    out.add(f.destination, destination + 1, b[destination]!);
    out.add(f.sourceLength, source, 1);
    out.add(f.source, source + 1, b[source]!);
    if ((b[start + 4]! & MAY_SEGMENT) === 0 || addressesEnd + SEGMENTATION > end) return;
    out.add(f.unit, addressesEnd, 2);
    out.add(f.offset, addressesEnd + 2, 2);
    out.add(f.total, addressesEnd + 4, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER || b[start] === INACTIVE) return '';
    const flags = b[start + 4]!;
    const type = typeNames[flags & 31] ?? `Unknown (0x${(flags & 31).toString(16).padStart(2, '0')})`;
    const marks = `${flags & MAY_SEGMENT ? 'S ' : ''}${flags & MORE_SEGMENTS ? 'M ' : ''}${flags & 0x20 ? 'E ' : ''}`;
    const destination = start + HEADER;
    const source = destination + 1 + (b[destination] ?? 0);
    const segment = source + 1 + (b[source] ?? 0);
    const text = `${type} NPDU ${marks}`;
    const isPart = (flags & MAY_SEGMENT) !== 0 && (flags & MORE_SEGMENTS) !== 0;
    return isPart && segment + 4 <= p.stop[layer]! ? `Fragmented ${text}(off=${u16(b, segment + 2)})` : text;
  },
});

function showAddresses(p: Packet, destination: number, source: number): void {
  if (p.isQuoted || (p.visibility & COLUMN) === 0) return;
  p.columnKind = OTHER;
  p.columnSrcText = nsap(p.buf, source + 1, p.buf[source]!);
  p.columnDstText = nsap(p.buf, destination + 1, p.buf[destination]!);
}

/** An error report quotes the discarded packet (§7.6). */
function reported(p: Packet): null {
  const { visibility } = p;
  p.visibility &= ~COLUMN;
  if (p.buf[p.at] === NLPID) p.call(clnp, p.at, p.end, p.wireEnd);
  else p.call(data, p.at, p.end, p.wireEnd);
  p.visibility = visibility;
  return null;
}

// Pragmatic General Multicast (RFC 3208 §8).
import { u16, u32 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, ipv4, uint } from '../core/field.ts';
import { COLUMN } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { hex } from '../core/text.ts';
import { BAD, checksumStatusNames, GOOD, isChecksumGood, NOT_PRESENT, UNVERIFIED } from './checksum.ts';

const PGM = 113;
const HEADER = 16;
/** Shortest header of a known type, after the common header; shorter packets are not PGM. */
const SHORTEST = 18;
const HAS_OPTIONS = 0x01;
const ODATA = 4;
const RDATA = 5;

const typeNames: Readonly<Record<number, string>> = {
  0: 'SPM',
  1: 'POLL',
  2: 'POLR',
  4: 'ODATA',
  5: 'RDATA',
  8: 'NAK',
  9: 'NNAK',
  10: 'NCF',
  13: 'ACK',
};
/** Length of the type-specific header. */
const sizes: Readonly<Record<number, number>> = {
  0: 20,
  1: 28,
  2: 20,
  4: 8,
  5: 8,
  8: 20,
  9: 20,
  10: 20,
  13: 8,
};

const f = {
  source: uint('pgm.hdr.sport', 'Source Port').at(0, 2),
  destination: uint('pgm.hdr.dport', 'Destination Port').at(2, 2),
  type: uint('pgm.hdr.type', 'Type').at(4, 1).hex().named(typeNames),
  options: uint('pgm.hdr.opts', 'Options').at(5, 1).hex(),
  hasOptions: bool('pgm.hdr.opts.opt', 'Options').at(5, 1).mask(HAS_OPTIONS),
  areSignificant: bool('pgm.hdr.opts.netsig', 'Network Significant Options').at(5, 1).mask(0x02),
  parity: bool('pgm.hdr.opts.parity', 'Parity').at(5, 1).mask(0x80),
  checksum: uint('pgm.hdr.cksum', 'Checksum').at(6, 2).hex(),
  checksumStatus: uint('pgm.hdr.cksum.status', 'Checksum Status').named(checksumStatusNames),
  sourceId: bytes('pgm.hdr.gsi', 'Global Source Identifier').at(8, 6),
  unitLength: uint('pgm.hdr.tsdulen', 'Transport Service Data Unit Length').at(14, 2),
  pathSequence: uint('pgm.spm.sqn', 'Sequence number').hex(4),
  trail: uint('pgm.spm.trail', 'Trailing Edge Sequence Number').hex(4),
  lead: uint('pgm.spm.lead', 'Leading Edge Sequence Number').hex(4),
  path: ipv4('pgm.spm.path.ipv4', 'Path NLA'),
  nakSequence: uint('pgm.nak.sqn', 'Requested Sequence Number').hex(4),
  nakSource: ipv4('pgm.nak.src.ipv4', 'Source NLA'),
  nakGroup: ipv4('pgm.nak.grp.ipv4', 'Multicast Group NLA'),
  ackSequence: uint('pgm.ack.maxsqn', 'Maximum Received Sequence Number').hex(4),
  ackBitmap: uint('pgm.ack.bitmap', 'Packet Bitmap').hex(4),
};

export const pgm = protocol({
  name: 'pgm',
  title: 'Pragmatic General Multicast',
  column: 'PGM',
  fields: f,
  on: [[ipProtocols, PGM]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.wireEnd - start < SHORTEST) {
      p.flags[p.layer] = 0;
      return data;
    }
    if (p.end - start < HEADER) return p.cut(HEADER);
    const type = b[start + 4]!;
    const size = sizes[type];
    if (size === undefined) {
      p.flags[p.layer]! &= COLUMN;
      return null;
    }
    p.at += HEADER;
    if (p.end - p.at < size) return p.cut(size);
    p.at += size;
    // §9.1: the first option contains the total length of all options.
    if (b[start + 5]! & HAS_OPTIONS) {
      if (p.end - p.at < 4) return p.cut(4);
      const length = u16(b, p.at + 2);
      if (p.end - p.at < length) return p.cut(length);
      p.at += length;
    }
    return (type === ODATA || type === RDATA) && p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.source, f.destination, f.type]) out.fixed(field);
    out.openFixed(f.options);
    for (const field of [f.hasOptions, f.areSignificant, f.parity]) out.fixed(field);
    out.close();
    out.fixed(f.checksum);
    if (end - start >= HEADER) {
      const isWhole = p.capturedLength >= p.wireLength;
      const isGood = isWhole && isChecksumGood(b, start, end, 0);
      // §8: ODATA and RDATA must have a checksum.
      const isAbsent = u16(b, start + 6) === 0 && b[start + 4] !== ODATA && b[start + 4] !== RDATA;
      const status = isAbsent ? NOT_PRESENT : !isWhole ? UNVERIFIED : isGood ? GOOD : BAD;
      out.add(f.checksumStatus, start + 6, 0, status);
    }
    out.fixed(f.sourceId);
    out.fixed(f.unitLength);
    const at = start + HEADER;
    const type = b[start + 4]!;
    if (at + (sizes[type] ?? 256) > end) return;
    switch (type) {
      case 0:
        out.add(f.pathSequence, at, 4);
        out.add(f.trail, at + 4, 4);
        out.add(f.lead, at + 8, 4);
        if (u16(b, at + 12) === 1) out.add(f.path, at + 16, 4);
        break;
      case ODATA:
      case RDATA:
        out.add(f.pathSequence, at, 4);
        out.add(f.trail, at + 4, 4);
        break;
      case 8:
      case 9:
      case 10:
        out.add(f.nakSequence, at, 4);
        if (u16(b, at + 4) === 1) out.add(f.nakSource, at + 8, 4);
        if (u16(b, at + 4) === 1 && u16(b, at + 12) === 1) out.add(f.nakGroup, at + 16, 4);
        break;
      case 13:
        out.add(f.ackSequence, at, 4);
        out.add(f.ackBitmap, at + 4, 4);
        break;
    }
  },
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const ports = `Src Port ${u16(b, start)}, Dst Port ${u16(b, start + 2)}`;
    return `: Type ${typeNames[b[start + 4]!] ?? 'Unknown'} ${ports}, GSI ${hex(b, start + 8, start + 14)}`;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const type = b[start + 4]!;
    const name = typeNames[type];
    if (name === undefined || p.stop[layer]! - start < HEADER + 4) return '';
    const sequence = u32(b, start + HEADER).toString(16);
    let text = `${name.padEnd(5)} sqn 0x${sequence} gsi ${hex(b, start + 8, start + 14)}`;
    if (type === ODATA || type === RDATA) text += ` tsdulen ${u16(b, start + 14)}`;
    if (type === 1) text += ` subtype ${u16(b, start + HEADER + 6) === 0 ? 'General' : 'DLR'}`;
    return text;
  },
});

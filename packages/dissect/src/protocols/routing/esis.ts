// End System to Intermediate System (ISO 9542, RFC 995).
import { text, uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { osiNlpids } from '../../core/table.ts';
import { nsap } from './osi-address.ts';

const NLPID = 0x82;
const HEADER = 9;
const ES_HELLO = 2;
const IS_HELLO = 4;
const REDIRECT = 6;

const typeNames: Readonly<Record<number, string>> = { 2: 'ES HELLO', 4: 'IS HELLO', 6: 'RD REQUEST' };

const f = {
  discriminator: uint('esis.nlpi', 'Network Layer Protocol Identifier').at(0, 1).hex().named({ 130: 'ESIS' }),
  length: uint('esis.length', 'PDU Length').at(1, 1),
  version: uint('esis.ver', 'Version').at(2, 1),
  reserved: uint('esis.res', 'Reserved(==0)').at(3, 1),
  type: uint('esis.type', 'PDU Type').at(4, 1).mask(0x1f).named(typeNames),
  holding: uint('esis.htime', 'Holding Time').at(5, 2),
  checksum: uint('esis.chksum', 'Checksum').at(7, 2).hex(),
  count: uint('esis.number_of_source_addresses', 'Number of Source Addresses (SA, Format: NSAP)'),
  source: text('esis.sa', 'SA'),
  entity: text('esis.net', 'NET'),
  destination: text('esis.da', 'DA'),
};

export const esis: Protocol = protocol({
  name: 'esis',
  title: 'ISO 9542 ESIS Routeing Information Exchange Protocol',
  column: 'ESIS',
  fields: f,
  on: [[osiNlpids, NLPID]],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const length = p.buf[start + 1]!;
    if (length < HEADER) return p.malformed();
    if (p.end - start < length) return p.cut(length);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [f.discriminator, f.length, f.version, f.reserved, f.type, f.holding, f.checksum]) {
      out.fixed(field);
    }
    const end = Math.min(p.stop[layer]!, start + b[start + 1]!);
    if (start + HEADER < end) emitAddresses(b, b[start + 4]! & 0x1f, start + HEADER, end, out);
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < HEADER) return '';
    const type = p.bufferOf(layer)[p.start[layer]! + 4]! & 0x1f;
    return typeNames[type] ?? `Unknown (0x${type.toString(16)})`;
  },
});

function emitAddresses(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  if (type === ES_HELLO) {
    out.add(f.count, at, 1);
    for (let left = b[at++]!; left > 0 && at < end && at + 1 + b[at]! <= end; left--) {
      out.add(f.source, at + 1, b[at]!, nsap(b, at + 1, b[at]!));
      at += 1 + b[at]!;
    }
  } else if ((type === IS_HELLO || type === REDIRECT) && at + 1 + b[at]! <= end) {
    out.add(type === IS_HELLO ? f.entity : f.destination, at + 1, b[at]!, nsap(b, at + 1, b[at]!));
  }
}

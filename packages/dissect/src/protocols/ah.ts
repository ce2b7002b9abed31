// IP Authentication Header (RFC 4302). Like an IPv6 extension header, it names the protocol that follows it.
import { u32 } from '../core/bytes.ts';
import { bytes, uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { ipPayload } from './ip-payload.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const HEADER = 12;

const f = {
  nextHeader: uint('ah.next_header', 'Next header').at(0, 1).named(ipProtocolNames),
  length: uint('ah.length', 'Length').at(1, 1),
  reserved: bytes('ah.reserved', 'Reserved').at(2, 2),
  spi: uint('ah.spi', 'AH SPI').at(4, 4).hex(),
  sequence: uint('ah.sequence', 'AH Sequence').at(8, 4),
  icv: bytes('ah.icv', 'AH ICV'),
};

/** Header length in bytes (§2.2: the field counts 32-bit words, minus 2). */
export const ahLength = (b: Uint8Array, start: number): number => (b[start + 1]! + 2) * 4;

export const ah = protocol({
  name: 'ah',
  title: 'Authentication Header',
  column: 'AH',
  fields: f,
  on: [[ipProtocols, 51]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const length = ahLength(b, start);
    if (p.end - start < length) return p.cut(length);
    p.at = start + length;
    return ipPayload(p, b[start]!);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    for (const field of [f.nextHeader, f.length, f.reserved, f.spi, f.sequence]) out.fixed(field);
    if (p.stop[layer]! - start < HEADER) return;
    const length = ahLength(p.bufferOf(layer), start);
    if (length > HEADER && start + length <= p.stop[layer]!) out.add(f.icv, start + HEADER, length - HEADER);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 8) return '';
    return `AH (SPI=0x${u32(p.bufferOf(layer), start + 4)
      .toString(16)
      .padStart(8, '0')})`;
  },
});

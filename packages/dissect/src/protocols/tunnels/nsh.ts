// Network Service Header (RFC 8300).
import { u24 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, greProtocols } from '../../core/table.ts';
import { eth } from '../eth.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';

const HEADER = 8;
const FIXED_METADATA = 1;
const MPLS = 0x8847;

const nextNames = { 1: 'IPv4', 2: 'IPv6', 3: 'Ethernet', 4: 'NSH', 5: 'MPLS' };

const f = {
  version: uint('nsh.version', 'Version').at(0, 2).mask(0xc000),
  oam: uint('nsh.Obit', 'O Bit').at(0, 2).mask(0x2000),
  ttl: uint('nsh.ttl', 'Time to live').at(0, 2).mask(0x0fc0).hex(),
  length: uint('nsh.length', 'Length').at(0, 2).mask(0x003f),
  mdType: uint('nsh.mdtype', 'MD Type').at(2, 1).mask(0x0f),
  next: uint('nsh.nextproto', 'Next Protocol').at(3, 1).named(nextNames),
  path: uint('nsh.spi', 'SPI').at(4, 3),
  index: uint('nsh.si', 'SI').at(7, 1),
  context: bytes('nsh.contextheader', 'Context Header'),
  metadata: bytes('nsh.metadata', 'Variable Metadata'),
};

export const nsh: Protocol = protocol({
  name: 'nsh',
  title: 'Network Service Header',
  column: 'NSH',
  fields: f,
  on: [
    [etherTypes, 0x894f],
    [greProtocols, 0x894f],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    // §2.2: the length is in units of 4 bytes and includes the header.
    const length = Math.max(HEADER, (b[start + 1]! & 0x3f) * 4);
    if (p.end - start < length) return p.cut(length);
    p.at = start + length;
    if (p.at >= p.wireEnd) return null;
    switch (b[start + 3]) {
      case 1:
        return ip;
      case 2:
        return ipv6;
      case 3:
        return eth;
      case 4:
        return nsh;
      case 5:
        return etherTypes.get(MPLS) ?? data;
      default:
        return data;
    }
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    for (const field of [f.version, f.oam, f.ttl, f.length, f.mdType, f.next, f.path, f.index])
      out.fixed(field);
    const end = Math.min(start + (b[start + 1]! & 0x3f) * 4, p.stop[layer]!);
    if ((b[start + 2]! & 0x0f) !== FIXED_METADATA) {
      if (end > start + HEADER) out.add(f.metadata, start + HEADER, end - start - HEADER);
    } else for (let at = start + HEADER; at + 4 <= end; at += 4) out.add(f.context, at, 4);
  },
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < HEADER
      ? ''
      : `Path ${u24(p.bufferOf(layer), p.start[layer]! + 4)}, index ${p.bufferOf(layer)[p.start[layer]! + 7]}`,
});

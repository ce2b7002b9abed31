// Transparent Network Substrate (Oracle): packet header with length and type, and the fields of each type.
import { ascii, u16 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const PORT = 1521;
const HEADER = 8;
const types: Readonly<Record<number, string>> = {
  1: 'Connect',
  2: 'Accept',
  3: 'Acknowledge',
  4: 'Refuse',
  5: 'Redirect',
  6: 'Data',
  7: 'Null',
  9: 'Abort',
  11: 'Resend',
  12: 'Marker',
  13: 'Attention',
  14: 'Control',
  15: 'Data Descriptor',
};
const CONNECT = 1;
const TYPE_MAX = 19;

const f = {
  length: uint('tns.length', 'Packet Length').at(0, 2),
  checksum: uint('tns.packet_checksum', 'Packet Checksum').at(2, 2).hex(),
  type: uint('tns.type', 'Packet Type').at(4, 1).named(types),
  reserved: uint('tns.reserved_byte', 'Reserved Byte').at(5, 1).hex(),
  headerChecksum: uint('tns.header_checksum', 'Header Checksum').at(6, 2).hex(),
  version: uint('tns.version', 'Version'),
  compatible: uint('tns.compat_version', 'Version (compatible)'),
  dataLength: uint('tns.connect_data_length', 'Length of Connect Data'),
  dataOffset: uint('tns.connect_data_offset', 'Offset to Connect Data'),
  data: text('tns.connect_data', 'Connect Data'),
};

/**
 * A defined type and a length that covers the header; newer servers use a 4-byte length whose upper two bytes are zero.
 */
function lengthOf(p: Packet): number {
  const { buf: b, at } = p;
  if (b[at + 4]! === 0 || b[at + 4]! > TYPE_MAX) return 0;
  const length = u16(b, at);
  return length === 0 ? u16(b, at + 2) : length;
}

export const tns = protocol({
  name: 'tns',
  title: 'Transparent Network Substrate Protocol',
  column: 'TNS',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: { header: HEADER, length: lengthOf },
  step(p) {
    if (p.end - p.at < HEADER || lengthOf(p) < HEADER) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.length, f.checksum, f.type, f.reserved, f.headerChecksum]) out.fixed(field);
    if (b[start + 4] !== CONNECT || end - start < 28) return;
    out.add(f.version, start + 8, 2);
    out.add(f.compatible, start + 10, 2);
    out.add(f.dataLength, start + 24, 2);
    out.add(f.dataOffset, start + 26, 2);
    const at = start + u16(b, start + 26);
    const stop = Math.min(end, at + u16(b, start + 24));
    if (at < stop) out.add(f.data, at, stop - at, ascii(b, at, stop));
  },
  info(p, layer) {
    const type = p.bufferOf(layer)[p.start[layer]! + 4]!;
    return `${p.srcPort === PORT ? 'Response' : 'Request'}, ${types[type] ?? 'Unknown'} (${type})`;
  },
});

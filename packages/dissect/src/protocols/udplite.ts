// Lightweight User Datagram Protocol (RFC 3828): UDP with partial checksum coverage.
import { u16 } from '../core/bytes.ts';
import { uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { udpPayload } from './udp.ts';

const HEADER = 8;
const UDPLITE = 136;

const f = {
  srcport: uint('udp.srcport', 'Source Port').at(0, 2),
  dstport: uint('udp.dstport', 'Destination Port').at(2, 2),
  coverage: uint('udp.checksum_coverage', 'Checksum coverage').at(4, 2),
  checksum: uint('udp.checksum', 'Checksum').at(6, 2).hex(),
};

export const udplite = protocol({
  name: 'udplite',
  title: 'Lightweight User Datagram Protocol',
  column: 'UDP-Lite',
  fields: f,
  on: [[ipProtocols, UDPLITE]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.end - start < 4 ? p.cutUnseen(HEADER) : p.cut(HEADER);
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = UDPLITE;
    p.session.flows.see(p);
    p.payload[p.layer] = p.at = start + HEADER;
    if (p.at < p.wireEnd) udpPayload(p);
    return null;
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return `${u16(b, start)} → ${u16(b, start + 2)} Len=${p.stop[layer]! - start - HEADER}`;
  },
});

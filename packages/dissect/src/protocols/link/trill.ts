// TRILL: Ethernet frames routed between RBridges (RFC 6325 §3).
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { eth } from '../eth.ts';

const HEADER = 6;
const f = {
  version: uint('trill.version', 'Version').at(0, 2).mask(0xc000),
  reserved: uint('trill.reserved', 'Reserved').at(0, 2).mask(0x3000),
  multicast: bool('trill.multi_dst', 'Multi Destination').at(0, 2).mask(0x0800),
  optionLength: uint('trill.op_len', 'Option Length').at(0, 2).mask(0x07c0),
  hopCount: uint('trill.hop_cnt', 'Hop Count').at(0, 2).mask(0x003f),
  egress: uint('trill.egress_nick', 'Egress/Root RBridge Nickname').at(2, 2),
  ingress: uint('trill.ingress_nick', 'Ingress RBridge Nickname').at(4, 2),
  options: bytes('trill.options', 'Options'),
};

/** Length of the options; the field is in units of four bytes (§3.5). */
function optionsLength(b: Uint8Array, at: number): number {
  return ((u16(b, at) >> 6) & 0x1f) * 4;
}

export const trill: Protocol = protocol({
  name: 'trill',
  title: 'TRILL',
  column: 'TRILL',
  info: () => 'TRILL Encapsulated Frame',
  fields: f,
  on: [[etherTypes, 0x22f3]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const length = HEADER + optionsLength(p.buf, p.at);
    if (p.end - p.at < length) return p.cut(length);
    p.at += length;
    return eth;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [f.version, f.reserved, f.multicast, f.optionLength, f.hopCount, f.egress, f.ingress])
      out.fixed(field);
    const length = optionsLength(p.bufferOf(layer), start);
    if (length > 0) out.add(f.options, start + HEADER, length);
  },
});

// Ethernet frames in IP (RFC 3378).
import { u16 } from '../core/bytes.ts';
import { uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { eth } from './eth.ts';

const HEADER = 2;

// RFC 8986 §4.9: Ethernet may also be the payload of IP itself, as in SRv6.
ipProtocols.set(143, eth);

const f = {
  version: uint('etherip.ver', 'Version').at(0, 2).mask(0xf000),
  reserved: uint('etherip.reserved', 'Reserved').at(0, 2).mask(0x0fff).hex(),
};

export const etherip = protocol({
  name: 'etherip',
  title: 'EtherIP',
  column: 'EtherIP',
  fields: f,
  on: [[ipProtocols, 97]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at += HEADER;
    return p.at < p.end ? eth : null;
  },
  headline: (p, layer) => `, Version ${u16(p.bufferOf(layer), p.start[layer]!) >> 12}`,
});

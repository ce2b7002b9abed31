// IP Payload Compression (RFC 3173): the header; the payload is not decompressed.
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { uint } from '../core/field.ts';
import { LISTED, NESTED } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols } from '../core/table.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const HEADER = 4;

/** §3.3: compression parameter indices 0 to 63 are algorithms. */
const algorithms: Readonly<Record<number, string>> = { 1: 'OUI', 2: 'DEFLATE', 3: 'LZS' };

const f = {
  nextHeader: uint('ipcomp.next_header', 'Next Header').at(0, 1).hex().named(ipProtocolNames),
  flags: uint('ipcomp.flags', 'IPComp Flags').at(1, 1).hex(),
  cpi: uint('ipcomp.cpi', 'IPComp CPI').at(2, 2).hex().named(algorithms),
};

export const ipcomp = protocol({
  name: 'ipcomp',
  title: 'IP Payload Compression',
  column: 'IPComp',
  fields: f,
  on: [[ipProtocols, 108]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.payload[p.layer] = p.at += HEADER;
    if (p.at < p.end) p.run(data, LISTED | NESTED);
    return null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const cpi = u16(p.bufferOf(layer), start + 2);
    const name = algorithms[cpi];
    return name === undefined
      ? `IPComp (CPI=0x${cpi.toString(16).padStart(4, '0')})`
      : `IPComp (CPI=${name})`;
  },
});

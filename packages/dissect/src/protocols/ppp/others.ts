// PPP payloads of which only the header is dissected: compressed datagrams (RFC 1962 §3), Van Jacobson compression (RFC
// 1144), bandwidth allocation and callback control, bridging (RFC 3518), multilink fragments (RFC 1990).
import { u24 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, pppProtocols } from '../../core/table.ts';
import { byPppProtocol } from './ppp.ts';

/** Compressed or encrypted data. */
export const compData = protocol({
  name: 'comp_data',
  title: 'PPP Compressed Datagram',
  column: 'PPP Comp',
  info: () => 'Compressed data',
  on: [[pppProtocols, 0x00fd]],
  step(p) {
    p.at = p.end;
    return null;
  },
});

const COMPRESSED = 0x002d;
export const vjc: Protocol = protocol({
  name: 'vjc',
  title: 'PPP VJ Compression',
  column: 'PPP VJC',
  info: (p, layer) => (p.mark[layer] === COMPRESSED ? 'Compressed data' : 'Uncompressed data'),
  on: [[pppProtocols, COMPRESSED, 0x002f]],
  step(p) {
    // RFC 1144 §3.2.3: an uncompressed packet is IP with the connection number in place of the protocol.
    if (p.at >= 2) p.mark[p.count - 1] = p.buf[p.at - 1]!;
    return p.at < p.end ? data : null;
  },
});

const cpTexts: Readonly<Record<number, string>> = {
  1: 'Callback Request',
  2: 'Callback Response',
  3: 'Callback Ack',
};
export const cbcp = protocol({
  name: 'cbcp',
  title: 'PPP Callback Control Protocol',
  column: 'PPP CBCP',
  info: (p, layer) =>
    p.stop[layer]! > p.start[layer]! ? (cpTexts[p.bufferOf(layer)[p.start[layer]!]!] ?? 'Unknown') : '',
  on: [[pppProtocols, 0xc029]],
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    p.at = p.end;
    return null;
  },
});

const bapTexts: Readonly<Record<number, string>> = {
  1: 'Call Request',
  2: 'Call Response',
  3: 'Callback Request',
  4: 'Callback Response',
  5: 'Link Drop Query Request',
  6: 'Link Drop Query Response',
  7: 'Call Status Indication',
  8: 'Call Status Response',
};
export const bap = protocol({
  name: 'bap',
  title: 'PPP Bandwidth Allocation Protocol',
  column: 'PPP BAP',
  info: (p, layer) =>
    p.stop[layer]! > p.start[layer]! ? (bapTexts[p.bufferOf(layer)[p.start[layer]!]!] ?? 'Unknown') : '',
  on: [[pppProtocols, 0xc02d]],
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    p.at = p.end;
    return null;
  },
});

const BRIDGE_ETHERNET = 1;
const bridge = {
  flags: uint('bcp_bpdu.flags', 'Flags').at(0, 1).hex(),
  macType: uint('bcp_bpdu.mac_type', 'MAC Type').at(1, 1),
};
export const bcpBpdu: Protocol = protocol({
  name: 'bcp_bpdu',
  title: 'PPP Bridging Control Protocol Bridged PDU',
  column: 'PPP BCP',
  fields: bridge,
  on: [[pppProtocols, 0x0031]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    const type = p.buf[p.at + 1]!;
    p.at += 2;
    if (p.at >= p.end) return null;
    return (type === BRIDGE_ETHERNET ? etherTypes.get(0x6558) : undefined) ?? data;
  },
});

/** Bits B and E, both set in a fragment that is a whole packet (RFC 1990 §3). */
const WHOLE = 0xc0;
const mpFields = {
  fragment: uint('mp.frag', 'Fragment').at(0, 1).hex().mask(0xc0),
  first: bool('mp.first', 'First fragment').at(0, 1).mask(0x80),
  last: bool('mp.last', 'Last fragment').at(0, 1).mask(0x40),
  sequence: uint('mp.seq', 'Sequence number').at(1, 3),
};
export const mp: Protocol = protocol({
  name: 'mp',
  title: 'PPP Multilink Protocol',
  column: 'PPP MP',
  fields: mpFields,
  on: [[pppProtocols, 0x003d]],
  step(p) {
    if (p.end - p.at < 4) return p.cut(4);
    const isWhole = (p.buf[p.at]! & WHOLE) === WHOLE;
    p.at += 4;
    return isWhole ? byPppProtocol(p) : data;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    return p.stop[layer]! - start < 4 ? '' : `Fragment ${u24(p.bufferOf(layer), start + 1)}`;
  },
});

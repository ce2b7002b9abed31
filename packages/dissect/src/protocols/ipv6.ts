// Internet Protocol version 6 (RFC 8200); jumbograms (RFC 2675).
import { u16, u32 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import type { AddExpertInfo } from '../core/expert.ts';
import { alias, ether, type Field, ipv4, ipv6 as ipv6Field, none, text, uint } from '../core/field.ts';
import { ipv6Host, withAddress } from '../core/host.ts';
import { IPV6, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { etherTypes, greProtocols, ipProtocols, linkTypes, pppProtocols } from '../core/table.ts';
import { ipv6Address } from '../core/text.ts';
import { ipv6Info, ipv6Payload } from './ipv6-extensions.ts';
import { jumboLength } from './ipv6-options.ts';
import { dscpNames, ecnNames, serviceNote } from './names/dscp.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const HEADER = 40;
const SRC = 8;
const DST = 24;

const src = ipv6Field('ipv6.src', 'Source Address').at(SRC, 16);
const dst = ipv6Field('ipv6.dst', 'Destination Address').at(DST, 16);
const srcHost = text('ipv6.src_host', 'Source Host').at(SRC, 16).hidden().get(hostAt(SRC));
const dstHost = text('ipv6.dst_host', 'Destination Host').at(DST, 16).hidden().get(hostAt(DST));
const srcSlaac = ether('ipv6.src_slaac_mac', 'Source SLAAC MAC');
const dstSlaac = ether('ipv6.dst_slaac_mac', 'Destination SLAAC MAC');
const PAYLOAD_ZERO = 'IPv6 payload length equals 0 (maybe because of "TCP segmentation offload" (TSO))';
const NO_JUMBO = 'IPv6 payload length equals 0 and Hop-By-Hop present and Jumbo Payload option missing';
const f = {
  version: uint('ipv6.version', 'Version').at(0, 1).mask(0xf0),
  // So that `ip.version == 6` finds these too, as in Wireshark.
  ipVersion: uint('ip.version', 'Version').mask(0xf0).hidden(),
  tclass: uint('ipv6.tclass', 'Traffic Class').at(0, 4).mask(0x0ff00000).hex(),
  dscp: uint('ipv6.tclass.dscp', 'Differentiated Services Codepoint')
    .at(0, 4)
    .mask(0x0fc00000)
    .named(dscpNames),
  ecn: uint('ipv6.tclass.ecn', 'Explicit Congestion Notification').at(0, 4).mask(0x00300000).named(ecnNames),
  flow: uint('ipv6.flow', 'Flow Label').at(1, 3).mask(0x0fffff).hex(),
  plen: uint('ipv6.plen', 'Payload Length').at(4, 2),
  plenZero: none('ipv6.plen_zero', PAYLOAD_ZERO),
  jumboMissing: none('ipv6.opt.jumbo.missing', NO_JUMBO),
  nxt: uint('ipv6.nxt', 'Next Header').at(6, 1).named(ipProtocolNames),
  hlim: uint('ipv6.hlim', 'Hop Limit').at(7, 1),
  src,
  srcHost,
  srcSlaac,
  src6to4: ipv4('ipv6.src_6to4_gw_ipv4', 'Source 6to4 Gateway IPv4'),
  srcTeredoServer: ipv4('ipv6.src_ts_ipv4', 'Source Teredo Server IPv4'),
  srcTeredoPort: uint('ipv6.src_tc_port', 'Source Teredo Port'),
  srcTeredoClient: ipv4('ipv6.src_tc_ipv4', 'Source Teredo Client IPv4'),
  dst,
  dstHost,
  dstSlaac,
  slaac: alias('ipv6.slaac_mac', 'SLAAC MAC', [srcSlaac, dstSlaac]),
  dst6to4: ipv4('ipv6.dst_6to4_gw_ipv4', 'Destination 6to4 Gateway IPv4'),
  dstTeredoServer: ipv4('ipv6.dst_ts_ipv4', 'Destination Teredo Server IPv4'),
  dstTeredoPort: uint('ipv6.dst_tc_port', 'Destination Teredo Port'),
  dstTeredoClient: ipv4('ipv6.dst_tc_ipv4', 'Destination Teredo Client IPv4'),
  addr: alias('ipv6.addr', 'Source or Destination Address', [src, dst]),
  host: alias('ipv6.host', 'Source or Destination Host', [srcHost, dstHost]),
};

/** Reports a payload length of zero where there is a payload (RFC 2675 §3 for a jumbogram's). */
export function expertPayloadZero(p: Packet, layer: number, add: AddExpertInfo): void {
  const name = payloadZero(p, layer);
  if (name === f.plenZero) add('chat', 'protocol', PAYLOAD_ZERO, { under: f.plen, name });
  else if (name !== null) add('error', 'malformed', NO_JUMBO, { under: f.plen, name });
}

function payloadZero(p: Packet, layer: number): Field | null {
  const start = p.start[layer]!;
  const b = p.bufferOf(layer);
  if (start + HEADER > p.stop[layer]! || u16(b, start + 4) !== 0) return null;
  const isWithin = layer > 0 && p.layerFrom[layer - 1] === p.layerFrom[layer];
  const end = isWithin ? p.stop[layer - 1]! : b.length;
  if (end <= start + HEADER) return null;
  if (b[start + 6] !== 0) return f.plenZero;
  return p.capturedLength >= p.wireLength && jumboLength(b, start + HEADER, end) < 0 ? f.jumboMissing : null;
}

export const ipv6: Protocol = protocol({
  name: 'ipv6',
  title: 'Internet Protocol Version 6',
  column: 'IPv6',
  fields: f,
  on: [
    [etherTypes, 0x86dd],
    [ipProtocols, 41],
    [linkTypes, 229],
    [pppProtocols, 0x0057],
    [greProtocols, 0x86dd],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end > start && b[start]! >> 4 !== 6) {
      // Not IPv6.
      p.count--;
      return data;
    }
    if (p.end - start < HEADER) return p.cut(HEADER);
    const layer = p.count - 1;
    const next = b[start + 6]!;
    let length = u16(b, start + 4);
    if (length === 0 && next === 0) length = Math.max(0, jumboLength(b, start + HEADER, p.end));
    p.narrow(layer, HEADER + length);
    p.netKind = IPV6;
    p.netBuf = b;
    p.netSrc = start + SRC;
    p.netDst = start + DST;
    p.showAddresses(IPV6, start + SRC, start + DST);
    p.at = start + HEADER;
    p.payload[layer] = p.at;
    return ipv6Payload(p, next, layer);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.version);
    out.add(f.ipVersion, start, 1);
    out.openFixed(f.tclass);
    out.note(serviceNote((u16(p.bufferOf(layer), start) >> 4) & 0xff));
    out.fixed(f.dscp);
    out.fixed(f.ecn);
    out.close();
    out.fixed(f.flow);
    out.fixed(f.plen);
    const zero = payloadZero(p, layer);
    if (zero !== null) out.add(zero, start + 4, 0);
    out.fixed(f.nxt);
    out.fixed(f.hlim);
    out.fixed(f.src);
    out.fixed(f.srcHost);
    out.fixed(f.dst);
    out.fixed(f.dstHost);
    if (p.stop[layer]! - start < HEADER) return;
    const b = p.bufferOf(layer);
    emitEmbedded(b, start + SRC, out, f.src6to4, f.srcTeredoServer, f.srcTeredoPort, f.srcTeredoClient);
    emitEmbedded(b, start + DST, out, f.dst6to4, f.dstTeredoServer, f.dstTeredoPort, f.dstTeredoClient);
    if (hasMac(b, start + SRC)) out.add(f.srcSlaac, start + SRC + 8, 8, macOf(b, start + SRC));
    if (hasMac(b, start + DST)) out.add(f.dstSlaac, start + DST + 8, 8, macOf(b, start + DST));
  },
  headline(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const b = p.bufferOf(layer);
    const { addressNames } = p.session;
    const source = withAddress(addressNames, ipv6Address(b, start + SRC));
    return `, Src: ${source}, Dst: ${withAddress(addressNames, ipv6Address(b, start + DST))}`;
  },
  info: (p, layer) => (p.mark[layer] === 0 ? '' : ipv6Info(p.mark[layer]! - 1)),
});

/** Getter of the name of the address `at` bytes into the header; of the address, if it has none. */
function hostAt(at: number): (p: Packet, layer: number) => string | undefined {
  return (p, layer) => {
    const start = p.start[layer]! + at;
    return start + 16 > p.stop[layer]! ? undefined : ipv6Host(p, p.bufferOf(layer), start);
  };
}

/** Embedded IPv4 addresses: 6to4 (RFC 3056 §2) and Teredo, whose client address is inverted (RFC 4380 §4). */
function emitEmbedded(
  b: Uint8Array,
  at: number,
  out: Sink,
  sixToFour: (typeof f)['src6to4'],
  server: (typeof f)['src6to4'],
  port: (typeof f)['srcTeredoPort'],
  client: (typeof f)['src6to4'],
): void {
  if (u16(b, at) === 0x2002) out.add(sixToFour, at + 2, 4);
  if (u32(b, at) !== 0x20010000) return;
  out.add(server, at + 4, 4);
  out.add(port, at + 10, 2, u16(b, at + 10) ^ 0xffff);
  out.add(
    client,
    at + 12,
    4,
    b.slice(at + 12, at + 16).map((byte) => byte ^ 0xff),
  );
}

/** RFC 4291 appendix A: an interface identifier derived from a MAC address has ff:fe in the middle. */
function hasMac(b: Uint8Array, at: number): boolean {
  return (b[at + 8]! & 2) !== 0 && u16(b, at + 11) === 0xfffe;
}

function macOf(b: Uint8Array, at: number): Uint8Array {
  const mac = new Uint8Array(6);
  mac.set(b.subarray(at + 8, at + 11));
  mac.set(b.subarray(at + 13, at + 16), 3);
  mac[0]! ^= 2;
  return mac;
}

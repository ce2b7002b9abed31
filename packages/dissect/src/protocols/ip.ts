// Internet Protocol version 4 (RFC 791), with reassembly of fragments.
import { u16, u32 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { alias, bool, ipv4, none, text, uint, type Value } from '../core/field.ts';
import { ipv4Host, withAddress } from '../core/host.ts';
import { IPV4, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { etherTypes, greProtocols, ipProtocols, linkTypes, pppProtocols } from '../core/table.ts';
import { ipv4Address } from '../core/text.ts';
import { badIpChecksum, statusOf } from '../expert/checksums.ts';
import type { Assembled } from '../flows/fragments.ts';
import { emitIpOptions, ipOptionFields } from './ip-options.ts';
import { ipPayload } from './ip-payload.ts';
import { dscpNames, ecnNames, serviceNote } from './names/dscp.ts';
import { ipProtocolName, ipProtocolNames } from './names/ip-protocols.ts';
import { emitFragments, enterFragments, fragmentFields, reassembledIn } from './reassembled.ts';

const HEADER = 20;

const src = ipv4('ip.src', 'Source Address').at(12, 4);
const dst = ipv4('ip.dst', 'Destination Address').at(16, 4);
const srcHost = text('ip.src_host', 'Source Host').at(12, 4).hidden().get(hostAt(12));
const dstHost = text('ip.dst_host', 'Destination Host').at(16, 4).hidden().get(hostAt(16));
const f = {
  version: uint('ip.version', 'Version').at(0, 1).mask(0xf0),
  hdrLen: uint('ip.hdr_len', 'Header Length').shownAs(headerLine),
  dsfield: uint('ip.dsfield', 'Differentiated Services Field').at(1, 1).hex(),
  dscp: uint('ip.dsfield.dscp', 'Differentiated Services Codepoint').at(1, 1).mask(0xfc).named(dscpNames),
  ecn: uint('ip.dsfield.ecn', 'Explicit Congestion Notification').at(1, 1).mask(0x03).named(ecnNames),
  len: uint('ip.len', 'Total Length').at(2, 2).get(totalLength),
  id: uint('ip.id', 'Identification').at(4, 2).hex(),
  flags: uint('ip.flags', 'Flags')
    .at(6, 1)
    .mask(0xe0)
    .hex()
    .shownAs(
      (value) => `${Number(value).toString(2).padStart(3, '0')}. .... = Flags: 0x${value.toString(16)}`,
    ),
  rb: bool('ip.flags.rb', 'Reserved bit').at(6, 1).mask(0x80),
  df: bool('ip.flags.df', "Don't fragment").at(6, 1).mask(0x40),
  mf: bool('ip.flags.mf', 'More fragments').at(6, 1).mask(0x20),
  // In units of 8 bytes, as in Wireshark's filters.
  fragOffset: uint('ip.frag_offset', 'Fragment Offset')
    .at(6, 2)
    .mask(0x1fff)
    .byName()
    .named((units) => String(units * 8)),
  ttl: uint('ip.ttl', 'Time to Live').at(8, 1),
  // The findings of the expert information.
  ttlBeyondLink: none(
    'ip.ttl.lncb',
    '"Time To Live" != 1 for a packet sent to the Local Network Control Block (see RFC 3171)',
  ).hidden(),
  ttlTooSmall: none('ip.ttl.too_small', '"Time To Live" too small').hidden(),
  proto: uint('ip.proto', 'Protocol').at(9, 1).named(ipProtocolNames),
  checksum: uint('ip.checksum', 'Header Checksum').at(10, 2).hex(),
  checksumStatus: uint('ip.checksum.status', 'Header checksum status').byName().named({
    0: 'Bad',
    1: 'Good',
    2: 'Unverified',
  }),
  src,
  srcHost,
  dst,
  dstHost,
  addr: alias('ip.addr', 'Source or Destination Address', [src, dst]),
  ...ipOptionFields,
  ...fragmentFields('ip', 'IPv4'),
  host: alias('ip.host', 'Source or Destination Host', [srcHost, dstHost]),
};

/** Getter of the name of the address `at` bytes into the header; of the address, if it has none. */
function hostAt(at: number): (p: Packet, layer: number) => string | undefined {
  return (p, layer) => {
    const start = p.start[layer]! + at;
    return start + 4 > p.stop[layer]! ? undefined : ipv4Host(p, p.bufferOf(layer), start);
  };
}

/** `.... 0101 = Header Length: 20 bytes (5)`: the header carries it in 32-bit words. */
function headerLine(value: Value): string {
  const words = Number(value) / 4;
  return `.... ${words.toString(2).padStart(4, '0')} = Header Length: ${value} bytes (${words})`;
}

const FLAG_WORDS = [
  [0x80, 'Reserved bit'],
  [0x40, "Don't fragment"],
  [0x20, 'More fragments'],
] as const;

/** `, Don't fragment`, by the three bits. */
const flagTexts = Array.from({ length: 8 }, (_, bits) =>
  FLAG_WORDS.map(([bit, words]) => ((bits << 5) & bit ? `, ${words}` : '')).join(''),
);
const flagWords = (flags: number): string => flagTexts[flags >> 5]!;

/** Bytes. 0 in the header means a length beyond 16 bits: segmentation offload, or BIG TCP. */
function totalLength(p: Packet, layer: number): number | undefined {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < 4) return undefined;
  return u16(p.bufferOf(layer), start + 2) || p.stop[layer]! - start;
}

/** Bytes. RFC 791 §3.1: the header counts in units of 8. */
function fragmentOffset(b: Uint8Array, start: number): number {
  return (u16(b, start + 6) & 0x1fff) * 8;
}

/** Marks of a layer: a fragment that does not complete its datagram, one that does, and inconsistent headers. */
const FRAGMENT = 1;
const REASSEMBLED = 2;
const BOGUS_VERSION = 3;
const BOGUS_HEADER_LENGTH = 4;
const BOGUS_TOTAL_LENGTH = 5;

const PIM = 103;
const OSPF = 89;
/** 224.0.0.0/24, whose packets may not leave the link (RFC 5771 §4), with exceptions by protocol. */
const ANY_TTL = [18, 102, 251, 252];

/** What is notable about the time to live of the header at `start`. */
export function hopFinding(b: Uint8Array, start: number): 'beyond link' | 'too small' | null {
  const ttl = b[start + 8]!;
  if (ttl >= 5 && b[start + 16] !== 0xe0) return null;
  const destination = u32(b, start + 16);
  if (destination >>> 8 === 0xe00000)
    return ttl !== 1 && !ANY_TTL.includes(destination & 0xff) ? 'beyond link' : null;
  const isRouting = b[start + 9] === PIM || b[start + 9] === OSPF;
  return ttl < 5 && destination >>> 28 !== 0xe && !isRouting ? 'too small' : null;
}

export const ip: Protocol = protocol({
  name: 'ip',
  title: 'Internet Protocol Version 4',
  column: 'IPv4',
  fields: f,
  on: [
    [etherTypes, 0x0800],
    [ipProtocols, 4],
    [linkTypes, 228],
    [pppProtocols, 0x0021],
    [greProtocols, 0x0800, 0x883e],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const layer = p.count - 1;
    if (b[start]! >> 4 !== 4) return bogus(p, layer, BOGUS_VERSION, 1);
    const headerLength = (b[start]! & 0x0f) * 4;
    if (headerLength < HEADER) return bogus(p, layer, BOGUS_HEADER_LENGTH, 1);
    // Total length 0 (segmentation offload): the packet extends to the end of the frame.
    const totalLength = u16(b, start + 2);
    if (totalLength >= headerLength) p.narrow(layer, totalLength);
    else if (totalLength !== 0) return bogus(p, layer, BOGUS_TOTAL_LENGTH, 4);
    p.netKind = IPV4;
    p.netBuf = b;
    p.netSrc = start + 12;
    p.netDst = start + 16;
    p.showAddresses(IPV4, start + 12, start + 16);
    p.at = start + headerLength;
    if (p.at > p.end) return p.cut(0);
    const fragment = u16(b, start + 6);
    if ((fragment & 0x3fff) !== 0) return assemble(p, layer, start, fragment);
    return ipPayload(p, b[start + 9]!);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const headerLength = (b[start]! & 0x0f) * 4;
    out.fixed(f.version);
    if (p.mark[layer] === BOGUS_VERSION) return;
    out.add(f.hdrLen, start, 1, headerLength);
    if (p.stop[layer]! - start < HEADER) return emitCut(out);
    out.openFixed(f.dsfield);
    out.note(serviceNote(b[start + 1]!));
    out.fixed(f.dscp);
    out.fixed(f.ecn);
    out.close();
    out.fixed(f.len);
    out.fixed(f.id);
    out.note(` (${u16(b, start + 4)})`);
    out.openFixed(f.flags);
    out.note(flagWords(b[start + 6]!));
    out.fixed(f.rb);
    out.fixed(f.df);
    out.fixed(f.mf);
    out.close();
    out.fixed(f.fragOffset);
    out.fixed(f.ttl);
    const finding = hopFinding(b, start);
    if (finding !== null) out.add(finding === 'beyond link' ? f.ttlBeyondLink : f.ttlTooSmall, start + 8, 1);
    out.fixed(f.proto);
    out.fixed(f.checksum);
    const isAsked = p.session.preferences['ip.check_checksum'];
    if (!isAsked) out.note(' [validation disabled]');
    out.add(f.checksumStatus, start + 10, 0, statusOf(isAsked, badIpChecksum(p, layer)));
    out.fixed(f.src);
    out.fixed(f.srcHost);
    out.fixed(f.dst);
    out.fixed(f.dstHost);
    if (headerLength > HEADER)
      emitIpOptions(b, start + HEADER, Math.min(start + headerLength, p.stop[layer]!), out);
    if (p.mark[layer] === REASSEMBLED) emitFragments(f, p.notes[layer] as Assembled, start, out);
    else if (p.mark[layer] === FRAGMENT && reassembledIn(p) > 0)
      out.add(f.reassembledIn, start, 0, reassembledIn(p));
  },
  headline(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const b = p.bufferOf(layer);
    const { addressNames } = p.session;
    const source = withAddress(addressNames, ipv4Address(b, start + 12));
    return `, Src: ${source}, Dst: ${withAddress(addressNames, ipv4Address(b, start + 16))}`;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const headerLength = (b[start]! & 0x0f) * 4;
    switch (p.mark[layer]) {
      case BOGUS_VERSION:
        return `Bogus IPv4 version (${b[start]! >> 4}, must be 4)`;
      case BOGUS_HEADER_LENGTH:
        return `Bogus IP header length (${headerLength}, must be at least ${HEADER})`;
      case BOGUS_TOTAL_LENGTH:
        return `Bogus IP length (${u16(b, start + 2)}, less than header length ${headerLength})`;
      case FRAGMENT:
        return fragmentText(p, b, start);
      default:
        return isUnknown(p, layer) ? `${ipProtocolName(b[start + 9]!)} (${b[start + 9]})` : '';
    }
  },
});

/** Whether the payload's protocol is unknown. */
function isUnknown(p: Packet, layer: number): boolean {
  let next = layer + 1;
  while (next < p.count && p.flags[next] === 0) next++;
  return next < p.count && p.protocols[next] === data;
}

function fragmentText(p: Packet, b: Uint8Array, start: number): string {
  const id = u16(b, start + 4)
    .toString(16)
    .padStart(4, '0');
  const proto = b[start + 9]!;
  const text = `Fragmented IP protocol (proto=${ipProtocolName(proto)} ${proto}, off=${fragmentOffset(b, start)}, ID=${id})`;
  const whole = reassembledIn(p);
  return whole > 0 ? `${text} [Reassembled in #${whole}]` : text;
}

/** For an inconsistent header: the layer keeps its first bytes, and dissection stops. */
function bogus(p: Packet, layer: number, mark: number, bytesKept: number): null {
  p.mark[layer] = mark;
  p.at = p.stop[layer] = p.start[layer]! + bytesKept;
  return null;
}

/** Emits the fields of a truncated header. */
function emitCut(out: Sink): void {
  for (const field of [f.dsfield, f.len, f.id, f.flags, f.ttl, f.proto, f.checksum, f.src]) out.fixed(field);
}

function assemble(p: Packet, layer: number, start: number, fragment: number): Protocol | null {
  const b = p.buf;
  // Truncated by the capture, or shorter than its length field: cannot be reassembled.
  if (p.wireEnd > p.end || p.wireEnd < start + u16(b, start + 2)) {
    p.mark[layer] = FRAGMENT;
    return (fragment & 0x1fff) === 0 ? ipPayload(p, b[start + 9]!) : data;
  }
  if (p.at >= p.end) return null;
  p.mark[layer] = FRAGMENT;
  // A fragment quoted in an ICMP error was counted when it was sent.
  if (p.isQuoted) return data;
  const key = `4 ${u32(b, start + 12)} ${u32(b, start + 16)} ${u16(b, start + 4)} ${b[start + 9]}`;
  const offset = (fragment & 0x1fff) * 8;
  const whole = p.session.fragments.add(
    key,
    p.number,
    p.seconds,
    b,
    p.at,
    p.end - p.at,
    offset,
    (fragment & 0x2000) === 0,
  );
  if (whole === null) return data;
  enterFragments(p, whole);
  p.mark[layer] = REASSEMBLED;
  p.transport = 0;
  p.notes[layer] = whole;
  p.callIn('Reassembled IPv4', ipProtocols.get(b[start + 9]!) ?? data, whole.bytes, 0, whole.bytes.length);
  return null;
}

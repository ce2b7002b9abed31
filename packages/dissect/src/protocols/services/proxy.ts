// PROXY protocol (HAProxy, "The PROXY protocol", versions 1 and 2): a header with the client's address that a proxy
// sends at the beginning of the connection.
import { ipv4 as ipv4Bytes, ipv6 as ipv6Bytes } from '../../core/address-text.ts';
import { ascii, indexOf, spells, u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics } from '../../core/table.ts';
import { runFramed } from '../../flows/framing.ts';

/** Signature of version 2 (§2.2), with which no other protocol begins. */
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const SECOND_HEADER = 16;
/** Maximum length of the version 1 line including CR LF (§2.1). */
const LINE_BYTES_MAX = 108;
const CR = 0x0d;
const SSL = 0x20;

/** Address length by address family (§2.2). */
const families: Readonly<Record<number, number>> = { 1: 4, 2: 16, 3: 108 };
const transports: Readonly<Record<number, string>> = {
  0x00: 'UNSPEC',
  0x11: 'TCP over IPv4',
  0x12: 'UDP over IPv4',
  0x21: 'TCP over IPv6',
  0x22: 'UDP over IPv6',
  0x31: 'UNIX stream',
  0x32: 'UNIX datagram',
};
const tlvTypes: Readonly<Record<number, string>> = {
  0x01: 'ALPN',
  0x02: 'AUTHORITY',
  0x03: 'CRC32C',
  0x04: 'NOOP',
  0x20: 'SSL',
  0x21: 'SSL VERSION',
  0x22: 'SSL CN',
  0x23: 'SSL CIPHER',
  0x24: 'SSL SIG ALG',
  0x25: 'SSL KEY ALG',
  0x30: 'NETNS',
  0xea: 'AWS',
};

const f = {
  version: uint('proxy.version', 'Version').derived(),
  src: ipv4('proxy.src.ipv4', 'Source Address'),
  dst: ipv4('proxy.dst.ipv4', 'Destination Address'),
  src6: ipv6('proxy.src.ipv6', 'Source Address'),
  dst6: ipv6('proxy.dst.ipv6', 'Destination Address'),
  srcPort: uint('proxy.srcport', 'Source Port'),
  dstPort: uint('proxy.dstport', 'Destination Port'),
  magic: none('proxy.v1.magic', 'PROXY v1 magic'),
  transport: text('proxy.v1.proto', 'Protocol'),
  unknownText: text('proxy.v1.unknown', 'Unknown data'),
  badFormat: none('proxy.bad_format', 'Badly formatted PROXY header line'),
  signature: bytes('proxy.v2.magic', 'Magic').at(0, 12),
  version2: uint('proxy.v2.version', 'Version').at(12, 1).mask(0xf0),
  command: uint('proxy.v2.cmd', 'Command').at(12, 1).mask(0x0f),
  familyTransport: uint('proxy.v2.addr_family_protocol', 'Address Family Protocol')
    .at(13, 1)
    .hex()
    .named(transports),
  family: uint('proxy.v2.addr_family', 'Address Family')
    .at(13, 1)
    .mask(0xf0)
    .hex()
    .named({ 0: 'Unknown', 1: 'IPv4', 2: 'IPv6', 3: 'UNIX' }),
  protocol: uint('proxy.v2.protocol', 'Protocol').at(13, 1).mask(0x0f).hex(),
  length: uint('proxy.v2.length', 'Length').at(14, 2),
  srcUnix: bytes('proxy.v2.src.unix', 'Source Address'),
  dstUnix: bytes('proxy.v2.dst.unix', 'Destination Address'),
  unknown: bytes('proxy.v2.unknown', 'Unknown data'),
  tlv: none('proxy.v2.tlv', 'TLV'),
  tlvType: uint('proxy.v2.tlv.type', 'Type').hex().named(tlvTypes),
  tlvLength: uint('proxy.v2.tlv.length', 'Length'),
  tlvValue: bytes('proxy.v2.tlv.value', 'Value'),
  client: uint('proxy.v2.tlv.ssl.client', 'Client').hex(),
  verify: uint('proxy.v2.tlv.ssl.verify', 'Verify').hex(4),
  sslVersion: text('proxy.v2.tlv.ssl.version', 'Version'),
  sslName: text('proxy.v2.tlv.ssl.cn', 'CN'),
  sslCipher: text('proxy.v2.tlv.ssl.cipher', 'Cipher'),
  sslSignature: text('proxy.v2.tlv.ssl.sig_alg', 'SIG ALG'),
  // "keu" is Wireshark's spelling.
  sslKey: text('proxy.v2.tlv.ssl.keu_alg', 'Key ALG'),
};

const sslTexts: Readonly<Record<number, typeof f.sslName>> = {
  0x21: f.sslVersion,
  0x22: f.sslName,
  0x23: f.sslCipher,
  0x24: f.sslSignature,
  0x25: f.sslKey,
};

/** Length of the version 1 line including CR LF; 0 if it is invalid or incomplete. */
function lineLength(b: Uint8Array, at: number, end: number): number {
  if (!spells(b, at, end, 'PROXY TCP4 ') && !spells(b, at, end, 'PROXY TCP6 ')) {
    if (!spells(b, at, end, 'PROXY UNKNOWN')) return 0;
  }
  const stop = indexOf(b, CR, at, Math.min(end, at + LINE_BYTES_MAX));
  return stop < 0 || b[stop + 1] !== 0x0a || stop + 2 > end ? 0 : stop + 2 - at;
}

const isSecond = (b: Uint8Array, at: number, end: number): boolean =>
  end - at >= SECOND_HEADER && spells(b, at, end, SIGNATURE);

export const proxy: Protocol = protocol({
  name: 'proxy',
  title: 'PROXY Protocol',
  column: (p, layer) => (p.bufferOf(layer)[p.start[layer]!] === CR ? 'PROXYv2' : 'PROXYv1'),
  fields: f,
  heuristics: [[tcpHeuristics, ({ buf, at, end }) => lineLength(buf, at, end) > 0 || isSecond(buf, at, end)]],
  step(p) {
    const { buf: b, at, end } = p;
    const second = isSecond(b, at, end);
    const length = second ? SECOND_HEADER + u16(b, at + 14) : lineLength(b, at, end);
    if (length === 0) return REJECTED;
    const layer = p.count - 1;
    if (length > end - at) {
      if (!p.askMore(length)) return p.cut(length);
      p.flags[layer] = 0;
      return null;
    }
    p.stop[layer] = p.payload[layer] = p.at = at + length;
    readRest(p);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isSecond(b, start, end)) emitSecond(b, start, end, out);
    else emitFirst(b, start, end, out);
  },
});

/** Dissects the rest of the segment as the proxied conversation. */
function readRest(p: Packet): void {
  if (p.at >= p.end) return;
  for (const { protocol: guess, matches } of tcpHeuristics.entries) {
    if (guess === proxy || !matches(p)) continue;
    if (guess.framing === null ? p.offer(guess) : runFramed(p, guess, guess.framing)) return;
  }
  p.run(data);
}

/** Version 1 (§2.1): `PROXY TCP4 192.0.2.1 198.51.100.1 1111 80`; the rest of an UNKNOWN line is ignored. */
function emitFirst(b: Uint8Array, start: number, end: number, out: Sink): void {
  const line = ascii(b, start, end - 2);
  const words = line.split(' ');
  const [, transport = '', ...rest] = words;
  const placeOf = (i: number): number => start + words.slice(0, i).join(' ').length + 1;
  out.add(f.magic, start, 5);
  out.add(f.transport, placeOf(1), transport.length, transport);
  if (transport === 'UNKNOWN') {
    if (rest.length > 0) out.add(f.unknownText, placeOf(2), end - 2 - placeOf(2));
    return;
  }
  const isOld = transport === 'TCP4';
  const fields = [isOld ? f.src : f.src6, isOld ? f.dst : f.dst6, f.srcPort, f.dstPort];
  for (const [i, field] of fields.entries()) {
    const word = rest[i] ?? '';
    const value = i < 2 ? (isOld ? ipv4Bytes(word) : ipv6Bytes(word)) : portIn(word);
    if (value === null) {
      out.add(f.badFormat, start, end - start);
      return;
    }
    out.add(field, placeOf(i + 2), word.length, value);
  }
}

function portIn(word: string): number | null {
  return /^\d{1,5}$/.test(word) && Number(word) < 0x10000 ? Number(word) : null;
}

function emitSecond(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.fixed(f.signature);
  out.fixed(f.version2);
  out.fixed(f.command);
  out.add(f.version, start + 12, 1, b[start + 12]! >> 4);
  out.openFixed(f.familyTransport);
  out.fixed(f.family);
  out.fixed(f.protocol);
  out.close();
  out.fixed(f.length);
  const family = b[start + 13]! >> 4;
  const size = families[family] ?? 0;
  let at = start + SECOND_HEADER;
  const isUnix = family === 3;
  if (size === 0 || at + 2 * size + (isUnix ? 0 : 4) > end) {
    out.add(f.unknown, at, end - at);
    return;
  }
  out.add(isUnix ? f.srcUnix : family === 1 ? f.src : f.src6, at, size);
  out.add(isUnix ? f.dstUnix : family === 1 ? f.dst : f.dst6, at + size, size);
  at += 2 * size;
  if (!isUnix) {
    out.add(f.srcPort, at, 2);
    out.add(f.dstPort, at + 2, 2);
    at += 4;
  }
  emitTlvs(b, at, end, out);
}

/** TLVs (§2.2.1): type, length, value; that of SSL contains sub-TLVs after five bytes (§2.2.6). */
function emitTlvs(b: Uint8Array, at: number, end: number, out: Sink, isInner = false): void {
  for (let next = at; at + 3 <= end; at = next) {
    const type = b[at]!;
    const length = u16(b, at + 1);
    const value = at + 3;
    next = value + length;
    if (next > end) return;
    out.open(f.tlv, at, next - at);
    out.note(`: (t=${type},l=${length}) ${tlvTypes[type] ?? 'Unknown type'}`);
    out.add(f.tlvType, at, 1);
    out.add(f.tlvLength, at + 1, 2);
    out.add(f.tlvValue, value, length);
    const field = sslTexts[type];
    if (field !== undefined) out.add(field, value, length);
    if (type === SSL && length >= 5 && !isInner) {
      out.add(f.client, value, 1);
      out.add(f.verify, value + 1, 4, u32(b, value + 1));
      emitTlvs(b, value + 5, next, out, true);
    }
    out.close();
  }
}

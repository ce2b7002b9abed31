// Linux netfilter log (NFLOG): attributes, one of which is the packet
// (https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html).
import { ascii, u16, u16le, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { int, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';

const HEADER = 4;
const ATTRIBUTE = 4;
const PACKET_HEADER = 1;
const PAYLOAD = 9;
const types: Readonly<Record<number, string>> = {
  1: 'NFULA_PACKET_HDR',
  2: 'NFULA_MARK',
  3: 'NFULA_TIMESTAMP',
  4: 'NFULA_IFINDEX_INDEV',
  5: 'NFULA_IFINDEX_OUTDEV',
  6: 'NFULA_IFINDEX_PHYSINDEV',
  7: 'NFULA_IFINDEX_PHYSOUTDEV',
  8: 'NFULA_HWADDR',
  9: 'NFULA_PAYLOAD',
  10: 'NFULA_PREFIX',
  11: 'NFULA_UID',
  12: 'NFULA_SEQ',
  13: 'NFULA_SEQ_GLOBAL',
  14: 'NFULA_GID',
  15: 'NFULA_HWTYPE',
  16: 'NFULA_HWHEADER',
  17: 'NFULA_HWLEN',
};
/** Linux address families as EtherTypes. */
const families: Readonly<Record<number, number>> = { 2: 0x0800, 10: 0x86dd };

const f = {
  family: uint('nflog.family', 'Family').at(0, 1).named({ 2: 'IPv4', 10: 'IPv6' }),
  version: uint('nflog.version', 'Version').at(1, 1),
  resource: uint('nflog.res_id', 'Resource id').at(2, 2),
  length: uint('nflog.tlv_length', 'Length').le(),
  type: uint('nflog.tlv_type', 'Type').named(types),
  protocol: uint('nflog.protocol', 'HW protocol').hex(2),
  hook: uint('nflog.hook', 'Netfilter hook').named({
    0: 'Pre-routing',
    1: 'Local in',
    2: 'Forwarding',
    3: 'Local out',
    4: 'Post-routing',
  }),
  indev: uint('nflog.ifindex_indev', 'IFINDEX_INDEV'),
  outdev: uint('nflog.ifindex_outdev', 'IFINDEX_OUTDEV'),
  prefix: text('nflog.prefix', 'Prefix'),
  uid: int('nflog.uid', 'UID'),
  gid: int('nflog.gid', 'GID'),
};
/** 4-byte attributes. */
const words = { 4: f.indev, 5: f.outdev, 11: f.uid, 14: f.gid } as const;

/** Attributes are padded to four bytes, in host byte order, nearly always little-endian. */
function isBig(b: Uint8Array, at: number, end: number): boolean {
  const little = u16le(b, at);
  return little < ATTRIBUTE || at + little > end;
}

/** Calls `see` with type and value [at, end) of each attribute; false if one exceeds the end. */
function walk(
  b: Uint8Array,
  start: number,
  end: number,
  see: (type: number, at: number, end: number) => void,
): boolean {
  for (let at = start + HEADER; at + ATTRIBUTE <= end; ) {
    const read = isBig(b, at, end) ? u16 : u16le;
    const length = read(b, at);
    if (length < ATTRIBUTE || at + length > end) return false;
    see(read(b, at + 2) & 0x7fff, at + ATTRIBUTE, at + length);
    at += (length + 3) & ~3;
  }
  return true;
}

export const nflog: Protocol = protocol({
  name: 'nflog',
  title: 'Linux Netfilter NFLOG',
  column: 'NFLOG',
  info: () => '',
  fields: f,
  on: [[linkTypes, 239]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    let payload = -1;
    let payloadEnd = -1;
    let hardwareType = 0;
    const isWhole = walk(b, start, p.end, (type, at, end) => {
      if (type === PACKET_HEADER && end - at >= 2) hardwareType = u16(b, at);
      if (type !== PAYLOAD) return;
      payload = at;
      payloadEnd = end;
    });
    if (payload < 0) return isWhole ? null : p.malformed();
    const type = families[b[start]!] ?? hardwareType;
    p.at = payload;
    p.end = p.wireEnd = payloadEnd;
    return etherTypes.get(type) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [f.family, f.version, f.resource]) out.fixed(field);
    walk(b, start, p.stop[layer]!, (type, at, end) => {
      out.group(
        `TLV Type: ${types[type] ?? 'Unknown'} (${type}), Length: ${end - at + ATTRIBUTE}`,
        at - ATTRIBUTE,
        end - at + ATTRIBUTE,
      );
      out.add(f.length, at - ATTRIBUTE, 2, end - at + ATTRIBUTE);
      out.add(f.type, at - 2, 2, type);
      const word = words[type as keyof typeof words];
      if (type === PACKET_HEADER && end - at >= 4) {
        out.add(f.protocol, at, 2);
        out.add(f.hook, at + 2, 1);
      } else if (word !== undefined && end - at === 4) out.add(word, at, 4, u32(b, at) | 0);
      else if (type === 10) out.add(f.prefix, at, end - at, ascii(b, at, end).replace(/\0.*$/s, ''));
      out.close();
    });
  },
});

// ARCNET, in BSD and Linux capture formats, with the framing of RFC 1201 (and RFC 1051).

import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';

const LINUX = 129;
/** Length of source and destination; Linux adds an offset of two bytes. */
const ADDRESSES = 2;
const OFFSET = 2;
/** Split flag and sequence number (RFC 1201 §3); an exception packet has four bytes more before them. */
const SEQUENCE = 3;
const EXCEPTION = 0xff;
const EXCEPTION_WIDTH = 4;

/** EtherType by protocol number, and whether RFC 1201's header follows. */
const protocols: Readonly<Record<number, readonly [number, boolean]>> = {
  196: [0x86dd, true],
  212: [0x0800, true],
  213: [0x0806, true],
  214: [0x8035, true],
  221: [0x809b, true],
  236: [0x8137, true],
  240: [0x0800, false],
  241: [0x0806, false],
  250: [0x8137, true],
};
const names = {
  196: 'RFC 1201 IPv6',
  212: 'RFC 1201 IP',
  213: 'RFC 1201 ARP',
  214: 'RFC 1201 RARP',
  221: 'Appletalk',
  236: 'Novell IPX',
  240: 'RFC 1051 IP',
  241: 'RFC 1051 ARP',
  250: 'Novell IPX',
};

const f = {
  src: uint('arcnet.src', 'Source').at(0, 1).hex(),
  dst: uint('arcnet.dst', 'Dest').at(1, 1).hex(),
  protocol: uint('arcnet.protID', 'Protocol ID').hex(1).named(names),
  exception: uint('arcnet.exception_flag', 'Exception Flag').hex(1),
  split: uint('arcnet.split_flag', 'Split Flag'),
  sequence: uint('arcnet.sequence', 'Sequence'),
};

function protocolAt(p: Packet, start: number): number {
  return start + ADDRESSES + (p.linkType === LINUX ? OFFSET : 0);
}

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

export const arcnet: Protocol = protocol({
  name: 'arcnet',
  title: 'ARCNET',
  // An unknown protocol number, kept as the layer's mark, is shown as such.
  column: (p, layer) =>
    p.mark[layer] ? `0x${(p.mark[layer]! - 1).toString(16).padStart(4, '0')}` : 'ARCNET',
  info: () => 'ARCNET',
  fields: f,
  on: [[linkTypes, 7, LINUX]],
  step(p) {
    const b = p.buf;
    const layer = p.count - 1;
    let at = protocolAt(p, p.at);
    if (p.end < at + 1) return p.cut(at + 1 - p.at);
    showNodes(p);
    const known = protocols[b[at]!];
    const number = b[at]!;
    at++;
    if (known === undefined) {
      p.mark[layer] = number + 1;
      p.at = at;
      return p.at < p.end ? data : null;
    }
    const [type, isFramed] = known;
    if (isFramed) {
      if (at < p.end && b[at] === EXCEPTION) at += EXCEPTION_WIDTH;
      at += SEQUENCE;
      if (at > p.end) return p.cut(at - p.at);
    }
    p.at = at;
    return etherTypes.get(type) ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const stop = p.stop[layer]!;
    const at = protocolAt(p, p.start[layer]!);
    if (at >= stop) return;
    out.fixed(f.src);
    out.fixed(f.dst);
    out.add(f.protocol, at, 1);
    if (!protocols[b[at]!]?.[1]) return;
    let next = at + 1;
    if (next < stop && b[next] === EXCEPTION) {
      out.add(f.exception, next, 1);
      next += EXCEPTION_WIDTH;
    }
    if (next + SEQUENCE > stop) return;
    out.add(f.split, next, 1);
    out.add(f.sequence, next + 1, 2);
  },
});

function showNodes(p: Packet): void {
  if ((p.visibility & COLUMN) === 0) return;
  p.columnKind = OTHER;
  p.columnSrcText = `0x${hex2(p.buf[p.at]!)}`;
  p.columnDstText = `0x${hex2(p.buf[p.at + 1]!)}`;
}

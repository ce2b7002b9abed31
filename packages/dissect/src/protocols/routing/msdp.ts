// Multicast Source Discovery Protocol (RFC 3618 §12): TLVs in a TCP stream.
import { u16 } from '../../core/bytes.ts';
import { ipv4, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';
import { ip } from '../ip.ts';

const PORT = 639;
const HEADER = 3;
const ACTIVE = 1;
const REQUEST = 2;
const RESPONSE = 3;
const ENTRIES = 8;
const ENTRY = 12;

const typeNames: Readonly<Record<number, string>> = {
  1: 'IPv4 Source-Active',
  2: 'IPv4 Source-Active Request',
  3: 'IPv4 Source-Active Response',
  4: 'KeepAlive',
  5: 'Notification',
  6: 'MSDP traceroute in progress',
  7: 'MSDP traceroute reply',
};

const f = {
  type: uint('msdp.type', 'Type').named(typeNames),
  length: uint('msdp.length', 'Length'),
  count: uint('msdp.sa.entry_count', 'Entry Count'),
  point: ipv4('msdp.sa.rp_addr', 'RP Address'),
  prefixLength: uint('msdp.sa.sprefix_len', 'Sprefix len'),
  group: ipv4('msdp.sa.group_addr', 'Group Address'),
  source: ipv4('msdp.sa.src_addr', 'Source Address'),
  requestGroup: ipv4('msdp.sa_req.group_addr', 'Group Address'),
};

export const msdp = protocol({
  name: 'msdp',
  title: 'Multicast Source Discovery Protocol',
  column: 'MSDP',
  fields: f,
  on: [[tcpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const { visibility } = p;
    while (p.at < p.end) {
      if (p.end - p.at < HEADER) return p.askMore(HEADER) ? null : p.cut(HEADER);
      const length = u16(b, p.at + 1);
      if (length < HEADER) return null;
      if (p.end - p.at < length) return p.askMore(length) ? null : p.cut(length);
      p.visibility &= ~COLUMN;
      if (b[p.at] === ACTIVE) callActive(p, p.at, p.at + length);
      p.visibility = visibility;
      p.at += length;
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (let at = p.start[layer]!; at + HEADER <= end; ) {
      const length = u16(b, at + 1);
      out.add(f.type, at, 1);
      out.add(f.length, at + 1, 2);
      if (length < HEADER || at + length > end) return;
      emitMessage(b, at, at + length, out);
      at += length;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (start >= p.stop[layer]!) return '';
    return typeNames[p.bufferOf(layer)[start]!] ?? '<Unknown MSDP TLV type>';
  },
});

/** Dissects the multicast packet that may follow the entries of an SA message (§12.2.1). */
function callActive(p: Packet, at: number, end: number): void {
  if (at + ENTRIES > end) return;
  const inner = at + ENTRIES + p.buf[at + 3]! * ENTRY;
  if (inner < end) p.call(ip, inner, end);
}

function emitMessage(b: Uint8Array, at: number, end: number, out: Sink): void {
  switch (b[at]) {
    case ACTIVE:
    case RESPONSE: {
      if (at + ENTRIES > end) return;
      out.add(f.count, at + 3, 1);
      out.add(f.point, at + 4, 4);
      let left = b[at + 3]!;
      for (at += ENTRIES; left > 0 && at + ENTRY <= end; left--, at += ENTRY) {
        out.add(f.prefixLength, at + 3, 1);
        out.add(f.group, at + 4, 4);
        out.add(f.source, at + 8, 4);
      }
      break;
    }
    case REQUEST:
      if (at + 8 <= end) out.add(f.requestGroup, at + 4, 4);
      break;
  }
}

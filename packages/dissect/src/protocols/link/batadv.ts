// B.A.T.M.A.N. advanced, compatibility version 15 (https://www.open-mesh.org/projects/batman-adv/wiki).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ether, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { eth } from '../eth.ts';

const IV_OGM = 0x00;
const OGM2 = 0x04;
const FRAGMENT = 0x41;
const ICMP = 0x43;
const RECORDS = 0x44;
const VERSION = 15;
/** Column and header length by packet type, and whether an Ethernet frame follows. */
const types: Readonly<Record<number, readonly [string, number, boolean]>> = {
  0x00: ['BATADV_IV_OGM', 24, false],
  0x01: ['BATADV_BCAST', 14, true],
  0x02: ['BATADV_CODED', 46, false],
  0x03: ['BATADV_ELP', 16, false],
  0x04: ['BATADV_OGM2', 20, false],
  0x40: ['BATADV_UNICAST', 10, true],
  0x41: ['BATADV_UNICAST_FRAG', 20, false],
  0x42: ['BATADV_UNICAST_4ADDR', 18, true],
  0x43: ['BATADV_ICMP', 20, false],
  0x44: ['BATADV_UNICAST_TVLV', 20, false],
};

const icmpNames: Readonly<Record<number, string>> = {
  0: 'ECHO_REPLY',
  3: 'DESTINATION UNREACHABLE',
  8: 'ECHO_REQUEST',
  11: 'TTL exceeded',
  15: 'Throughput Meter',
};
const THROUGHPUT = 15;
const THROUGHPUT_LENGTH = 28;

const f = {
  type: uint('batadv.batman.packet_type', 'Packet Type').at(0, 1),
  version: uint('batadv.batman.version', 'Version').at(1, 1),
  ttl: uint('batadv.batman.ttl', 'Time to Live').at(2, 1),
  orig: ether('batadv.iv_ogm.orig', 'Originator'),
  dst: ether('batadv.unicast.dst', 'Destination'),
};

/** Offset of the last of several aggregated announcements; each carries TVLVs of a given length. */
function lastOf(b: Uint8Array, start: number, end: number, kind: number, length: number): number {
  const recordsAt = kind === IV_OGM ? 22 : 14;
  let last = start;
  for (;;) {
    const next = last + length + u16(b, last + recordsAt);
    if (end - next < length || b[next] !== kind || b[next + 1] !== VERSION) return last;
    last = next;
  }
}

export const batadv: Protocol = protocol({
  name: 'batadv',
  title: 'B.A.T.M.A.N. Advanced Protocol',
  column(p, layer) {
    const start = p.start[layer]!;
    return (p.stop[layer]! > start ? types[p.bufferOf(layer)[start]!]?.[0] : undefined) ?? 'BATADV_???';
  },
  fields: f,
  on: [[etherTypes, 0x4305]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < 2) return p.cut(2);
    const type = types[b[p.at]!];
    if (type === undefined || b[p.at + 1] !== VERSION) return data;
    const [, length, isFrame] = type;
    if (p.end - p.at < length) return p.cut(length);
    const kind = b[p.at]!;
    if (kind === IV_OGM || kind === OGM2) {
      p.mark[p.count - 1] = lastOf(b, p.at, p.end, kind, length) - p.at;
      p.at = p.end;
      return null;
    }
    if (kind === FRAGMENT || kind === RECORDS) p.at = p.end;
    else p.at += length;
    if (isFrame) return eth;
    return p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 16) return;
    for (const field of [f.type, f.version, f.ttl]) out.fixed(field);
    const kind = p.bufferOf(layer)[start]!;
    if (kind === IV_OGM) out.add(f.orig, start + 8, 6);
    if (kind === 0x40) out.add(f.dst, start + 4, 6);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    const length = p.stop[layer]! - start;
    if (length >= 24 && b[start] === IV_OGM && b[start + 1] === VERSION)
      return `Seq=${u32(b, start + p.mark[layer]! + 4)}`;
    if (length < 20 || b[start] !== ICMP) return '';
    const type = b[start + 3]!;
    const sequence =
      type !== THROUGHPUT
        ? u16(b, start + 18)
        : length < THROUGHPUT_LENGTH
          ? 0
          : u32(b, start + THROUGHPUT_LENGTH - 8);
    return `[${icmpNames[type] ?? `Unknown (0x${type.toString(16).padStart(2, '0')})`}] Seq=${sequence}`;
  },
});

// VLAN tags (IEEE Std 802.1Q-2022 §9.6).
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { byLength, LENGTH_MAX } from './ieee8023.ts';
import { emitTrailer, ethPadding, ethPaddingBad, expertTrailer } from './trailer.ts';

const HEADER = 4;

/** §6.9.4 and table G-2 of 802.1D-2004. */
const priorities = {
  0: 'Best Effort (default)',
  1: 'Background',
  2: 'Excellent Effort',
  3: 'Critical Applications',
  4: 'Video, < 100ms latency and jitter',
  5: 'Voice, < 10ms latency and jitter',
  6: 'Internetwork Control',
  7: 'Network Control',
};

const f = {
  priority: uint('vlan.priority', 'Priority').at(0, 2).mask(0xe000).named(priorities),
  dei: bool('vlan.dei', 'DEI').at(0, 2).mask(0x1000).named({ 0: 'Ineligible', 1: 'Eligible' }),
  id: uint('vlan.id', 'ID').at(0, 2).mask(0x0fff),
  type: uint('vlan.etype', 'Type').hex(2).named(etherTypeNames),
  len: uint('vlan.len', 'Length'),
  padding: ethPadding,
  paddingBad: ethPaddingBad,
  trailer: bytes('vlan.trailer', 'Trailer'),
};

function summary(b: Uint8Array, start: number, gap: string): string {
  const tci = u16(b, start);
  return `PRI: ${tci >> 13}${gap}DEI: ${(tci >> 12) & 1}${gap}ID: ${tci & 0xfff}`;
}

export const vlan = protocol({
  name: 'vlan',
  title: '802.1Q Virtual LAN',
  column: 'VLAN',
  fields: f,
  // 0x9100 was used for the outer tag before 802.1ad.
  on: [[etherTypes, 0x8100, 0x9100]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const type = u16(p.buf, p.at + 2);
    p.at += HEADER;
    return type <= LENGTH_MAX ? byLength(p, type) : byEtherType(p, type);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.priority);
    out.fixed(f.dei);
    out.fixed(f.id);
    if (p.stop[layer]! - start < HEADER) return;
    out.add(u16(p.bufferOf(layer), start + 2) > LENGTH_MAX ? f.type : f.len, start + 2, 2);
    emitTrailer(p, layer, out, f);
  },
  expert: expertTrailer,
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 2 ? '' : `, ${summary(p.bufferOf(layer), p.start[layer]!, ', ')}`,
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < HEADER ? '' : summary(p.bufferOf(layer), p.start[layer]!, '  '),
});

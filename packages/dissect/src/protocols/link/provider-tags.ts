// Provider bridging: 802.1ad service tags and 802.1ah MAC-in-MAC (IEEE Std 802.1Q-2022 §9.6, §9.7).
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, ether, uint } from '../../core/field.ts';
import { ETHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { emitTrailer, ethPadding } from './trailer.ts';

const STAG_TYPE = 0x88a8;
const ITAG_TYPE = 0x88e7;
const TAG = 4;
/** Length of I-TAG, customer addresses and type. */
const ITAG = 18;

const ah = {
  priority: uint('ieee8021ah.priority', 'Priority').mask(0xe0000000),
  drop: uint('ieee8021ah.drop', 'DROP').mask(0x10000000),
  nca: uint('ieee8021ah.nca', 'NCA').mask(0x08000000),
  isid: uint('ieee8021ah.isid', 'I-SID').mask(0x00ffffff),
  dst: ether('ieee8021ah.cdst', 'C-Destination'),
  src: ether('ieee8021ah.csrc', 'C-Source'),
  type: uint('ieee8021ah.etype', 'Type').hex(2).named(etherTypeNames),
  padding: ethPadding,
  trailer: bytes('ieee8021ah.trailer', 'Trailer'),
};

function emitItag(p: Packet, layer: number, at: number, out: Sink): void {
  for (const field of [ah.priority, ah.drop, ah.nca, ah.isid]) out.add(field, at, 4);
  out.add(ah.dst, at + 4, 6);
  out.add(ah.src, at + 10, 6);
  out.add(ah.type, at + 16, 2);
  emitTrailer(p, layer, out, ah);
}

function itagText(b: Uint8Array, at: number): string {
  return `I-SID: ${u32(b, at) & 0xffffff}, C-Src: ${ethernetAddress(b, at + 10)}, C-Dst: ${ethernetAddress(b, at + 4)}`;
}

/** Dissects the customer's frame after the I-TAG at p.at. */
function readItag(p: Packet): Protocol | null {
  if (p.end - p.at < ITAG) return p.cut(ITAG);
  p.showAddresses(ETHER, p.at + 10, p.at + 4);
  const type = u16(p.buf, p.at + 16);
  p.at += ITAG;
  return byEtherType(p, type);
}

export const ieee8021ah: Protocol = protocol({
  name: 'ieee8021ah',
  title: 'IEEE 802.1ah',
  column: '802.1ah',
  fields: ah,
  on: [[etherTypes, ITAG_TYPE]],
  step: readItag,
  emit(p, layer, out) {
    if (p.stop[layer]! - p.start[layer]! >= ITAG) emitItag(p, layer, p.start[layer]!, out);
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < ITAG ? '' : `, ${itagText(p.bufferOf(layer), p.start[layer]!)}`,
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < ITAG) return '';
    const tag = u32(p.bufferOf(layer), start);
    return `PRI: ${tag >>> 29}  Drop: ${(tag >>> 28) & 1}  NCA: ${(tag >>> 27) & 1}  Res1: ${(tag >>> 26) & 1}  Res2: ${(tag >>> 24) & 3}  I-SID: ${tag & 0xffffff}`;
  },
});

const priority = uint('ieee8021ad.priority', 'Priority').mask(0xe000);
const dei = uint('ieee8021ad.dei', 'DEI').mask(0x1000);
const ad = {
  priority,
  dei,
  id: uint('ieee8021ad.id', 'ID').mask(0x0fff),
  svid: uint('ieee8021ad.svid', 'ID').mask(0x0fff),
  cvid: uint('ieee8021ad.cvid', 'ID').mask(0x0fff),
  type: ah.type,
  padding: ethPadding,
  trailer: ah.trailer,
};
/** As in Wireshark, the payload type of the tag is a field of 802.1ah. */
const inner = { trailer: ah.trailer };

export const ieee8021ad: Protocol = protocol({
  name: 'ieee8021ad',
  title: 'IEEE 802.1ad',
  column: '802.1ad',
  fields: ad,
  on: [[etherTypes, STAG_TYPE]],
  step(p) {
    if (p.end - p.at < TAG) return p.cut(TAG);
    const type = u16(p.buf, p.at + 2);
    p.at += TAG;
    if (type === ITAG_TYPE) return readItag(p);
    if (type !== STAG_TYPE) return byEtherType(p, type);
    // A second tag of the same kind is the customer's.
    if (p.end - p.at < TAG) return p.cut(TAG);
    const last = u16(p.buf, p.at + 2);
    p.at += TAG;
    return byEtherType(p, last);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < TAG) return;
    const type = u16(b, start + 2);
    for (const field of [ad.priority, ad.dei, type === STAG_TYPE ? ad.svid : ad.id]) out.add(field, start, 2);
    if (type === ITAG_TYPE) {
      if (stop - start >= TAG + ITAG) emitItag(p, layer, start + TAG, out);
      return;
    }
    if (type === STAG_TYPE) {
      for (const field of [ad.priority, ad.dei, ad.cvid]) out.add(field, start + TAG, 2);
      out.add(ah.type, start + TAG + 2, 2);
    } else out.add(ah.type, start + 2, 2);
    emitTrailer(p, layer, out, inner);
  },
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2 * TAG) return '';
    const id = u16(b, start) & 0xfff;
    return u16(b, start + 2) === STAG_TYPE
      ? `, S-VID: ${id}, C-VID: ${u16(b, start + TAG) & 0xfff}`
      : `, ID: ${id}`;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < TAG) return '';
    const tag = u16(p.bufferOf(layer), start);
    return `PRI: ${tag >> 13}  DROP: ${(tag >> 12) & 1} ID: ${tag & 0xfff}`;
  },
});

// Bytes after the payload of an Ethernet frame: padding, a tap's trailer, the frame check sequence.
import { u16, u32 } from '../../core/bytes.ts';
import type { AddExpertInfo } from '../../core/expert.ts';
import { bytes, type Field, none } from '../../core/field.ts';
import { COLUMN, LISTED, NESTED, type Packet, SHOWN } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { f5ethtrailer, isF5Trailer } from './f5ethtrailer.ts';
import { gmtrailer, isGigamonTrailer, isIxiaTrailer, ixiatrailer } from './visibility-trailers.ts';
import { isVssTrailer, vssmonitoring } from './vssmonitoring.ts';

/** IEEE Std 802.3-2022 §3.2.8: frames are at least 64 bytes long, 60 without the frame check sequence. */
const FRAME_MIN = 60;
const FCS = 4;
/** Maximum number of VLAN tags skipped. */
const TAGS_MAX = 4;

/**
 * Returns the end of the payload at p.at, by the length field of its own protocol, if a trailer may follow; else -1.
 * `type`: EtherType or length. Most frames have no trailer, so that dissection need not return to the link layer.
 */
export function trailerOf(p: Packet, type: number): number {
  const end = payloadEndOf(p.buf, p.at, p.end, type);
  return end >= 0 && hasTrailer(p.buf, end, p.end) ? end : -1;
}

/** Whether [at, end) holds anything but zeros or a bare frame check sequence. */
export function hasTrailer(b: Uint8Array, at: number, end: number): boolean {
  if (end - at <= FCS) return false;
  while (at < end && b[at] === 0) at++;
  return at < end;
}

function payloadEndOf(b: Uint8Array, at: number, end: number, type: number): number {
  for (let tags = 0; tags < TAGS_MAX; tags++) {
    if (type <= 1500) return at + type;
    if (type === 0x0800) {
      if (at + 20 > end) return -1;
      const length = u16(b, at + 2);
      return length < 20 ? -1 : at + length;
    }
    if (type === 0x86dd) {
      const length = at + 40 > end ? 0 : u16(b, at + 4);
      return length === 0 ? -1 : at + 40 + length;
    }
    if (type === 0x0806) return at + 8 > end ? -1 : at + 8 + 2 * (b[at + 4]! + b[at + 5]!);
    if ((type !== 0x8100 && type !== 0x88a8 && type !== 0x9100) || at + 4 > end) return -1;
    type = u16(b, at + 2);
    at += 4;
  }
  return -1;
}

/** Owned by Ethernet, whichever layer emits it. */
export const ethPadding = bytes('eth.padding', 'Padding');

const NO_ZEROS =
  "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros.";
export const ethPaddingBad = none('eth.padding_bad', NO_ZEROS);

/** How many of the bytes at `at` fill the frame up to its minimum length. */
function fillAt(p: Packet, at: number, stop: number): number {
  const before = p.wireLength - (stop - at);
  return p.wireLength < FRAME_MIN ? 0 : Math.max(0, FRAME_MIN - before);
}

/** Length of the padding at `at`: zeros up to the minimum frame length. */
function paddingAt(p: Packet, b: Uint8Array, at: number, stop: number): number {
  const length = fillAt(p, at, stop);
  for (let i = at; i < at + length; i++) if (b[i] !== 0) return 0;
  return length;
}

/** Dissects a tap's trailer at `at`, if its format is known. */
export function runTrailer(p: Packet, at: number): void {
  if (at > p.end || p.wireEnd > p.end) return;
  const start = at + paddingAt(p, p.buf, at, p.end);
  const made = claimant(p, start, p.end);
  if (made === null) return;
  const old = p.at;
  p.at = start;
  p.push(made, LISTED | SHOWN | COLUMN);
  p.at = old;
}

function claimant(p: Packet, at: number, end: number): Protocol | null {
  if (isVssTrailer(p, at, end)) return vssmonitoring;
  if (isIxiaTrailer(p, at, end)) return ixiatrailer;
  if (isGigamonTrailer(p, at, end)) return gmtrailer;
  return isF5Trailer(p, at, end) ? f5ethtrailer : null;
}

export interface TrailerFields {
  readonly trailer: Field;
  /** Of layers that report it by `expertTrailer`. */
  readonly paddingBad?: Field;
  /** Whether there may be a frame check sequence. */
  readonly fcs?: Field;
  readonly fcsStatus?: Field;
}

/** Shows padding, trailer and frame check sequence after the payload of a link header. */
export function emitTrailer(p: Packet, layer: number, out: Sink, fields: TrailerFields): void {
  const stop = p.stop[layer]!;
  const at = payloadEnd(p, layer);
  if (at >= stop) return;
  const b = p.bufferOf(layer);
  const padding = paddingAt(p, b, at, stop);
  if (padding > 0) out.add(ethPadding, at, padding);
  const start = at + padding;
  if (isClaimed(p, layer, start)) return;
  // A frame this long has no padding, so the last bytes of its trailer are the frame check sequence.
  const hasFcs = fields.fcs !== undefined && stop - p.start[layer]! >= FRAME_MIN + FCS && stop - start >= FCS;
  const end = hasFcs ? stop - FCS : stop;
  if (end > start) {
    out.open(fields.trailer, start, end - start);
    if (fields.paddingBad !== undefined && padding === 0 && fillAt(p, at, stop) > 0)
      out.add(fields.paddingBad, start, 0);
    out.close();
  }
  if (!hasFcs) return;
  out.add(fields.fcs!, end, FCS, u32(b, end));
  out.note(' [unverified]');
  if (fields.fcsStatus !== undefined) out.add(fields.fcsStatus, end, 0, 2);
}

/** The trailer of a frame that must have been padded, but not with zeros. */
export function expertTrailer(p: Packet, layer: number, add: AddExpertInfo, protocol = 'Ethertype'): void {
  const stop = p.stop[layer]!;
  const at = payloadEnd(p, layer);
  if (at >= stop || fillAt(p, at, stop) === 0 || paddingAt(p, p.bufferOf(layer), at, stop) > 0) return;
  if (!isClaimed(p, layer, at)) add('note', 'protocol', NO_ZEROS, { name: ethPaddingBad, protocol });
}

/** Shortens the layer above once its length is known. */
function payloadEnd(p: Packet, layer: number): number {
  for (let above = layer + 1; above < p.count; above++) {
    if (p.layerFrom[above] === p.layerFrom[layer] && (p.flags[above]! & (SHOWN | NESTED)) !== 0)
      return p.stop[above]!;
  }
  return p.stop[layer]!;
}

function isClaimed(p: Packet, layer: number, start: number): boolean {
  for (let above = p.count - 1; above > layer; above--) {
    const made = p.protocols[above]!;
    if (made !== vssmonitoring && made !== ixiatrailer && made !== gmtrailer && made !== f5ethtrailer)
      continue;
    if (p.start[above] === start) return true;
  }
  return false;
}

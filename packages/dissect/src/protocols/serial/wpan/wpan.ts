// IEEE 802.15.4 frames (IEEE Std 802.15.4-2015 §7.2): the header with its addresses, and dispatch of the payload to
// ZigBee, 6LoWPAN and Atmel Lightweight Mesh.
import { u16le } from '../../../core/bytes.ts';
import { data } from '../../../core/data.ts';
import { bool, uint } from '../../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { etherTypes, HeuristicList, linkTypes } from '../../../core/table.ts';
import { sllTypes } from '../../link/tables.ts';

/** Dissectors of the payload of data frames and of beacons. */
export const wpanHeuristics = new HeuristicList('wpan');
export const beaconHeuristics = new HeuristicList('wpan.beacon');

const WITH_FCS = 195;
const WITHOUT_FCS = 230;
const NONASK_PHY = 215;
const FCS = 2;
const names: Readonly<Record<number, string>> = {
  0: 'Beacon',
  1: 'Data',
  2: 'Ack',
  3: 'Command',
  4: 'Reserved',
  5: 'Multipurpose',
  6: 'Fragment or Frak',
  7: 'Extended',
};
const BEACON = 0;
const DATA = 1;
const INTRA_PAN = 0x0040;
const SECURITY = 0x0008;
const NO_SEQUENCE = 0x0100;
const HAS_ELEMENTS = 0x0200;
/** Bytes of an address by its mode: none, reserved, short, extended. */
const widths = [0, 0, 2, 8];
const EXTENDED = 8;
const BROADCAST = 0xffff;

const f = {
  control: uint('wpan.fcf', 'Frame Control Field').at(0, 2).le().hex(),
  type: uint('wpan.frame_type', 'Frame Type').at(0, 2).le().mask(0x0007).hex().named(names),
  security: bool('wpan.security', 'Security Enabled').at(0, 2).le().mask(SECURITY),
  pending: bool('wpan.pending', 'Frame Pending').at(0, 2).le().mask(0x0010),
  ackRequest: bool('wpan.ack_request', 'Acknowledge Request').at(0, 2).le().mask(0x0020),
  compression: bool('wpan.pan_id_compression', 'PAN ID Compression').at(0, 2).le().mask(INTRA_PAN),
  version: uint('wpan.version', 'Frame Version').at(0, 2).le().mask(0x3000),
  sequence: uint('wpan.seq_no', 'Sequence Number'),
  dstPan: uint('wpan.dst_pan', 'Destination PAN').le().hex(2),
  dst16: uint('wpan.dst16', 'Destination').le().hex(2),
  srcPan: uint('wpan.src_pan', 'Source PAN').le().hex(2),
  src16: uint('wpan.src16', 'Source').le().hex(2),
  fcs: uint('wpan.fcs', 'FCS').hex(2).le(),
  isGood: bool('wpan.fcs_ok', 'FCS Valid'),
};

/** Offsets of the addresses in the buffer, -1 for none, and where the header ends; used again by the next call. */
export const layout = {
  sequence: 0,
  dstPan: -1,
  dst: -1,
  dstWidth: 0,
  srcPan: -1,
  src: -1,
  srcWidth: 0,
  payload: 0,
};

/**
 * §7.2.2: PAN and address of the destination, then of the source; table 7-2 gives which PAN identifiers are omitted.
 */
function readLayout(b: Uint8Array, start: number): typeof layout {
  const control = u16le(b, start);
  const isNew = (control & 0x3000) === 0x2000;
  const isShort = (control & INTRA_PAN) !== 0;
  const dstWidth = widths[(control >> 10) & 3]!;
  const srcWidth = widths[(control >> 14) & 3]!;
  let hasDstPan = dstWidth > 0;
  let hasSrcPan = srcWidth > 0 && (!isShort || dstWidth === 0);
  if (isNew) {
    if (dstWidth > 0 && srcWidth === 0) hasDstPan = !isShort;
    else if (dstWidth === 0) {
      hasDstPan = srcWidth === 0 && isShort;
      hasSrcPan = srcWidth > 0 && !isShort;
    } else if (dstWidth === EXTENDED && srcWidth === EXTENDED) {
      hasDstPan = !isShort;
      hasSrcPan = false;
    }
  }
  layout.sequence = isNew && control & NO_SEQUENCE ? -1 : start + 2;
  let at = layout.sequence < 0 ? start + 2 : start + 3;
  const take = (width: number): number => {
    if (width === 0) return -1;
    at += width;
    return at - width;
  };
  layout.dstPan = take(hasDstPan ? 2 : 0);
  layout.dst = take(dstWidth);
  layout.srcPan = take(hasSrcPan ? 2 : 0);
  layout.src = take(srcWidth);
  layout.dstWidth = dstWidth;
  layout.srcWidth = srcWidth;
  layout.payload = at;
  return layout;
}

const GOOD = 1;
const BAD = 2;

/** §7.2.10: the ITU-T CRC of 16 bits, least significant bit first, over all before it. */
function isFcsGood(b: Uint8Array, start: number, end: number): boolean {
  let crc = 0;
  for (let i = start; i < end - FCS; i++) {
    crc ^= b[i]!;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc === u16le(b, end - FCS);
}

/** Set by a pseudo-header that records the absence of a frame check sequence. */
const NO_FCS = 1;

function hasFcs(p: Packet): boolean {
  if (p.linkType === WITHOUT_FCS) return false;
  return p.layer === 1 || p.mark[p.layer - 1] !== NO_FCS;
}

function addressTexts(b: Uint8Array, start: number): [src: string, dst: string] {
  const { dst, dstWidth, src, srcWidth } = readLayout(b, start);
  return [src < 0 ? '' : addressText(b, src, srcWidth), dst < 0 ? '' : addressText(b, dst, dstWidth)];
}

/** Source and destination of a frame, '' for one that it does not have; null where they were cut off. */
export function wpanAddresses(p: Packet, layer: number): [src: string, dst: string] | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return readLayout(b, start).payload <= p.stop[layer]! ? addressTexts(b, start) : null;
}

export const wpan: Protocol = protocol({
  name: 'wpan',
  title: 'IEEE 802.15.4',
  column: 'IEEE 802.15.4',
  fields: f,
  on: [
    [linkTypes, WITH_FCS, WITHOUT_FCS],
    [etherTypes, 0x809a],
    [sllTypes, 246],
  ],
  step(p) {
    const fcs = hasFcs(p) ? FCS : 0;
    if (p.end - p.at < 3 + fcs) return p.cut(3 + fcs);
    const { layer, buf: b } = p;
    if (fcs > 0 && p.end === p.wireEnd) p.mark[layer] = isFcsGood(b, p.at, p.end) ? GOOD : BAD;
    if (p.wireEnd - fcs < p.end) p.end = p.wireEnd = p.wireEnd - fcs;
    const start = p.at;
    const control = u16le(b, start);
    const { payload } = readLayout(b, start);
    if (p.end < payload) return p.cut(payload - start);
    if (p.visibility & COLUMN) {
      p.columnKind = OTHER;
      [p.columnSrcText, p.columnDstText] = addressTexts(b, start);
    }
    p.at = payload;
    if (control & SECURITY && !skipSecurity(p)) return p.at < p.end && (control & 7) === DATA ? data : null;
    if (control & HAS_ELEMENTS && (control & 0x3000) === 0x2000) skipElements(p);
    if (p.at >= p.end) return null;
    // The payload of a frame with a bad frame check sequence is not dissected.
    if (p.mark[layer] === BAD) return (control & 7) === DATA ? data : null;
    if ((control & 7) === BEACON) return beaconPayload(p);
    return (control & 7) === DATA ? readerOf(p, wpanHeuristics, start) : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < 3) return;
    for (const field of [f.control, f.type, f.security, f.pending, f.ackRequest, f.compression, f.version])
      out.fixed(field);
    const { sequence, dstPan, dst, dstWidth, srcPan, src, srcWidth } = readLayout(p.bufferOf(layer), start);
    if (sequence >= 0) out.add(f.sequence, sequence, 1);
    if (dstPan >= 0) out.add(f.dstPan, dstPan, 2);
    if (dstWidth === 2) out.add(f.dst16, dst, 2);
    if (srcPan >= 0) out.add(f.srcPan, srcPan, 2);
    if (srcWidth === 2) out.add(f.src16, src, 2);
    if (p.mark[layer] === 0) return;
    out.add(f.fcs, stop - FCS, FCS);
    out.add(f.isGood, stop - FCS, FCS, p.mark[layer] === GOOD);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    let summary = names[u16le(b, start) & 7]!;
    const { dst, dstWidth, src, srcWidth, payload } = readLayout(b, start);
    if (p.stop[layer]! < payload) return summary;
    if (dst >= 0) summary += `, Dst: ${addressText(b, dst, dstWidth)}`;
    if (src >= 0) summary += `, Src: ${addressText(b, src, srcWidth)}`;
    return p.mark[layer] === BAD ? `${summary}, Bad FCS` : summary;
  },
});

/** §9.4: the auxiliary security header; false when what follows is encrypted. */
function skipSecurity(p: Packet): boolean {
  const control = p.buf[p.at]!;
  const counter = control & 0x20 ? 0 : 4;
  const key = [0, 1, 5, 9][(control >> 3) & 3]!;
  p.at = Math.min(p.end, p.at + 1 + counter + key);
  const integrity = [0, 4, 8, 16][control & 3]!;
  p.end = Math.max(p.at, p.end - integrity);
  return (control & 4) === 0;
}

/** §7.4: elements of the header, then of the payload, each list with its own end; the frame's end ends them too. */
const PAYLOAD_ELEMENTS = 0x7e;
const NO_MORE = 0x7f;
const LAST_GROUP = 15;
function skipElements(p: Packet): void {
  const { buf: b, end } = p;
  let isPayload = false;
  while (p.at + 2 <= end) {
    const word = u16le(b, p.at);
    p.at += 2;
    if (isPayload) {
      p.at += word & 0x7ff;
      if (((word >> 11) & 15) === LAST_GROUP) break;
      continue;
    }
    const id = (word >> 7) & 0xff;
    p.at += word & 0x7f;
    if (id === NO_MORE) break;
    if (id === PAYLOAD_ELEMENTS) isPayload = true;
  }
  p.at = Math.min(p.at, end);
}

/** The dissector that recognizes the payload; it may inspect the header from `start` on. */
function readerOf(p: Packet, list: HeuristicList, start: number): Protocol | null {
  readLayout(p.buf, start);
  for (const { protocol: guess, matches } of list.entries) if (matches(p) && p.offer(guess)) return null;
  return data;
}

/** §7.3.1: superframe, guaranteed time slots, pending addresses; then the payload of the network above. */
function beaconPayload(p: Packet): Protocol | null {
  const { buf: b, end } = p;
  if (end - p.at < 4) return null;
  const slots = b[p.at + 2]! & 7;
  const pending = p.at + 3 + (slots > 0 ? 1 + 3 * slots : 0);
  if (pending >= end) return null;
  p.at = pending + 1 + 2 * (b[pending]! & 7) + 8 * ((b[pending]! >> 4) & 7);
  if (p.at >= end) {
    p.at = end;
    return null;
  }
  // An unrecognized payload belongs to the beacon.
  for (const { protocol: guess, matches } of beaconHeuristics.entries)
    if (matches(p) && p.offer(guess)) break;
  p.at = p.end;
  return null;
}

function addressText(b: Uint8Array, at: number, width: number): string {
  if (width === 2)
    return u16le(b, at) === BROADCAST ? 'Broadcast' : `0x${u16le(b, at).toString(16).padStart(4, '0')}`;
  const bytes: string[] = [];
  for (let i = width - 1; i >= 0; i--) bytes.push(b[at + i]!.toString(16).padStart(2, '0'));
  return bytes.join(':');
}

const PREAMBLE = 6;
/** With the physical layer's preamble, delimiter and length before it (link type 215). */
export const wpanPhy: Protocol = protocol({
  name: 'wpan-nonask-phy',
  title: 'IEEE 802.15.4 Low-Rate Wireless PAN non-ASK PHY',
  column: 'IEEE 802.15.4 non-ASK PHY',
  info: () => '',
  on: [[linkTypes, NONASK_PHY]],
  step(p) {
    if (p.end - p.at < PREAMBLE) return p.cut(PREAMBLE);
    p.narrow(p.layer, PREAMBLE + (p.buf[p.at + 5]! & 0x7f));
    p.at += PREAMBLE;
    return p.at < p.end ? wpan : null;
  },
});

const FCS_TYPE = 0;
const t = {
  version: uint('wpan-tap.version', 'Version').at(0, 1),
  length: uint('wpan-tap.length', 'Length').at(2, 2).le(),
};
/** With receiver information in TLVs (link type 283). */
export const wpanTap: Protocol = protocol({
  name: 'wpan-tap',
  title: 'IEEE 802.15.4 TAP',
  fields: t,
  on: [[linkTypes, 283]],
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < 4) return p.cut(4);
    const length = u16le(b, start + 2);
    if (length < 4) return p.malformed();
    if (p.end - start < length) return p.cut(length);
    let isWithout = true;
    for (let at = start + 4; at + 4 <= start + length; at += 4 + ((u16le(b, at + 2) + 3) & ~3))
      if (u16le(b, at) === FCS_TYPE) isWithout = b[at + 4] === 0;
    if (isWithout) p.mark[p.layer] = NO_FCS;
    p.at = start + length;
    return p.at < p.end ? wpan : null;
  },
});

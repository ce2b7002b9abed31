// IEEE 802.15.4 frames (IEEE Std 802.15.4-2015 §7.2): the header, with the addresses it has room for.
import { u16le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';

const WITH_FCS = 195;
const WITHOUT_FCS = 230;
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
const DATA = 1;
const INTRA_PAN = 0x0040;
const SECURITY = 0x0008;
/** Bytes of an address by its mode: none, reserved, short, extended. */
const widths = [0, 0, 2, 8];
const BROADCAST = 0xffff;

const f = {
  control: uint('wpan.fcf', 'Frame Control Field').at(0, 2).le().hex(),
  type: uint('wpan.frame_type', 'Frame Type').at(0, 2).le().mask(0x0007).hex().named(names),
  security: bool('wpan.security', 'Security Enabled').at(0, 2).le().mask(SECURITY),
  ackRequest: bool('wpan.ack_request', 'Acknowledge Request').at(0, 2).le().mask(0x0020),
  sequence: uint('wpan.seq_no', 'Sequence Number').at(2, 1),
  fcs: uint('wpan.fcs', 'FCS').hex(2).le(),
  isGood: bool('wpan.fcs_ok', 'FCS Valid'),
};

/** Offsets from the frame control field on of the addresses, and the header's length; used again by the next call. */
const layout = { dst: -1, dstWidth: 0, src: -1, srcWidth: 0, header: 3 };

/** §7.2.2, for frames of version 0 and 1: PAN and address of the destination, then of the source. */
function readLayout(b: Uint8Array, start: number): typeof layout {
  const control = u16le(b, start);
  layout.dstWidth = widths[(control >> 10) & 3]!;
  layout.srcWidth = widths[(control >> 14) & 3]!;
  let at = start + 3;
  layout.dst = layout.src = -1;
  if (layout.dstWidth > 0) {
    layout.dst = at + 2;
    at += 2 + layout.dstWidth;
  }
  if (layout.srcWidth > 0) {
    // The source's PAN is left out when it is the destination's.
    if ((control & INTRA_PAN) === 0 || layout.dstWidth === 0) at += 2;
    layout.src = at;
    at += layout.srcWidth;
  }
  layout.header = at - start;
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

export const wpan: Protocol = protocol({
  name: 'wpan',
  title: 'IEEE 802.15.4',
  column: 'IEEE 802.15.4',
  fields: f,
  on: [[linkTypes, WITH_FCS, WITHOUT_FCS]],
  step(p) {
    const fcs = p.linkType === WITH_FCS ? FCS : 0;
    if (p.end - p.at < 3 + fcs) return p.cut(3 + fcs);
    const layer = p.count - 1;
    if (fcs > 0 && p.end === p.wireEnd) p.mark[layer] = isFcsGood(p.buf, p.at, p.end) ? GOOD : BAD;
    if (p.wireEnd - fcs < p.end) p.end = p.wireEnd = p.wireEnd - fcs;
    const control = u16le(p.buf, p.at);
    const { header } = readLayout(p.buf, p.at);
    if (p.end - p.at < header) return p.cut(header);
    p.at += header;
    return p.at < p.end && (control & 7) === DATA ? data : null;
  },
  emit(p, layer, out) {
    const stop = p.stop[layer]!;
    if (stop - p.start[layer]! < 3) return;
    for (const field of [f.control, f.type, f.security, f.ackRequest, f.sequence]) out.fixed(field);
    if (p.mark[layer] === 0) return;
    out.add(f.fcs, stop - FCS, FCS);
    out.add(f.isGood, stop - FCS, FCS, p.mark[layer] === GOOD);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    let said = names[u16le(b, start) & 7]!;
    const { dst, dstWidth, src, srcWidth, header } = readLayout(b, start);
    if (p.stop[layer]! - start < header) return said;
    if (dst >= 0) said += `, Dst: ${addressText(b, dst, dstWidth)}`;
    if (src >= 0) said += `, Src: ${addressText(b, src, srcWidth)}`;
    return p.mark[layer] === BAD ? `${said}, Bad FCS` : said;
  },
});

function addressText(b: Uint8Array, at: number, width: number): string {
  if (width === 2)
    return u16le(b, at) === BROADCAST ? 'Broadcast' : `0x${u16le(b, at).toString(16).padStart(4, '0')}`;
  const bytes: string[] = [];
  for (let i = width - 1; i >= 0; i--) bytes.push(b[at + i]!.toString(16).padStart(2, '0'));
  return bytes.join(':');
}

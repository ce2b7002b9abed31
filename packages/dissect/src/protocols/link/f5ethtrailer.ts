// F5 BIG-IP Ethernet trailer (vendor's format, versions 9.4 to 16): blocks of type, length and version with increasing
// detail; later versions begin with a magic number.
import { ascii, u16, u32 } from '../../core/bytes.ts';
import { bool, none, text, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { StringSink } from '../../core/text-sink.ts';

const MAGIC = 0xf5deb0f5;
const MAGIC_HEADER = 8;
const BLOCK_HEADER = 8;
const LOW = 1;
const HIGH = 3;
/** Lengths of the blocks by type and version, with their 3-byte header. */
const LOW_10 = 22;
const LOW_94 = 35;
const LOW_V1_MIN = 7;
const LENGTHS: readonly (readonly number[])[] = [[], [LOW_10, LOW_94], [8, 21, 29], [42]];
/** Minimum length of blocks of type 2, versions 1 to 3, without the reset cause. */
const MEDIUM_MIN = [0, 30, 31, 35];

const f = {
  header: none('f5ethtrailer.header', 'F5 Trailer Header'),
  type: uint('f5ethtrailer.type', 'Type'),
  length: uint('f5ethtrailer.length', 'Trailer length'),
  version: uint('f5ethtrailer.version', 'Version'),
  low: none('f5ethtrailer.low', 'Low Details'),
  medium: none('f5ethtrailer.medium', 'Medium Details'),
  high: none('f5ethtrailer.high', 'High Details'),
  ingress: bool('f5ethtrailer.ingress', 'Ingress'),
  slot: uint('f5ethtrailer.slot', 'Slot (1-based)'),
  tmm: uint('f5ethtrailer.tmm', 'TMM (0-based)'),
  vip: text('f5ethtrailer.vip', 'VIP'),
};

/** Length of the old-format block at `at`; 0: none. */
function blockLength(b: Uint8Array, at: number, end: number): number {
  if (end - at < 6) return 0;
  const type = b[at]!;
  const length = b[at + 1]! + 2;
  const version = b[at + 2]!;
  if (type < LOW || type > HIGH || length > end - at) return 0;
  if (version === 0) return LENGTHS[type]!.includes(length) ? length : 0;
  if (type === LOW && version === 1)
    return length >= LOW_V1_MIN && b[at + 6]! + LOW_V1_MIN === length ? length : 0;
  const least = type === 2 ? MEDIUM_MIN[version] : undefined;
  return least !== undefined && length >= least && b[at + least - 1]! + least === length ? length : 0;
}

function isMagic(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < MAGIC_HEADER || u32(b, at) !== MAGIC) return false;
  const length = u16(b, at + 4);
  return length >= MAGIC_HEADER && length <= end - at;
}

export function isF5Trailer(p: Packet, at: number, end: number): boolean {
  return isMagic(p.buf, at, end) || blockLength(p.buf, at, end) > 0;
}

/** Offset of ingress flag, slot and TMM in the first low-detail block; -1 if there is none. */
function lowDetails(b: Uint8Array, at: number, end: number): number {
  if (!isMagic(b, at, end)) return b[at] === LOW ? at + 3 : -1;
  const stop = at + u16(b, at + 4);
  // A block: provider (0: tcpdump's noise), type, length and version, of two bytes each.
  for (let block = at + MAGIC_HEADER; block + BLOCK_HEADER + 4 <= stop; ) {
    const length = u16(b, block + 4);
    if (length < BLOCK_HEADER) return -1;
    if (u16(b, block + 2) === LOW) return block + BLOCK_HEADER;
    block += length;
  }
  return -1;
}

export const f5ethtrailer = protocol({
  name: 'f5ethtrailer',
  title: 'F5 Ethernet Trailer Protocol',
  fields: f,
  step: () => null,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (isMagic(b, start, stop)) {
      const low = lowDetails(b, start, stop);
      if (low >= 0) emitLow(b, low, 1, out);
      return;
    }
    for (let at = start; at < stop; ) {
      const length = blockLength(b, at, stop);
      if (length === 0) return;
      const type = b[at]!;
      out.open(type === LOW ? f.low : type === HIGH ? f.high : f.medium, at, length, true);
      out.open(f.header, at, 3, true);
      out.add(f.type, at, 1);
      out.add(f.length, at + 1, 1);
      out.add(f.version, at + 2, 1);
      out.close();
      if (type === LOW) {
        emitLow(b, at + 3, length === LOW_94 && b[at + 2] === 0 ? 0 : 1, out);
        const name = b[at + 2] === 1 ? at + LOW_V1_MIN : at + length - 16;
        out.add(f.vip, name, at + length - name, ascii(b, name, at + length).replace(/\0.*$/s, ''));
      }
      out.close();
      at += length;
    }
  },
  // The direction precedes the packet's own Info text.
  info(p, layer) {
    const b = p.bufferOf(layer);
    const low = lowDetails(b, p.start[layer]!, p.stop[layer]!);
    if (low < 0) return null;
    const below = infoBelow(p, layer);
    const slot = b[low + 1]! + (p.stop[layer]! - p.start[layer]! === LOW_94 ? 0 : 1);
    return `${b[low]! & 1 ? 'IN ' : 'OUT'} s${slot}/tmm${String(b[low + 2]!).padEnd(2)}: ${below}`;
  },
});

function emitLow(b: Uint8Array, at: number, slotBase: number, out: Sink): void {
  out.add(f.ingress, at, 1, (b[at]! & 1) !== 0);
  out.add(f.slot, at + 1, 1, b[at + 1]! + slotBase);
  out.add(f.tmm, at + 2, 1);
}

function infoBelow(p: Packet, layer: number): string {
  const out = new StringSink();
  for (let below = layer - 1; below >= 0 && out.value === ''; below--) {
    if ((p.flags[below]! & COLUMN) === 0) continue;
    const made = p.protocols[below]!;
    if (made.writeInfo !== null) made.writeInfo(p, below, out);
    else out.text(made.info?.(p, below) ?? '');
  }
  return out.value;
}

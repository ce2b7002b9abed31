// Trailers of Ixia and Gigamon taps: TLVs, total length, a magic number, and an Internet checksum (RFC 1071) over
// everything before it.
import { u16 } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';

const IXIA_MARK = 0xaf12;
const GIGAMON_MARK = 0x22e5;
/** Length of length, magic number and checksum after the TLVs. */
const TAIL = 5;

/** RFC 1071 §1: the ones' complement sum. */
function checksum(b: Uint8Array, at: number, end: number): number {
  let sum = 0;
  for (; at + 1 < end; at += 2) sum += u16(b, at);
  if (at < end) sum += b[at]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function isMarked(p: Packet, at: number, end: number, mark: number): boolean {
  const b = p.buf;
  if (end - at < TAIL || u16(b, end - 4) !== mark) return false;
  const start = end - TAIL - b[end - TAIL]!;
  return start >= at && checksum(b, start, end - 2) === u16(b, end - 2);
}

export function isIxiaTrailer(p: Packet, at: number, end: number): boolean {
  // With 19 bytes, the last four are the frame check sequence.
  const last = end - at === 19 ? end - 4 : end;
  return isMarked(p, at, last, IXIA_MARK) && last - TAIL - p.buf[last - TAIL]! === at;
}

export function isGigamonTrailer(p: Packet, at: number, end: number): boolean {
  return isMarked(p, at, end, GIGAMON_MARK);
}

const ixia = { generic: bytes('ixiatrailer.generic', 'Generic Field') };
export const ixiatrailer = protocol({
  name: 'ixiatrailer',
  title: 'Ixia Trailer',
  fields: ixia,
  step: () => null,
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const length = p.bufferOf(layer)[start + 1]!;
    if (start + 2 + length <= p.stop[layer]!) out.add(ixia.generic, start + 2, length);
  },
});

const gigamon = {
  generic: bytes('gmhdr.generic', 'Generic Field'),
  size: uint('gmhdr.pktsize', 'Original Packet Size'),
};
export const gmtrailer = protocol({
  name: 'gmtrailer',
  title: 'Gigamon Trailer',
  fields: gigamon,
  step: () => null,
});

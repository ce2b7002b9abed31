// The blocks of a ring's files, as far as their bounds: pcapng, little-endian, as PcapngWriter writes them
// (draft-ietf-opsawg-pcapng §3.1: type 4, length 4, body, length 4 once more).
import { BLOCK_ENHANCED_PACKET, BLOCK_INTERFACE, BLOCK_SIMPLE_PACKET } from '@eyrie/dissect/files';

/** Type, both lengths. */
const FRAME_BYTES = 12;
/** A longer block is not looked for: packets of a live interface have 256 KiB at most. */
export const PACKET_BLOCK_MAX = (256 << 10) + 1024;
/** Of an enhanced packet block without the packet (§4.3). */
const ENHANCED_BYTES = 32;
const CAPTURED_AT = 20;

/** Behind the head of a file; of interfaces there may be another when the capture tool was started again. */
const types: ReadonlySet<number> = new Set([BLOCK_ENHANCED_PACKET, BLOCK_SIMPLE_PACKET, BLOCK_INTERFACE]);

/**
 * Finds where a whole block begins in bytes from the middle of a file: from there on, block follows block for longer than any
 * block is, or up to their end, so that one inside a packet's data is not mistaken for one of the file. -1: nowhere.
 *
 * @param at the position of `bytes` in the file, where blocks begin at multiples of 4
 */
export function firstBlockIn(bytes: Uint8Array, at: number): number {
  const view = viewOf(bytes);
  for (let from = (4 - (at % 4)) % 4; from + FRAME_BYTES <= bytes.length; from += 4)
    if (isChain(view, from)) return from;
  return -1;
}

/** How long the first blocks of `bytes` are together, as many as `most` bytes hold, but at least one. */
export function wholeBlocks(bytes: Uint8Array, most: number): number {
  const view = viewOf(bytes);
  let end = 0;
  while (end + FRAME_BYTES <= bytes.length) {
    const length = view.getUint32(end + 4, true);
    if (end > 0 && end + length > most) break;
    end += length;
  }
  return end;
}

function isChain(view: DataView, from: number): boolean {
  let at = from;
  while (at + FRAME_BYTES <= view.byteLength && at - from <= PACKET_BLOCK_MAX) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (!types.has(type) || length % 4 !== 0 || length < FRAME_BYTES || length > PACKET_BLOCK_MAX)
      return false;
    if (type === BLOCK_ENHANCED_PACKET && at + ENHANCED_BYTES <= view.byteLength) {
      const captured = view.getUint32(at + CAPTURED_AT, true);
      if (captured + ENHANCED_BYTES > length) return false;
    }
    const end = at + length;
    const isWhole = end <= view.byteLength;
    if (isWhole ? view.getUint32(end - 4, true) !== length : at === from) return false;
    at = end;
  }
  return at > from;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

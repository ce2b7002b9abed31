// The comments on one packet of a pcapng file, read at its place, without the blocks before it.
import { OPTION_COMMENT, OptionCursor } from './pcapng-options.ts';

/** Bytes of an Enhanced Packet Block before the packet's data (draft-ietf-opsawg-pcapng §4.3). */
export const PACKET_BLOCK_HEAD = 28;
const ENHANCED_PACKET = 6;
/** Its length once more, behind the options. */
const TRAILER = 4;
/** Options that are looked at; the longest text of one has 64 KiB. */
const OPTIONS_BYTES_MAX = 1 << 20;

/**
 * Where in the file the options of a packet's block are: offset from the packet's data, and length in bytes.
 *
 * @param head the PACKET_BLOCK_HEAD bytes before the data
 * @param captured bytes of data
 * @returns null: there are none, or it is no such block
 */
export function packetOptionsAt(
  head: Uint8Array,
  captured: number,
): { from: number; length: number; isLittle: boolean } | null {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < PACKET_BLOCK_HEAD) return null;
  // The type tells the section's byte order, too.
  const isLittle = view.getUint32(0, true) === ENHANCED_PACKET;
  if (!isLittle && view.getUint32(0, false) !== ENHANCED_PACKET) return null;
  if (view.getUint32(20, isLittle) !== captured) return null;
  const from = (captured + 3) & ~3;
  const length = view.getUint32(4, isLittle) - PACKET_BLOCK_HEAD - from - TRAILER;
  return length < 4 || length > OPTIONS_BYTES_MAX ? null : { from, length, isLittle };
}

export function commentsIn(options: Uint8Array, isLittle: boolean): string[] {
  const view = new DataView(options.buffer, options.byteOffset, options.length);
  const option = new OptionCursor(options, view, 0, options.length, isLittle);
  const comments: string[] = [];
  while (option.next()) if (option.code === OPTION_COMMENT) comments.push(option.text());
  return comments;
}

// The addresses that a message tells, read straight from its records: what collects names asks this of every answer.
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { HEADER, messageStart } from './message.ts';
import { readName, skipName } from './name.ts';

/** Bytes of the address by type of record: A (RFC 1035 §3.4.1) and AAAA (RFC 3596 §2.2). */
const WIDTHS: Readonly<Record<number, number>> = { 1: 4, 28: 16 };

/**
 * Calls `visit` for each A and AAAA record of a message, whatever its section.
 *
 * @param visit gets the record's name, and the place and width of the address in the layer's buffer
 */
export function eachAddress(
  p: Packet,
  layer: number,
  visit: (name: string, b: Uint8Array, at: number, width: number) => void,
): void {
  const b = p.bufferOf(layer);
  const start = messageStart(p, layer);
  const end = p.stop[layer]!;
  if (end - start < HEADER) return;
  let at = start + HEADER;
  for (let left = u16(b, start + 4); left > 0; left--) {
    at = skipName(b, at, end) + 4;
    if (at < 4 || at > end) return;
  }
  for (let left = u16(b, start + 6) + u16(b, start + 8) + u16(b, start + 10); left > 0; left--) {
    const after = skipName(b, at, end);
    const data = after + 10;
    if (after < 0 || data > end) return;
    const next = data + u16(b, after + 8);
    const width = WIDTHS[u16(b, after)];
    if (width !== undefined && data + width <= Math.min(next, end))
      visit(readName(b, at, start, end), b, data, width);
    at = next;
  }
}

// Payload of frames with a length instead of an EtherType (IEEE Std 802.3-2022 §3.2.6): LLC, or raw IPX.
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { llc } from '../llc.ts';
import { ipx } from '../oldlan/ipx.ts';

export const LENGTH_MAX = 1500;

/**
 * Narrows the payload to `length` bytes at p.at and returns its protocol; the layer below keeps the rest as trailer.
 */
export function byLength(p: Packet, length: number): Protocol {
  const end = p.at + length;
  if (end < p.wireEnd) p.wireEnd = end;
  if (end < p.end) p.end = end;
  // Novell's "raw" frames: IPX without LLC, recognized by its checksum 0xffff.
  return p.end - p.at >= 2 && p.buf[p.at] === 0xff && p.buf[p.at + 1] === 0xff ? ipx : llc;
}

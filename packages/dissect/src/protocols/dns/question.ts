// The bytes of a question's name: what a name of a tunnel carries need not be text.
import type { Packet } from '../../core/packet.ts';
import { HEADER, messageStart } from './message.ts';
import { readNameBytes } from './name.ts';

/** Of the first question of a message, with dots between the labels; empty if there is none. */
export function questionBytes(p: Packet, layer: number): Uint8Array {
  const start = messageStart(p, layer);
  return readNameBytes(p.bufferOf(layer), start + HEADER, start, p.stop[layer]!);
}

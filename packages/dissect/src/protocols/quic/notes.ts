// Layer notes of QUIC packets, for emit, info and stream reassembly.
import type { Packet } from '../../core/packet.ts';
import type { Connection } from './connection.ts';
import type { Unprotected } from './decryption.ts';

/** Of a packet that was decrypted. */
export interface QuicNotes {
  readonly connection: Connection;
  readonly decrypted: Unprotected;
  /** Sent by the client (0) or the server (1). */
  readonly who: 0 | 1;
  /** Info text for the content of frames, by their offset. */
  readonly inside: Map<number, string>;
}

/** The note of a layer; null if its packet was not decrypted. */
export function quicNotes(p: Packet, layer: number): QuicNotes | null {
  if (p.protocols[layer]!.name !== 'quic') return null;
  const notes = p.notes[layer] as Connection | QuicNotes | null;
  return notes !== null && 'decrypted' in notes ? notes : null;
}

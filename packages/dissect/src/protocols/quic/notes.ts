// What a QUIC packet's step leaves for its emit and info, and for who follows streams.
import type { Packet } from '../../core/packet.ts';
import type { Connection } from './connection.ts';
import type { Unprotected } from './opening.ts';

/** Of a packet that was opened. */
export interface QuicNotes {
  readonly connection: Connection;
  readonly opened: Unprotected;
  /** Sent by the client (0) or the server (1). */
  readonly who: 0 | 1;
  /** What the Info column says of the content of frames, by where they begin. */
  readonly inside: Map<number, string>;
}

/** Those of a layer; null where it is no packet that was opened. */
export function quicNotes(p: Packet, layer: number): QuicNotes | null {
  if (p.protocols[layer]!.name !== 'quic') return null;
  const notes = p.notes[layer] as Connection | QuicNotes | null;
  return notes !== null && 'opened' in notes ? notes : null;
}

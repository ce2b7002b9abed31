// What two sides said under TLS, where its secrets are known: a piece for each record of application data.
import type { Packet } from '../core/packet.ts';
import { HandshakeNotes } from '../protocols/tls/handshake.ts';
import { APPLICATION_DATA } from '../protocols/tls/session.ts';
import { Follow, type Piece, type Wanted } from './follow.ts';

export class FollowTls {
  readonly #sides: Follow;
  readonly #onPiece: (piece: Piece) => void;

  constructor(wanted: Wanted, onPiece: (piece: Piece) => void) {
    this.#sides = new Follow('tcp', wanted, () => {});
    this.#onPiece = onPiece;
  }

  /** First who sent the first record that was decrypted, be it a handshake message; null before it. */
  get sides(): Follow['sides'] {
    return this.#sides.sides;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      const notes = p.notes[layer];
      if (!(notes instanceof HandshakeNotes) || notes.decrypted.length === 0) continue;
      const side = this.#sides.sideOf(p);
      if (side < 0) return;
      for (const { type, content } of notes.decrypted) {
        if (type !== APPLICATION_DATA || content.length === 0) continue;
        const { number: frame, seconds, nanoseconds } = p;
        this.#onPiece({ side: side as 0 | 1, frame, seconds, nanoseconds, data: content });
      }
    }
  }
}

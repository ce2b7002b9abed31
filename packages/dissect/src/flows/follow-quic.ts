// What client and server said on one stream of a QUIC connection whose secrets are known: a piece for each part in order.

import type { Packet } from '../core/packet.ts';
import { netAddress } from '../core/text.ts';
import { eachFrame, isStream, streamPart } from '../protocols/quic/frames.ts';
import { quicNotes } from '../protocols/quic/notes.ts';
import { OrderedBytes } from '../protocols/quic/ordered-bytes.ts';
import type { Follow, Piece } from './follow.ts';

export class FollowQuic {
  /** The client and the server; null before the first packet that was decrypted. */
  sides: Follow['sides'] = null;
  readonly #connection: number;
  readonly #stream: number;
  readonly #onPiece: (piece: Piece) => void;
  readonly #ordered = [new OrderedBytes(), new OrderedBytes()] as const;

  /** `connection` is quic.connection.number, `stream` counts within it (RFC 9000 §2.1). */
  constructor(connection: number, stream: number, onPiece: (piece: Piece) => void) {
    this.#connection = connection;
    this.#stream = stream;
    this.#onPiece = onPiece;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      const notes = quicNotes(p, layer);
      if (notes === null || notes.connection.number !== this.#connection) continue;
      const { plain } = notes.decrypted;
      if (plain !== null) this.#frames(p, plain, notes.who);
    }
  }

  #frames(p: Packet, plain: Uint8Array, side: 0 | 1): void {
    const source = { address: netAddress(p, p.netSrc), port: p.srcPort };
    const destination = { address: netAddress(p, p.netDst), port: p.dstPort };
    this.sides ??= side === 0 ? [source, destination] : [destination, source];
    eachFrame(plain, 0, plain.length, (type, at, body, end) => {
      if (!isStream(type)) return at < end;
      const { id, offset, at: from } = streamPart(plain, type, body);
      const ordered = this.#ordered[side];
      if (id !== this.#stream || !ordered.add(plain, from, end, offset)) return true;
      const data = ordered.bytes.subarray(ordered.start, ordered.end);
      const { number: frame, seconds, nanoseconds } = p;
      this.#onPiece({ side, frame, seconds, nanoseconds, data });
      return true;
    });
  }
}

// What client and server said on one stream of a QUIC connection whose secrets are known: a piece for each part in order;
// or, for people, the messages of HTTP/3 on it.

import type { Packet } from '../core/packet.ts';
import { netAddress } from '../core/text.ts';
import type { Http3Connection } from '../protocols/http3/connection.ts';
import { DATA, HEADERS } from '../protocols/http3/fields.ts';
import type { Http3Notes } from '../protocols/http3/http3.ts';
import { eachFrame, isStream, streamPart } from '../protocols/quic/frames.ts';
import { quicNotes } from '../protocols/quic/notes.ts';
import { OrderedBytes } from '../protocols/quic/ordered-bytes.ts';
import type { Follow, Piece } from './follow.ts';
import { ReadableMessages } from './readable-messages.ts';

export class FollowQuic {
  /** The client and the server; null before the first packet that was decrypted. */
  sides: Follow['sides'] = null;
  readonly #connection: number;
  readonly #stream: number;
  readonly #onPiece: (piece: Piece) => void;
  readonly #ordered = [new OrderedBytes(), new OrderedBytes()] as const;
  /** Number of the packet whose layers of HTTP/3 were read last. */
  #readFrame = -1;
  /** Null: the bytes of the stream, as tshark gives them. */
  readonly #messages: ReadableMessages | null;

  /**
   * `connection` is quic.connection.number, `stream` counts within it (RFC 9000 §2.1).
   *
   * @param isReadable requests and responses of HTTP/3: header fields as lines, bodies without frames, decoded
   */
  constructor(connection: number, stream: number, onPiece: (piece: Piece) => void, isReadable = false) {
    this.#connection = connection;
    this.#stream = stream;
    this.#onPiece = onPiece;
    this.#messages = isReadable ? new ReadableMessages(onPiece) : null;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      const notes = quicNotes(p, layer);
      if (notes === null || notes.connection.number !== this.#connection) continue;
      const { plain } = notes.decrypted;
      if (plain === null) continue;
      this.#seeSides(p, notes.who);
      // Requests and responses are on the streams that both sides may send on (RFC 9114 §6.1).
      if (this.#messages === null || !notes.connection.alpn.startsWith('h3') || this.#stream % 4 >= 2)
        this.#frames(p, plain, notes.who);
      else this.#read(this.#messages, p, notes.connection.http3);
    }
  }

  /** No packets follow: gives what there is of bodies whose end was not captured. */
  end(): void {
    this.#messages?.flush();
  }

  #seeSides(p: Packet, side: 0 | 1): void {
    const source = { address: netAddress(p, p.netSrc), port: p.srcPort };
    const destination = { address: netAddress(p, p.netDst), port: p.dstPort };
    this.sides ??= side === 0 ? [source, destination] : [destination, source];
  }

  /** Each layer of HTTP/3 once, as a datagram may have several packets of the connection. */
  #read(messages: ReadableMessages, p: Packet, http3: Http3Connection): void {
    if (this.#readFrame === p.number) return;
    this.#readFrame = p.number;
    for (let layer = 1; layer < p.count; layer++) {
      const notes = p.protocols[layer]!.name === 'http3' ? (p.notes[layer] as Http3Notes | null) : null;
      if (notes === null || notes.connection !== http3 || notes.id !== this.#stream) continue;
      const b = p.bufferOf(layer);
      for (const { type, body, end, fields } of notes.frames)
        if (type === HEADERS) messages.fields(p, notes.who, fields);
        else if (type === DATA) messages.part(p, notes.who, b.subarray(body, end));
      if (notes.isWhole) messages.end(p, notes.who);
    }
  }

  #frames(p: Packet, plain: Uint8Array, side: 0 | 1): void {
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

// The streams within a connection of HTTP/2 or QUIC that packets have data of: a choice of what to follow.
import { type Packet, SHOWN } from '../core/packet.ts';
import {
  CONTINUATION,
  DATA,
  HEADER,
  HEADERS,
  isPreface,
  PUSH_PROMISE,
  streamOf,
} from '../protocols/http/http2/frames.ts';
import { eachFrame, isStream, streamPart } from '../protocols/quic/frames.ts';
import { quicNotes } from '../protocols/quic/notes.ts';

/** Frames of HTTP/2 that say something: priorities are given to streams that never begin, too. */
const SAYING = new Set([DATA, HEADERS, PUSH_PROMISE, CONTINUATION]);

export interface Substream {
  /** quic.connection.number; 0 in HTTP/2, where the conversation is the connection. */
  readonly connection: number;
  /** http2.streamid (RFC 9113 §5.1.1) or quic.stream.stream_id (RFC 9000 §2.1). */
  readonly stream: number;
  /** Number of the first packet with content of it. */
  readonly frame: number;
}

export class Substreams {
  readonly #protocol: 'http2' | 'quic';
  readonly #most: number;
  readonly #found = new Map<string, Substream>();

  /** @param most how many are kept at most */
  constructor(protocol: 'http2' | 'quic', most: number) {
    this.#protocol = protocol;
    this.#most = most;
  }

  /** In the order of their first frames. */
  get items(): readonly Substream[] {
    return [...this.#found.values()];
  }

  get isFull(): boolean {
    return this.#found.size >= this.#most;
  }

  add(p: Packet): void {
    for (let layer = 1; layer < p.count; layer++) {
      if (this.#protocol === 'quic') this.#addQuic(p, layer);
      else this.#addHttp2(p, layer);
    }
  }

  #addHttp2(p: Packet, layer: number): void {
    if (p.protocols[layer]!.name !== 'http2' || (p.flags[layer]! & SHOWN) === 0) return;
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    if (stop - start < HEADER || isPreface(b, start, stop) || !SAYING.has(b[start + 3]!)) return;
    this.#see(p, 0, streamOf(b, start));
  }

  #addQuic(p: Packet, layer: number): void {
    const notes = quicNotes(p, layer);
    const plain = notes?.decrypted.plain ?? null;
    if (notes === null || plain === null) return;
    eachFrame(plain, 0, plain.length, (type, at, body, end) => {
      if (!isStream(type)) return at < end;
      this.#see(p, notes.connection.number, streamPart(plain, type, body).id);
      return true;
    });
  }

  #see(p: Packet, connection: number, stream: number): void {
    const key = `${connection} ${stream}`;
    if (!this.#found.has(key) && !this.isFull) this.#found.set(key, { connection, stream, frame: p.number });
  }
}

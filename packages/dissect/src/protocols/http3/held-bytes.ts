// Shared bound on the bytes buffered for all HTTP/3 streams of a capture, against senders that begin many frames on
// many streams.
import { OrderedBytes } from '../quic/ordered-bytes.ts';
import { type Http3Stream, LOST } from './connection.ts';
import { FrameCutter } from './stream.ts';

const HELD_BYTES_MAX = 32 << 20;
/** Memory overhead of a stream in bytes: while it is listed here it stays in memory, even if its connection is gone. */
const STREAM_OVERHEAD_BYTES = 1024;

export class HeldBytes {
  /** Streams with their numbers of buffered bytes, least recently updated first. */
  readonly #streams = new Map<Http3Stream, number>();
  #sum = 0;

  /** To be called when a stream's buffer changed; beyond the bound, the least recently updated streams are evicted. */
  update(stream: Http3Stream): void {
    const bytes = stream.ordered.held + stream.cutter.held + (stream.message?.held ?? 0);
    const held = bytes === 0 ? 0 : bytes + STREAM_OVERHEAD_BYTES;
    this.#sum += held - (this.#streams.get(stream) ?? 0);
    this.#streams.delete(stream);
    if (held > 0) this.#streams.set(stream, held);
    for (const [oldest, itsHeld] of this.#streams) {
      if (this.#sum <= HELD_BYTES_MAX) return;
      oldest.type = LOST;
      oldest.ordered = new OrderedBytes();
      oldest.cutter = new FrameCutter();
      oldest.message = null;
      this.#streams.delete(oldest);
      this.#sum -= itsHeld;
    }
  }
}

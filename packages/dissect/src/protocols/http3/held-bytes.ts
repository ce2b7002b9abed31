// Shared bound on the bytes buffered for all HTTP/3 streams of a capture; otherwise a sender could exhaust memory with
// the beginnings of many frames on many streams.
import { OrderedBytes } from '../quic/ordered-bytes.ts';
import { type Http3Stream, LOST } from './connection.ts';
import { FrameCutter } from './stream.ts';

const HELD_BYTES_MAX = 32 << 20;
/** Fixed cost of a stream in bytes: it stays in memory while listed here, even after its connection is gone. */
const STREAM_OVERHEAD_BYTES = 1024;

export class HeldBytes {
  /** Streams with buffered bytes and their amounts; the one that has waited longest first. */
  readonly #streams = new Map<Http3Stream, number>();
  #sum = 0;

  /** After a stream took bytes. Where all hold too much, those that have waited longest are given up. */
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

// What is remembered of an HTTP/3 connection: its streams, and the tables of header compression.
import { Message } from '../http/message.ts';
import { OrderedBytes } from '../quic/ordered-bytes.ts';
import { QpackDecoder } from './qpack.ts';
import { FrameCutter } from './stream.ts';

/** Streams followed at a time; the oldest go first. */
const STREAMS_MAX = 512;

/** Types of unidirectional streams (RFC 9114 §6.2, RFC 9204 §4.2). */
export const CONTROL = 0;
export const PUSH = 1;
export const QPACK_ENCODER = 2;
/** Not told yet, and that of streams in both directions, which don't tell one. */
export const UNTOLD = -1;
export const REQUEST = -2;
/** What it held was given up: where its next frame begins is not known. */
export const LOST = -3;

/** What one side sends on a stream. */
export interface Http3Stream {
  ordered: OrderedBytes;
  cutter: FrameCutter;
  type: number;
  /** Of a request, a response or a push; null once it was read, or cannot be any more. */
  message: Message | null;
  /** Bytes of the stream in all; -1: not told yet. */
  length: number;
}

export class Http3Connection {
  /** Of what the client and the server encode. */
  readonly decoders = [new QpackDecoder(), new QpackDecoder()] as const;
  readonly #streams = new Map<number, Http3Stream>();

  stream(id: number, who: 0 | 1): Http3Stream {
    const key = id * 2 + who;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      // RFC 9000 §2.1: the second bit says that only one side sends.
      const type = id % 4 >= 2 ? UNTOLD : REQUEST;
      stream = {
        ordered: new OrderedBytes(),
        cutter: new FrameCutter(),
        type,
        message: new Message(),
        length: -1,
      };
      if (this.#streams.size >= STREAMS_MAX) this.#streams.delete(this.#streams.keys().next().value!);
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

// State of an HTTP/3 connection: its streams, and the tables of header compression.
import { Message } from '../http/message.ts';
import { OrderedBytes } from '../quic/ordered-bytes.ts';
import { QpackDecoder } from './qpack.ts';
import { FrameCutter } from './stream.ts';

/** Maximum number of streams; the oldest are evicted. */
const STREAMS_MAX = 512;

/** Types of unidirectional streams (RFC 9114 §6.2, RFC 9204 §4.2). */
export const CONTROL = 0;
export const PUSH = 1;
export const QPACK_ENCODER = 2;
/** Stream type not yet known; also used for bidirectional streams, which have none. */
export const UNTYPED = -1;
export const REQUEST = -2;
/** Buffered bytes were evicted, so that the next frame boundary is unknown. */
export const LOST = -3;

/** One direction of a stream. */
export interface Http3Stream {
  ordered: OrderedBytes;
  cutter: FrameCutter;
  type: number;
  /** Message of a request, response or push stream; null once it was dissected or cannot be. */
  message: Message | null;
  /** Part of a body came, and the stream has not ended. */
  hasBody: boolean;
  /** A frame was too long to be kept. */
  hasGap: boolean;
  /** Final size of the stream; -1 if unknown. */
  length: number;
}

export class Http3Connection {
  /** QPACK decoders of what client and server encode. */
  readonly decoders = [new QpackDecoder(), new QpackDecoder()] as const;
  readonly #streams = new Map<number, Http3Stream>();

  stream(id: number, who: 0 | 1): Http3Stream {
    const key = id * 2 + who;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      // RFC 9000 §2.1: the second-lowest bit marks unidirectional streams.
      const type = id % 4 >= 2 ? UNTYPED : REQUEST;
      stream = {
        ordered: new OrderedBytes(),
        cutter: new FrameCutter(),
        type,
        message: new Message(),
        hasBody: false,
        hasGap: false,
        length: -1,
      };
      if (this.#streams.size >= STREAMS_MAX) this.#streams.delete(this.#streams.keys().next().value!);
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

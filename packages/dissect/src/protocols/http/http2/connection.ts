// State of an HTTP/2 connection: header compression, and bodies of incomplete streams.
import type { Packet } from '../../../core/packet.ts';
import { Message } from '../message.ts';
import { type HeaderField, HpackDecoder } from './hpack.ts';

/** Limits: number of streams, and total bytes kept for their bodies. */
const STREAMS_MAX = 512;
const BODY_BYTES_MAX = 8 << 20;
const BLOCK_BYTES_MAX = 1 << 20;

const NO_BYTES = new Uint8Array(0);

export class Http2Connection {
  /** HPACK decoders by direction. */
  readonly decoders = [new HpackDecoder(), new HpackDecoder()] as const;
  readonly blocks: [Uint8Array, Uint8Array] = [NO_BYTES, NO_BYTES];
  readonly #messages = new Map<number, Message>();
  #held = 0;

  message(stream: number, direction: number): Message {
    const key = stream * 2 + direction;
    let message = this.#messages.get(key);
    if (message === undefined) {
      if (this.#messages.size >= STREAMS_MAX) this.end(this.#messages.keys().next().value!);
      message = new Message();
      this.#messages.set(key, message);
    }
    return message;
  }

  /** Keeps a part of a body; false beyond the limit: the body will lack this part. */
  keep(message: Message, part: Uint8Array): boolean {
    if (this.#held + part.length > BODY_BYTES_MAX) return false;
    this.#held += part.length;
    message.keep(part);
    return true;
  }

  /** Removes and returns the stored body, with the newest part appended. */
  take(message: Message, part: Uint8Array): Uint8Array {
    this.#held -= message.length;
    const whole = message.whole(part);
    message.forget();
    return whole;
  }

  end(key: number): void {
    this.#held -= this.#messages.get(key)?.length ?? 0;
    this.#messages.delete(key);
  }

  /** Decodes a header block, which may span several frames (RFC 9113 §4.3); null while it is incomplete. */
  headers(
    direction: 0 | 1,
    b: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): HeaderField[] | null {
    const before = this.blocks[direction];
    if (before.length === 0 && isLast) return this.decoders[direction].read(b, start, end);
    const block = new Uint8Array(Math.min(BLOCK_BYTES_MAX, before.length + end - start));
    block.set(before);
    block.set(b.subarray(start, start + block.length - before.length), before.length);
    this.blocks[direction] = isLast ? NO_BYTES : block;
    return isLast ? this.decoders[direction].read(block, 0, block.length) : null;
  }
}

export function http2Connection(p: Packet): Http2Connection {
  return p.session.stateOf(p, 'http2', () => new Http2Connection());
}

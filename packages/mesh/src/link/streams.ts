// The streams that share a session. The dialling side opens those with odd numbers, the other side those with even ones.

import { type FrameType, frameTypes } from '../wire/frame.ts';
import { type Reader, WireError, Writer } from '../wire/schema.ts';
import { cut } from './greeting.ts';
import { Stream, type StreamCarrier } from './stream.ts';

const STREAMS_MAX = 64;
const REASON_BYTES_MAX = 300;

export type SendFrame = (type: FrameType, first: Uint8Array, second?: Uint8Array) => void;

export class Streams implements StreamCarrier {
  /** False while the link exerts backpressure. */
  readonly hasRoom: () => boolean;
  readonly #isDialler: boolean;
  readonly #send: SendFrame;
  readonly #open = new Map<number, Stream>();
  /** The stream that the data frame being received belongs to; null if it was reset here meanwhile. */
  #incoming: Stream | null = null;
  #next: number;

  constructor(isDialler: boolean, send: SendFrame, hasRoom: () => boolean) {
    this.#isDialler = isDialler;
    this.#send = send;
    this.hasRoom = hasRoom;
    this.#next = isDialler ? 1 : 2;
  }

  open(kind: number, payload: Uint8Array): Stream {
    const id = this.#next;
    this.#next += 2;
    const stream = new Stream(id, this);
    this.#open.set(id, stream);
    const head = new Writer();
    head.varint(id);
    head.byte(kind);
    this.#send(frameTypes.open, head.finish(), payload);
    return stream;
  }

  /**
   * A stream that the other side opens; null if it is refused.
   *
   * @throws WireError if the number is not one of the other side's, or in use
   */
  accept(id: number): Stream | null {
    const isTheirs = id % 2 === (this.#isDialler ? 0 : 1);
    if (!isTheirs || this.#open.has(id)) throw new WireError('a stream with a number it may not have');
    if (this.#open.size >= STREAMS_MAX) {
      this.sendReset(id, 'too many streams at once');
      return null;
    }
    const stream = new Stream(id, this);
    this.#open.set(id, stream);
    return stream;
  }

  /**
   * A frame of a stream.
   *
   * @throws WireError if it violates flow control
   */
  take(type: FrameType, id: number, from: Reader): void {
    const stream = this.#open.get(id);
    if (type === frameTypes.data) this.#incoming = stream ?? null;
    // It may have been reset here while this was on the way.
    if (stream === undefined) return;
    switch (type) {
      case frameTypes.data:
        this.takeData(from.view(from.left));
        return;
      case frameTypes.credit:
        if (!stream.receiveCredit(from.varint())) throw new WireError('more credit than a stream has');
        return;
      case frameTypes.end:
        stream.receiveEnd();
        return;
      case frameTypes.reset:
        this.#open.delete(id);
        stream.receiveReset(from.view(Math.min(REASON_BYTES_MAX, from.left)).toString('utf8'));
        return;
    }
  }

  /** A part of a data frame, which arrives in several. */
  takeData(data: Buffer): void {
    if (this.#incoming?.receive(data) === false) throw new WireError('more data than there is room for');
  }

  /** The link takes more again. */
  drained(): void {
    for (const stream of [...this.#open.values()]) stream.onWritable();
  }

  /** The link is closed. */
  reset(reason: string): void {
    for (const stream of [...this.#open.values()]) stream.receiveReset(reason);
    this.#open.clear();
  }

  sendData(id: number, data: Uint8Array): void {
    this.#send(frameTypes.data, varintBytes(id), data);
  }

  sendCredit(id: number, bytes: number): void {
    this.#send(frameTypes.credit, Buffer.concat([varintBytes(id), varintBytes(bytes)]));
  }

  sendEnd(id: number): void {
    this.#send(frameTypes.end, varintBytes(id));
  }

  sendReset(id: number, reason: string): void {
    this.#send(frameTypes.reset, varintBytes(id), Buffer.from(cut(reason)));
  }

  forget(id: number): void {
    this.#open.delete(id);
    if (this.#incoming?.id === id) this.#incoming = null;
  }
}

function varintBytes(value: number): Buffer {
  const out = new Writer();
  out.varint(value);
  return out.finish();
}

// Bodies of messages that share a connection as streams (HTTP/2, HTTP/3): header fields and parts, until the stream ends.
import { codingNamed, unpacked } from '../../codec/unpack.ts';
import type { Packet } from '../../core/packet.ts';
import { headerValue } from '../../protocols/http/http2/frames.ts';
import type { HeaderField } from '../../protocols/http/http2/hpack.ts';
import { mediaTypeOf, nameOfTarget, OBJECT_BYTES_MAX, type OnObject, Parts } from './object.ts';

/** Streams of one connection with incomplete bodies; the oldest is evicted first. */
const STREAMS_MAX = 1024;
/**
 * Bytes kept for incomplete bodies of all connections, including aborted ones; the oldest streams are evicted first.
 */
const KEPT_BYTES_MAX = 1 << 30;

export interface Stream {
  host: string;
  name: string;
  /** Bodies of the request and of the response. */
  readonly bodies: readonly [Body, Body];
  /** Part of the data was evicted: the body can no longer be complete. */
  isLost: boolean;
}

interface Body {
  type: string;
  coding: string;
  readonly parts: Parts;
}

const newBody = (): Body => ({ type: '', coding: '', parts: new Parts() });

/** The streams of one connection, by number. */
export type Streams = Map<number, Stream>;

export class StreamedObjects {
  readonly #onObject: OnObject;
  /** Streams with kept bytes, oldest first. */
  readonly #kept = new Set<Stream>();
  #keptBytes = 0;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  /** Takes the header fields of a message in direction `who` of a stream. */
  fields(streams: Streams, id: number, who: 0 | 1, fields: readonly HeaderField[]): void {
    const stream = this.#at(streams, id);
    takeFields(stream, stream.bodies[who], fields);
  }

  /** Takes a part of a message's body. */
  part(streams: Streams, id: number, who: 0 | 1, part: Uint8Array): void {
    const stream = this.#at(streams, id);
    this.#keep(stream, stream.bodies[who], part);
  }

  /** The message is complete. */
  end(p: Packet, streams: Streams, id: number, who: 0 | 1): void {
    const stream = streams.get(id);
    if (stream !== undefined) this.#finish(p, stream, stream.bodies[who]);
  }

  /** The stream was aborted. */
  abort(streams: Streams, id: number): void {
    this.#forget(streams, id);
  }

  #at(streams: Streams, id: number): Stream {
    return streams.get(id) ?? this.#open(streams, id);
  }

  #open(streams: Map<number, Stream>, id: number): Stream {
    if (streams.size >= STREAMS_MAX) this.#forget(streams, streams.keys().next().value!);
    const stream: Stream = { host: '', name: '', bodies: [newBody(), newBody()], isLost: false };
    streams.set(id, stream);
    return stream;
  }

  #forget(streams: Map<number, Stream>, id: number): void {
    const stream = streams.get(id);
    if (stream !== undefined) this.#giveUp(stream);
    streams.delete(id);
  }

  #giveUp(stream: Stream): void {
    stream.isLost = true;
    for (const body of stream.bodies) this.#take(stream, body);
  }

  #keep(stream: Stream, { parts }: Body, part: Uint8Array): void {
    if (stream.isLost || part.length === 0) return;
    const before = parts.length;
    parts.add(part);
    this.#keptBytes += parts.length - before;
    this.#kept.add(stream);
    for (const oldest of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES_MAX) return;
      this.#giveUp(oldest);
    }
  }

  #take(stream: Stream, { parts }: Body): Uint8Array {
    this.#keptBytes -= parts.length;
    const bytes = parts.take();
    if (stream.bodies.every((body) => body.parts.length === 0)) this.#kept.delete(stream);
    return bytes;
  }

  #finish(p: Packet, stream: Stream, body: Body): void {
    const { host, name } = stream;
    const packed = this.#take(stream, body);
    const coding = codingNamed(body.coding);
    const plain = unpacked(p.session.unpack, coding, packed, 0, packed.length, OBJECT_BYTES_MAX);
    const data = plain ?? packed;
    if (data.length > 0) this.#onObject({ frame: p.number, host, type: body.type, name, data });
  }
}

/** Takes host and path from a request, media type and content coding from any message. */
function takeFields(stream: Stream, body: Body, fields: readonly HeaderField[]): void {
  const path = headerValue(fields, ':path');
  if (path !== undefined) stream.name = nameOfTarget(path);
  stream.host = headerValue(fields, ':authority') ?? headerValue(fields, 'host') ?? stream.host;
  body.type = mediaTypeOf(headerValue(fields, 'content-type') ?? body.type);
  body.coding = headerValue(fields, 'content-encoding')?.trim().toLowerCase() ?? body.coding;
}

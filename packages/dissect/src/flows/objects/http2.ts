// Bodies of HTTP/2 messages: the DATA frames of one direction of a stream (RFC 9113 §8.1).
import { codingNamed, unpacked } from '../../codec/unpack.ts';
import type { Packet } from '../../core/packet.ts';
import {
  contentOf,
  DATA,
  END_STREAM,
  HEADER,
  HEADERS,
  headerValue,
  isPreface,
  PUSH_PROMISE,
  RST_STREAM,
  streamOf,
} from '../../protocols/http/http2/frames.ts';
import type { HeaderField } from '../../protocols/http/http2/hpack.ts';
import { mediaTypeOf, nameOfTarget, OBJECT_BYTES_MAX, type OnObject, Parts } from './object.ts';

/** Streams of one connection with incomplete bodies; the oldest is evicted first. */
const STREAMS_MAX = 1024;
/**
 * Bytes kept for incomplete bodies of all connections, including aborted ones; the oldest streams are evicted first.
 */
const KEPT_BYTES_MAX = 1 << 30;

interface Stream {
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

export class Http2Objects {
  readonly #onObject: OnObject;
  /** Streams with kept bytes, oldest first. */
  readonly #kept = new Set<Stream>();
  #keptBytes = 0;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  frame(p: Packet, layer: number): void {
    const b = p.bufferOf(layer);
    const [start, stop] = [p.start[layer]!, p.stop[layer]!];
    if (stop - start < HEADER || isPreface(b, start, stop)) return;
    const type = b[start + 3]!;
    const streams = p.session.stateOf(p, 'http2.objects', () => new Map<number, Stream>());
    const id = streamOf(b, start);
    if (type === RST_STREAM) {
      this.#forget(streams, id);
      return;
    }
    const fields = p.notes[layer] as readonly HeaderField[] | null;
    if (type !== DATA && (fields === null || type === PUSH_PROMISE)) return;
    const stream = streams.get(id) ?? this.#open(streams, id);
    const body = stream.bodies[p.direction as 0 | 1];
    if (fields !== null) takeFields(stream, body, fields);
    if (type === DATA) this.#keep(stream, body, b.subarray(...contentOf(b, start, stop)));
    const mayEnd = type === DATA || type === HEADERS;
    if (mayEnd && (b[start + 4]! & END_STREAM) !== 0) this.#finish(p, stream, body);
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

// Bodies of HTTP/2 messages: the DATA frames of one direction of a stream (RFC 9113 §8.1).
import type { Packet } from '../../core/packet.ts';
import {
  contentOf,
  DATA,
  END_STREAM,
  HEADER,
  HEADERS,
  isPreface,
  PUSH_PROMISE,
  RST_STREAM,
  streamOf,
} from '../../protocols/http/http2/frames.ts';
import type { HeaderField } from '../../protocols/http/http2/hpack.ts';
import type { StreamedObjects, Streams } from './streams.ts';

/** Takes the frame that is the layer. */
export function http2Frame(p: Packet, layer: number, objects: StreamedObjects): void {
  const b = p.bufferOf(layer);
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  if (stop - start < HEADER || isPreface(b, start, stop)) return;
  const type = b[start + 3]!;
  const streams = p.session.stateOf(p, 'http2.objects', (): Streams => new Map());
  const id = streamOf(b, start);
  const who = p.direction as 0 | 1;
  if (type === RST_STREAM) {
    objects.abort(streams, id);
    return;
  }
  const fields = p.notes[layer] as readonly HeaderField[] | null;
  if (type !== DATA && (fields === null || type === PUSH_PROMISE)) return;
  if (fields !== null) objects.fields(streams, id, who, fields);
  if (type === DATA) objects.part(streams, id, who, b.subarray(...contentOf(b, start, stop)));
  const mayEnd = type === DATA || type === HEADERS;
  if (mayEnd && (b[start + 4]! & END_STREAM) !== 0) objects.end(p, streams, id, who);
}

// Bodies of HTTP/3 messages: the DATA frames of one direction of a stream (RFC 9114 §4.1).
import type { Packet } from '../../core/packet.ts';
import type { Http3Connection } from '../../protocols/http3/connection.ts';
import { DATA, HEADERS } from '../../protocols/http3/fields.ts';
import type { Http3Notes } from '../../protocols/http3/http3.ts';
import type { StreamedObjects, Streams } from './streams.ts';

const streamsOf = new WeakMap<Http3Connection, Streams>();

/** Takes the frames of the layer. */
export function http3Frames(p: Packet, layer: number, objects: StreamedObjects): void {
  const notes = p.notes[layer] as Http3Notes | null;
  if (notes === null) return;
  const { connection, id, who, frames, isWhole } = notes;
  const streams = streamsOf.get(connection) ?? new Map();
  streamsOf.set(connection, streams);
  const b = p.bufferOf(layer);
  for (const { type, body, end, fields } of frames)
    if (type === HEADERS) objects.fields(streams, id, who, fields);
    else if (type === DATA) objects.part(streams, id, who, b.subarray(body, end));
  if (isWhole) objects.end(p, streams, id, who);
}

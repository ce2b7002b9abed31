// Requests and responses: their header sections, and their bodies at the end of the stream (RFC 9114 §4.1).
import type { Packet } from '../../core/packet.ts';
import { readBody } from '../http/message.ts';
import type { Http3Stream } from './connection.ts';
import { DATA, HEADERS } from './fields.ts';
import type { Http3Frame } from './http3.ts';

/** Reassembly limit of a body, in bytes. */
const BODY_BYTES_MAX = 8 << 20;

/** Adds a frame of the packet's buffer; dissects the body after the last one. */
export function takeMessage(
  p: Packet,
  stream: Http3Stream,
  frames: readonly Http3Frame[],
  isOver: boolean,
): void {
  const { message } = stream;
  if (message === null) return;
  for (const { type, fields } of frames) if (type === HEADERS) message.take(fields);
  const parts = frames.filter(({ type, body, end }) => type === DATA && end > body);
  const last = isOver ? parts.pop() : undefined;
  for (const { body, end } of parts) message.keep(p.buf.subarray(body, end));
  if (isOver || message.length > BODY_BYTES_MAX) stream.message = null;
  if (!isOver) return;
  if (message.hasParts) {
    const whole = message.whole(p.buf.subarray(last?.body ?? 0, last?.end ?? 0));
    p.within('Reassembled body', whole, 0, whole.length, whole.length, () =>
      readBody(p, message, 0, whole.length),
    );
  } else if (last !== undefined) readBody(p, message, last.body, last.end);
}

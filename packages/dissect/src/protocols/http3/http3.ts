// HTTP/3 (RFC 9114): frames on the streams of a decrypted QUIC connection.
import { COLUMN, LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { HeaderField } from '../http/http2/hpack.ts';
import { bodySuffix } from '../media/suffix.ts';
import { isVarint, varint, varintBytes } from '../quic/varint.ts';
import {
  CONTROL,
  type Http3Connection,
  type Http3Stream,
  LOST,
  PUSH,
  QPACK_ENCODER,
  REQUEST,
  UNTYPED,
} from './connection.ts';
import { emitHttp3 } from './emit.ts';
import { DATA, f, frameTypes, HEADERS } from './fields.ts';
import { HeldBytes } from './held-bytes.ts';
import { takeMessage } from './message.ts';
import type { QpackDecoder } from './qpack.ts';
import { QPACK_MAX_TABLE_CAPACITY, SETTINGS, settingsIn } from './settings.ts';
import { frameLength } from './stream.ts';

const NO_BYTES = new Uint8Array(0);

/** A complete frame with its body in [body, end) of the layer's buffer. */
export interface Http3Frame {
  readonly type: number;
  readonly at: number;
  readonly body: number;
  readonly end: number;
  /** Header fields of a HEADERS frame. */
  readonly fields: readonly HeaderField[];
}

/** Layer note: results of dissection that `emit` needs. */
export interface Http3Notes {
  /** Whether the layer begins with the stream type, and for a push stream also the push ID. */
  readonly isTyped: boolean;
  readonly pushAt: number;
  readonly frames: readonly Http3Frame[];
  readonly connection: Http3Connection;
  /** The stream, and its sender: client (0) or server (1). */
  readonly id: number;
  readonly who: 0 | 1;
  /** Whether a message ends here of which no frame was skipped. */
  readonly isWhole: boolean;
}

export const http3: Protocol = protocol({
  name: 'http3',
  title: 'Hypertext Transfer Protocol Version 3',
  column: 'HTTP3',
  fields: f,
  step: () => null,
  emit: emitHttp3,
});

/** Bytes [at, end) of the packet, at `offset` of a stream; `isLast`: they end the stream. */
export interface StreamPart {
  readonly id: number;
  readonly offset: number;
  readonly at: number;
  readonly end: number;
  readonly isLast: boolean;
}

/**
 * Dissects the next bytes of a stream, sent by the client (0) or the server (1). Returns their Info text: `, HEADERS,
 * DATA (text/html)`.
 */
export function readHttp3(p: Packet, connection: Http3Connection, who: 0 | 1, part: StreamPart): string {
  const { id, offset, at, end, isLast } = part;
  const stream = connection.stream(id, who);
  if (stream.type === LOST) return '';
  if (isLast) stream.length = offset + end - at;
  const bytes = takeBytes(stream, p.buf, part) ?? NO_BYTES;
  const isOver = stream.length === stream.ordered.delivered;
  let words = '';
  // The FIN may arrive after the last bytes of the stream.
  if (bytes.length > 0 || (isOver && stream.hasBody))
    p.within('Reassembled HTTP3', bytes, 0, bytes.length, bytes.length, () => {
      words = readBytes(p, connection, stream, id, who, isOver);
    });
  p.session.memoryOf('http3-held', () => new HeldBytes()).update(stream);
  return words;
}

/** Bytes available from the start of a frame on, or null. */
function takeBytes(
  { ordered, cutter }: Http3Stream,
  b: Uint8Array,
  { at, end, offset }: StreamPart,
): Uint8Array | null {
  if (!ordered.add(b, at, end, offset)) return null;
  return cutter.add(ordered.bytes.subarray(ordered.start, ordered.end));
}

function readBytes(
  p: Packet,
  connection: Http3Connection,
  stream: Http3Stream,
  id: number,
  who: 0 | 1,
  isOver: boolean,
): string {
  const { buf: b, end } = p;
  const isTyped = stream.type === UNTYPED && isVarint(b, 0, end);
  let at = isTyped ? varintBytes(b, 0) : 0;
  if (isTyped) stream.type = varint(b, 0);
  const pushAt = isTyped && stream.type === PUSH && isVarint(b, at, end) ? at : -1;
  if (pushAt >= 0) at += varintBytes(b, at);
  const frames: Http3Frame[] = [];
  const isOfMessage = stream.type === REQUEST || stream.type === PUSH;
  if (stream.type === QPACK_ENCODER) at = connection.decoders[who].instruct(b, at, end);
  else if (isOfMessage || stream.type === CONTROL) at = readFrames(b, at, end, connection, who, frames);
  else if (stream.type !== UNTYPED) at = end;
  const isFramed = stream.type !== UNTYPED && stream.type !== QPACK_ENCODER;
  if (!stream.cutter.keep(b, at, isFramed ? frameLength(b, at, end) : end - at + 1)) {
    // If a frame is skipped, the body is incomplete.
    stream.message = null;
    stream.hasGap = true;
  }
  stream.hasBody ||= frames.some(({ type }) => type === DATA);
  const isEnd = isOver && stream.hasBody;
  if (!(isTyped || frames.length > 0 || isEnd) || !p.push(http3, LISTED | SHOWN | COLUMN)) return '';
  const { layer } = p;
  const isWhole = isOver && isOfMessage && !stream.hasGap;
  const notes: Http3Notes = { isTyped, pushAt, frames, connection, id, who, isWhole };
  if (isOver) stream.hasBody = false;
  p.stop[layer] = at;
  p.notes[layer] = notes;
  if (isOfMessage) takeMessage(p, stream, frames, isOver);
  const words = frames.map(({ type }) => `, ${frameTypes[type] ?? 'Unknown'}`).join('');
  return words + bodySuffix(p, layer);
}

/** Splits [at, end) into frames; returns the offset of the first incomplete one. */
function readFrames(
  b: Uint8Array,
  at: number,
  end: number,
  connection: Http3Connection,
  who: 0 | 1,
  frames: Http3Frame[],
): number {
  for (let stop = at; ; at = stop) {
    stop = at + frameLength(b, at, end);
    if (stop > end) return at;
    const type = varint(b, at);
    const second = at + varintBytes(b, at);
    const body = second + varintBytes(b, second);
    if (type === SETTINGS) takeSettings(b, body, stop, connection.decoders[1 - who]!);
    const fields = type === HEADERS ? connection.decoders[who].section(b, body, stop) : [];
    frames.push({ type, at, body, end: stop, fields });
  }
}

/** The settings of one side apply to the encoder of the other. */
function takeSettings(b: Uint8Array, body: number, end: number, decoder: QpackDecoder): void {
  for (const { at, value } of settingsIn(b, body, end))
    if (varint(b, at) === QPACK_MAX_TABLE_CAPACITY) decoder.allow(varint(b, value));
}

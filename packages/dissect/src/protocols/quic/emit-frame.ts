// Tree and fields of a QUIC frame (RFC 9000 §19).
import type { Sink } from '../../core/sink.ts';
import { f } from './fields.ts';
import {
  ACK,
  ACK_ECN,
  CLOSE,
  CLOSE_APP,
  CRYPTO,
  DATA_BLOCKED,
  DATAGRAM,
  DATAGRAM_LENGTH,
  frameWord,
  isStream,
  MAX_DATA,
  MAX_STREAM_DATA,
  MAX_STREAMS_BIDI,
  MAX_STREAMS_UNI,
  NEW_CONNECTION_ID,
  NEW_TOKEN,
  PADDING_FRAME,
  PATH_CHALLENGE,
  PATH_RESPONSE,
  RESET_STREAM,
  RESET_TOKEN_BYTES,
  RETIRE_CONNECTION_ID,
  STOP_SENDING,
  STREAM_DATA_BLOCKED,
  STREAM_FIN,
  STREAM_LENGTH,
  STREAM_OFFSET,
  STREAMS_BLOCKED_BIDI,
  STREAMS_BLOCKED_UNI,
} from './frames.ts';
import { varint, varint64, varintBytes } from './varint.ts';

/** Maximum number of ACK ranges shown per frame. */
const RANGES_MAX = 256;

type Number64 = typeof f.ackLargest;

/** Emits a variable-length integer; returns its end. */
export function emitVarint(out: Sink, b: Uint8Array, at: number, field: Number64): number {
  const bytes = varintBytes(b, at);
  out.add(field, at, bytes, varint64(b, at));
  return at + bytes;
}

/** Frames that consist of integers only. */
const NUMBERS: Readonly<Record<number, readonly Number64[]>> = {
  [RESET_STREAM]: [f.resetStream, f.resetError, f.resetSize],
  [STOP_SENDING]: [f.stopStream, f.stopError],
  [MAX_DATA]: [f.maxData],
  [MAX_STREAM_DATA]: [f.maxStreamDataId, f.maxStreamData],
  [MAX_STREAMS_BIDI]: [f.maxStreams],
  [MAX_STREAMS_UNI]: [f.maxStreams],
  [DATA_BLOCKED]: [f.dataBlocked],
  [STREAM_DATA_BLOCKED]: [f.streamBlocked, f.dataBlocked],
  [STREAMS_BLOCKED_BIDI]: [f.streamsBlocked],
  [STREAMS_BLOCKED_UNI]: [f.streamsBlocked],
  [RETIRE_CONNECTION_ID]: [f.retireSequence],
};

/** Emits the frame [at, end), whose body follows its type. */
export function emitFrame(
  out: Sink,
  b: Uint8Array,
  type: number,
  at: number,
  body: number,
  end: number,
): void {
  out.open(f.frame, at, end - at);
  out.note(`: ${frameWord(b, type, body)}`);
  if (isStream(type)) emitStream(out, b, type, at, body, end);
  else {
    out.add(f.frameType, at, body - at, BigInt(type));
    emitBody(out, b, type, at, body, end);
  }
  out.close();
}

function emitBody(out: Sink, b: Uint8Array, type: number, start: number, body: number, end: number): void {
  let at = body;
  for (const field of NUMBERS[type] ?? []) at = emitVarint(out, b, at, field);
  switch (type) {
    case PADDING_FRAME:
      out.add(f.paddingLength, start, 0, end - start);
      break;
    case ACK:
    case ACK_ECN:
      emitAck(out, b, body, type);
      break;
    case CRYPTO:
      at = emitVarint(out, b, emitVarint(out, b, body, f.cryptoOffset), f.cryptoLength);
      out.add(f.cryptoData, at, end - at);
      break;
    case NEW_TOKEN:
      at = emitVarint(out, b, body, f.newTokenLength);
      out.add(f.newToken, at, end - at);
      break;
    case NEW_CONNECTION_ID:
      at = emitVarint(out, b, emitVarint(out, b, body, f.newCidSequence), f.newCidRetire);
      out.add(f.newCidLength, at, 1);
      out.add(f.newCid, at + 1, b[at]!);
      out.add(f.newCidToken, end - RESET_TOKEN_BYTES, RESET_TOKEN_BYTES);
      break;
    case PATH_CHALLENGE:
      out.add(f.pathChallenge, body, end - body);
      break;
    case PATH_RESPONSE:
      out.add(f.pathResponse, body, end - body);
      break;
    case CLOSE:
    case CLOSE_APP:
      emitClose(out, b, body, end, type);
      break;
    case DATAGRAM:
    case DATAGRAM_LENGTH:
      if (type === DATAGRAM_LENGTH) at = emitVarint(out, b, body, f.datagramLength);
      out.add(f.datagram, at, end - at);
      break;
  }
}

/** STREAM frame, RFC 9000 §19.8; §2.1 for the low bits of the stream ID. */
function emitStream(out: Sink, b: Uint8Array, type: number, start: number, body: number, end: number): void {
  out.open(f.frameType, start, body - start, BigInt(type));
  out.add(f.streamFin, start, 1, (type & STREAM_FIN) !== 0);
  out.add(f.streamHasLength, start, 1, (type & STREAM_LENGTH) !== 0);
  out.add(f.streamHasOffset, start, 1, (type & STREAM_OFFSET) !== 0);
  out.close();
  const id = varint64(b, body);
  let at = body + varintBytes(b, body);
  out.open(f.streamId, body, at - body, id);
  out.add(f.streamInitiator, body, at - body, Number(id & 1n));
  out.add(f.streamDirection, body, at - body, Number((id >> 1n) & 1n));
  out.close();
  if ((type & STREAM_OFFSET) !== 0) at = emitVarint(out, b, at, f.streamOffset);
  if ((type & STREAM_LENGTH) !== 0) at = emitVarint(out, b, at, f.streamLength);
  out.add(f.streamData, at, end - at);
}

/** ACK frame, RFC 9000 §19.3. */
function emitAck(out: Sink, b: Uint8Array, body: number, type: number): void {
  const delay = emitVarint(out, b, body, f.ackLargest);
  const countAt = emitVarint(out, b, delay, f.ackDelay);
  const count = varint(b, countAt);
  let at = emitVarint(out, b, countAt, f.ackRangeCount);
  at = emitVarint(out, b, at, f.ackFirstRange);
  for (let n = 0; n < count; n++) {
    if (n >= RANGES_MAX) at += varintBytes(b, at) + varintBytes(b, at + varintBytes(b, at));
    else at = emitVarint(out, b, emitVarint(out, b, at, f.ackGap), f.ackRange);
  }
  if (type !== ACK_ECN) return;
  at = emitVarint(out, b, at, f.ackEct0);
  at = emitVarint(out, b, at, f.ackEct1);
  emitVarint(out, b, at, f.ackCe);
}

/** CONNECTION_CLOSE; error codes from 0x100 on are TLS alerts (RFC 9000 §20.1). */
function emitClose(out: Sink, b: Uint8Array, body: number, end: number, type: number): void {
  const error = varint(b, body);
  let at = emitVarint(out, b, body, type === CLOSE ? f.closeError : f.closeErrorApp);
  if (type === CLOSE) {
    if (error >= 0x100 && error < 0x200) out.add(f.closeAlert, body, at - body, error & 0xff);
    at = emitVarint(out, b, at, f.closeFrameType);
  }
  at = emitVarint(out, b, at, f.closeReasonLength);
  if (end > at) out.add(f.closeReason, at, end - at);
}

// RTMP (Adobe Real Time Messaging Protocol 1.0): a handshake, then messages in chunks.
import { u24, u32, u32le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

/** Length of C0 with C1 (version and 1536 octets), and of C2 (§5.2.2 to §5.2.4). */
const HELLO = 1537;
const ECHO = 1536;
const VERSION = 3;
const CHUNK_DEFAULT = 128;
const EXTENDED = 0xffffff;
const SET_CHUNK_SIZE = 1;
/** Maximum number of chunk streams per direction. */
const STREAMS_MAX = 256;

/** Message types (§5.4, §7.1). */
const typeNames: Record<number, string> = {
  1: 'Set Chunk Size',
  2: 'Abort Message',
  3: 'Acknowledgement',
  4: 'User Control Message',
  5: 'Window Acknowledgement Size',
  6: 'Set Peer Bandwidth',
  8: 'Audio Data',
  9: 'Video Data',
  15: 'AMF3 Data',
  16: 'AMF3 Shared Object',
  17: 'AMF3 Command',
  18: 'AMF0 Data',
  19: 'AMF0 Shared Object',
  20: 'AMF0 Command',
  22: 'Aggregate',
};

const f = {
  format: uint('rtmpt.header.format', 'Format'),
  csid: uint('rtmpt.header.csid', 'Chunk Stream ID'),
  timestamp: uint('rtmpt.header.timestamp', 'Timestamp'),
  bodySize: uint('rtmpt.header.bodysize', 'Body size'),
  typeId: uint('rtmpt.header.typeid', 'Type ID').hex(1).named(typeNames),
  streamId: uint('rtmpt.header.streamid', 'Stream ID'),
};

/** State of a chunk stream: its current message. */
interface ChunkStream {
  length: number;
  type: number;
  left: number;
  isExtended: boolean;
}

interface Side {
  /** Handshake stage: 0: C0 and C1 awaited; 1: C2 awaited; 2: chunks. */
  stage: number;
  chunkSize: number;
  readonly streams: Map<number, ChunkStream>;
}

const makeSides = (): { sides: readonly Side[] } => ({
  sides: [0, 1].map(() => ({ stage: 0, chunkSize: CHUNK_DEFAULT, streams: new Map() })),
});

/** The current chunk (§5.3.1); reused. */
const chunk = { format: 0, csid: 0, timestamp: 0, length: 0, type: 0, isExtended: false, body: 0, size: 0 };

const MESSAGE_HEADERS = [11, 7, 3, 0] as const;

/** Parses a chunk header; returns 0, or the number of octets needed if it is incomplete. */
function readChunk(b: Uint8Array, start: number, end: number, side: Side | null): number {
  const format = b[start]! >> 6;
  let csid = b[start]! & 0x3f;
  const basic = csid === 0 ? 2 : csid === 1 ? 3 : 1;
  let needed = basic + MESSAGE_HEADERS[format]!;
  if (end - start < needed) return needed;
  if (basic === 2) csid = 64 + b[start + 1]!;
  else if (basic === 3) csid = 64 + b[start + 1]! + 256 * b[start + 2]!;
  const at = start + basic;
  const known = side?.streams.get(csid);
  chunk.format = format;
  chunk.csid = csid;
  chunk.timestamp = format < 3 ? u24(b, at) : 0;
  chunk.length = format < 2 ? u24(b, at + 3) : (known?.length ?? 0);
  chunk.type = format < 2 ? b[at + 6]! : (known?.type ?? 0);
  chunk.isExtended = format < 3 ? chunk.timestamp === EXTENDED : (known?.isExtended ?? false);
  if (chunk.isExtended) needed += 4;
  if (end - start < needed) return needed;
  if (chunk.isExtended && format < 3) chunk.timestamp = u32(b, at + MESSAGE_HEADERS[format]!);
  chunk.body = start + needed;
  const left = format === 3 && known !== undefined && known.left > 0 ? known.left : chunk.length;
  chunk.size = Math.min(left, side?.chunkSize ?? CHUNK_DEFAULT);
  return 0;
}

function sideOf(p: Packet): Side {
  const state = p.session.stateOf(p, 'rtmp', makeSides);
  const side = state.sides[p.direction]!;
  // A capture that starts within the conversation lacks the handshake.
  if (side.stage === 0 && p.buf[p.at] !== VERSION) side.stage = 2;
  return side;
}

function messageLength(p: Packet): number {
  const side = sideOf(p);
  if (side.stage === 0) return HELLO;
  if (side.stage === 1) return ECHO;
  const needed = readChunk(p.buf, p.at, p.end, side);
  return needed > 0 ? needed : chunk.body - p.at + chunk.size;
}

/** Updates the chunk stream's state, on which later chunk headers depend. */
function follow(b: Uint8Array, end: number, side: Side): void {
  let stream = side.streams.get(chunk.csid);
  if (stream === undefined) {
    if (side.streams.size === STREAMS_MAX) return;
    stream = { length: 0, type: 0, left: 0, isExtended: false };
    side.streams.set(chunk.csid, stream);
  }
  const isNew = chunk.format < 3 || stream.left === 0;
  stream.length = chunk.length;
  stream.type = chunk.type;
  stream.isExtended = chunk.isExtended;
  stream.left = (isNew ? chunk.length : stream.left) - chunk.size;
  // §5.4.1: the new size applies from the next chunk on.
  if (chunk.type === SET_CHUNK_SIZE && end - chunk.body >= 4)
    side.chunkSize = Math.max(1, u32(b, chunk.body) & 0x7fffffff);
}

const HELLO_MARK = 1;
const ECHO_MARK = 2;
/** Marks from here on are message types. */
const TYPE_MARK = 16;

export const rtmpt = protocol({
  name: 'rtmpt',
  title: 'Real Time Messaging Protocol',
  column: 'RTMP',
  fields: f,
  on: [[tcpPorts, 1935]],
  framing: { header: 1, length: messageLength },
  step(p) {
    const { buf: b, at, end } = p;
    const side = sideOf(p);
    p.at = end;
    if (side.stage < 2) {
      p.mark[p.layer] = side.stage === 0 ? HELLO_MARK : ECHO_MARK;
      side.stage++;
      return null;
    }
    if (readChunk(b, at, end, side) > 0) return p.cut(p.wireEnd - at + 1);
    p.mark[p.layer] = TYPE_MARK + chunk.type;
    follow(b, end, side);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.mark[layer]! < TYPE_MARK || readChunk(b, start, p.stop[layer]!, null) > 0) return;
    const at = start + (chunk.csid < 64 ? 1 : chunk.csid < 320 ? 2 : 3);
    out.add(f.format, start, 1, chunk.format);
    out.add(f.csid, start, at - start, chunk.csid);
    if (chunk.format < 3) out.add(f.timestamp, at, 3, chunk.timestamp);
    if (chunk.format < 2) {
      out.add(f.bodySize, at + 3, 3);
      out.add(f.typeId, at + 6, 1);
    }
    if (chunk.format === 0) out.add(f.streamId, at + 7, 4, u32le(b, at + 7));
  },
  info(p, layer) {
    const mark = p.mark[layer]!;
    // Handshake messages of the server are named S0 to S2.
    const letter = p.srcPort === 1935 ? 'S' : 'C';
    if (mark === HELLO_MARK) return `Handshake ${letter}0+${letter}1`;
    if (mark === ECHO_MARK) return `Handshake ${letter}2`;
    return typeNames[mark - TYPE_MARK] ?? 'Unknown';
  },
});

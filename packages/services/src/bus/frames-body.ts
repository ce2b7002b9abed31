// Request bodies of /parse: the frames that a capture service sends to a parser. The binary body, little-endian:
//
//     length of the head (4 bytes), the head in JSON, padding to 8 bytes
//     per frame: fileOffset, seconds (float64); nanoseconds (its highest bit: the frame has a comment), wire length,
//         captured length (uint32); link type, interface (int32); owner of the custom block (uint32)
//     the captured bytes of all frames
//
// JSON and whole capture files are accepted as well.
import { CaptureReader, type Frame, newFrame } from '@eyrie/dissect';
import { type Static, Type } from '@sinclair/typebox';
import { parse } from './batch-body.ts';
import { check } from './check.ts';
import { BusError } from './errors.ts';
import { splitTime } from './json-packets.ts';
import { DropSchema, FramesSchema, OriginSchema } from './schemas.ts';

export const FRAMES_TYPE = 'application/vnd.eyrie.frames';

const FRAMES_MAX = 131_072;
const RECORD_BYTES = 40;
const COMMENTED = 2 ** 31;
const NANOSECONDS = COMMENTED - 1;

const closed = { additionalProperties: false };

const FramesHeadSchema = Type.Object(
  {
    origin: OriginSchema,
    /** Sequence number of the batch within its source, from 0. */
    sequence: Type.Integer({ minimum: 0 }),
    /** frame.number of the first frame. */
    first: Type.Integer({ minimum: 1 }),
    count: Type.Integer({ minimum: 0, maximum: FRAMES_MAX }),
    /** Whether the source can be resent from its first frame. */
    rewinds: Type.Boolean(),
    drops: Type.Array(DropSchema, { maxItems: 1000 }),
    /** Present on the last batch. */
    end: Type.Optional(
      Type.Object({ problem: Type.Union([Type.String({ maxLength: 2000 }), Type.Null()]) }, closed),
    ),
  },
  closed,
);

export type FramesHead = Static<typeof FramesHeadSchema>;

/** Collects frames into one body. */
export class FramesGatherer {
  #records = new DataView(new ArrayBuffer(1024 * RECORD_BYTES));
  #data = new Uint8Array(1 << 20);
  #dataLength = 0;
  count = 0;
  /** frame.number of the first frame collected. */
  first = 0;

  get bytes(): number {
    return this.#dataLength;
  }

  add(frame: Frame): void {
    if (this.count === 0) this.first = frame.number;
    const length = frame.end - frame.start;
    const at = this.count * RECORD_BYTES;
    if (at + RECORD_BYTES > this.#records.byteLength)
      this.#records = new DataView(grown(new Uint8Array(this.#records.buffer), at * 2).buffer);
    if (this.#dataLength + length > this.#data.length)
      this.#data = grown(this.#data, (this.#dataLength + length) * 2);
    const records = this.#records;
    records.setFloat64(at, frame.fileOffset, true);
    records.setFloat64(at + 8, frame.hasTime ? frame.seconds : Number.NaN, true);
    records.setUint32(at + 16, frame.hasComment ? frame.nanoseconds + COMMENTED : frame.nanoseconds, true);
    records.setUint32(at + 20, frame.wireLength, true);
    records.setUint32(at + 24, length, true);
    records.setInt32(at + 28, frame.linkType, true);
    records.setInt32(at + 32, frame.interfaceId, true);
    records.setUint32(at + 36, frame.enterprise, true);
    this.#data.set(frame.data.subarray(frame.start, frame.end), this.#dataLength);
    this.#dataLength += length;
    this.count++;
  }

  /** Returns the body and starts an empty one. */
  take(head: Omit<FramesHead, 'count' | 'first'>, firstElse: number): Uint8Array {
    const first = this.count === 0 ? firstElse : this.first;
    const text = Buffer.from(JSON.stringify({ ...head, first, count: this.count } satisfies FramesHead));
    const start = padded(4 + text.length);
    const recordBytes = this.count * RECORD_BYTES;
    const body = Buffer.alloc(start + recordBytes + this.#dataLength);
    body.writeUInt32LE(text.length);
    body.set(text, 4);
    body.set(new Uint8Array(this.#records.buffer, 0, recordBytes), start);
    body.set(this.#data.subarray(0, this.#dataLength), start + recordBytes);
    this.count = 0;
    this.#dataLength = 0;
    return body;
  }
}

/** Calls `see` with each frame; the frame object is reused for the next. */
export type Frames = (see: (frame: Frame) => void) => void;

/** @throws BusError */
export function decodeFramesBody(body: Buffer): { head: FramesHead; frames: Frames } {
  const length = body.length < 4 ? -1 : body.readUInt32LE();
  if (length < 0 || 4 + length > body.length)
    throw new BusError('ERR_BODY', 'the body ends within its header');
  const head = check(FramesHeadSchema, parse(body.toString('utf8', 4, 4 + length)));
  const start = padded(4 + length);
  const dataAt = start + head.count * RECORD_BYTES;
  let dataLength = 0;
  if (dataAt > body.length) throw new BusError('ERR_BODY', 'the body ends within its frames');
  for (let i = 0; i < head.count; i++) {
    if ((body.readUInt32LE(start + i * RECORD_BYTES + 16) & NANOSECONDS) > 999_999_999)
      throw new BusError('ERR_BODY', `frame ${head.first + i} has a second of too many nanoseconds`);
    dataLength += body.readUInt32LE(start + i * RECORD_BYTES + 24);
  }
  if (dataAt + dataLength !== body.length)
    throw new BusError('ERR_BODY', `the body has ${body.length} bytes, not ${dataAt + dataLength}`);
  return { head, frames: (see) => eachFrame(body, head, start, dataAt, see) };
}

function eachFrame(
  body: Buffer,
  head: FramesHead,
  start: number,
  dataAt: number,
  see: (frame: Frame) => void,
): void {
  const frame = newFrame();
  frame.data = body;
  let data = dataAt;
  for (let i = 0; i < head.count; i++) {
    const at = start + i * RECORD_BYTES;
    const seconds = body.readDoubleLE(at + 8);
    frame.number = head.first + i;
    frame.fileOffset = body.readDoubleLE(at);
    frame.hasTime = !Number.isNaN(seconds);
    frame.seconds = frame.hasTime ? seconds : 0;
    const nanoseconds = body.readUInt32LE(at + 16);
    frame.nanoseconds = nanoseconds & NANOSECONDS;
    frame.hasComment = nanoseconds >= COMMENTED;
    frame.wireLength = body.readUInt32LE(at + 20);
    frame.linkType = body.readInt32LE(at + 28);
    frame.interfaceId = body.readInt32LE(at + 32);
    frame.enterprise = body.readUInt32LE(at + 36);
    frame.start = data;
    data += body.readUInt32LE(at + 24);
    frame.end = data;
    see(frame);
  }
}

/** Frames from other programs: JSON with base64, numbered by the parser. @throws BusError */
export function jsonFrames(json: unknown): {
  source: string | undefined;
  sequence: number | undefined;
  count: number;
  frames: Frames;
} {
  const { source, sequence, link_type: linkType = 1, frames } = check(FramesSchema, json);
  const datas = frames.map(({ data }, i) => {
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length === 0 && data !== '') throw new BusError('ERR_BODY', `/frames/${i}/data: no base64`);
    return bytes;
  });
  return {
    ...{ source, sequence, count: frames.length },
    frames: (see) => {
      const frame = newFrame();
      frames.forEach(({ time, length }, i) => {
        const data = datas[i]!;
        [frame.seconds, frame.nanoseconds] = splitTime(time);
        Object.assign(frame, {
          data,
          start: 0,
          end: data.length,
          wireLength: length ?? data.length,
          linkType,
        });
        see(frame);
      });
    },
  };
}

/** Frames of a body that is a capture file. @throws BusError */
export function captureFrames(body: Buffer): { frames: Frames } {
  const reader = new CaptureReader();
  reader.feed(body);
  reader.finish();
  if (reader.recognize() === null)
    throw new BusError('ERR_BODY', 'the body is not a capture file: pcap, pcapng and snoop are taken');
  return {
    frames: (see) => {
      const frame = newFrame();
      while (reader.next(frame)) see(frame);
    },
  };
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}

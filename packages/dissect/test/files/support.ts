// Capture files put together by hand, in either byte order, and readers of them in chunks of any size.

import fc from 'fast-check';
import { type CaptureProblem, CaptureReader, type Frame, newFrame } from '../../src/files/index.ts';

/** A packet as a test gives it or gets it. */
export interface Packet {
  seconds: number;
  nanoseconds: number;
  wireLength: number;
  bytes: number[];
  linkType: number;
  interfaceId: number;
  hasTime: boolean;
}

export interface Reading {
  reader: CaptureReader;
  packets: Packet[];
  numbers: number[];
  offsets: number[];
  problem: CaptureProblem | null;
}

/** Packets of the bytes, fed in chunks that end at `cuts`. The chunks are overwritten when they may be. */
export function readAll(bytes: Uint8Array, cuts: number[] = [], mayLookAhead = true): Reading {
  const reader = new CaptureReader({ mayLookAhead });
  const reading: Reading = { reader, packets: [], numbers: [], offsets: [], problem: null };
  const frame = newFrame();
  let at = 0;
  for (const cut of [...cuts.filter((c) => c < bytes.length).sort((a, b) => a - b), bytes.length]) {
    const chunk = bytes.slice(at, cut);
    reader.feed(chunk);
    drain(reader, frame, reading);
    chunk.fill(0xee);
    at = cut;
  }
  reader.finish();
  drain(reader, frame, reading);
  reading.problem = reader.problem;
  return reading;
}

function drain(reader: CaptureReader, frame: Frame, into: Reading): void {
  while (reader.next(frame)) {
    if (frame.start > frame.end || frame.end > frame.data.length)
      throw new Error('a frame beyond its buffer');
    into.numbers.push(frame.number);
    into.offsets.push(frame.fileOffset);
    into.packets.push(packetOf(frame));
  }
}

export function packetOf(frame: Frame): Packet {
  return {
    seconds: frame.seconds,
    nanoseconds: frame.nanoseconds,
    wireLength: frame.wireLength,
    bytes: [...frame.data.subarray(frame.start, frame.end)],
    linkType: frame.linkType,
    interfaceId: frame.interfaceId,
    hasTime: frame.hasTime,
  };
}

/** A frame whose bytes are in the middle of a larger buffer, as a reader gives it. */
export function frameOf(packet: Packet, number = 1): Frame {
  const data = new Uint8Array(64 + packet.bytes.length);
  data.set(packet.bytes, 32);
  const { seconds, nanoseconds, wireLength, linkType, interfaceId, hasTime } = packet;
  const place = { data, start: 32, end: 32 + packet.bytes.length, fileOffset: 0, number };
  return { ...newFrame(), seconds, nanoseconds, wireLength, linkType, interfaceId, hasTime, ...place };
}

export function packet(fields: Partial<Packet> = {}): Packet {
  const bytes = fields.bytes ?? [1, 2, 3, 4, 5];
  return {
    seconds: 1_700_000_000,
    nanoseconds: 123_456_000,
    wireLength: bytes.length,
    linkType: 1,
    interfaceId: -1,
    hasTime: true,
    ...fields,
    bytes,
  };
}

type Width = 1 | 2 | 4 | 8;

/** Numbers of given widths, in one byte order. */
export class Builder {
  readonly little: boolean;
  readonly #bytes: number[] = [];

  constructor(little: boolean) {
    this.little = little;
  }

  number(width: Width, ...values: (number | bigint)[]): this {
    for (const value of values) {
      const bytes = Array.from({ length: width }, (_, i) =>
        Number(BigInt.asUintN(8, BigInt(value) >> BigInt(8 * i))),
      );
      this.#bytes.push(...(this.little ? bytes : bytes.reverse()));
    }
    return this;
  }

  bytes(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.#bytes.push(bytes[i]!);
    return this;
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  pad(): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface PcapHeader {
  magic?: number;
  major?: number;
  minor?: number;
  snapLength?: number;
  network?: number;
}

export function pcapHeader(little: boolean, header: PcapHeader = {}): Uint8Array {
  const { magic = 0xa1b2c3d4, major = 2, minor = 4, snapLength = 65535, network = 1 } = header;
  return new Builder(little)
    .number(4, magic)
    .number(2, major, minor)
    .number(4, 0, 0, snapLength, network)
    .done();
}

/** A pcap record; `more` stands between its header and its bytes. */
export function pcapRecord(little: boolean, from: Packet, unit = 1000, more: number[] = []): Uint8Array {
  const { seconds, nanoseconds, bytes, wireLength } = from;
  const header = new Builder(little).number(
    4,
    seconds,
    Math.floor(nanoseconds / unit),
    bytes.length,
    wireLength,
  );
  return header.bytes(more).bytes(bytes).done();
}

/** A pcapng block with its two lengths. */
export function block(little: boolean, type: number, body: Uint8Array): Uint8Array {
  const padded = new Builder(little).bytes(body).pad().done();
  const length = padded.length + 12;
  return new Builder(little).number(4, type, length).bytes(padded).number(4, length).done();
}

export function option(little: boolean, code: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return new Builder(little).number(2, code, bytes.length).bytes(bytes).pad().done();
}

export function sectionHeader(little: boolean, ...options: Uint8Array[]): Uint8Array {
  const body = new Builder(little)
    .number(4, 0x1a2b3c4d)
    .number(2, 1, 0)
    .number(8, -1)
    .bytes(concat(...options));
  return block(little, 0x0a0d0d0a, body.done());
}

export function interfaceBlock(
  little: boolean,
  linkType: number,
  snapLength: number,
  ...options: Uint8Array[]
): Uint8Array {
  const body = new Builder(little)
    .number(2, linkType, 0)
    .number(4, snapLength)
    .bytes(concat(...options));
  return block(little, 1, body.done());
}

/** An Enhanced Packet Block whose time stamp counts `ticks`. */
export function packetBlock(
  little: boolean,
  interfaceId: number,
  ticks: bigint,
  from: Packet,
  ...options: Uint8Array[]
): Uint8Array {
  const fixed = new Builder(little)
    .number(4, interfaceId, ticks >> 32n, ticks & 0xffffffffn, from.bytes.length, from.wireLength)
    .bytes(from.bytes)
    .pad();
  return block(little, 6, fixed.bytes(concat(...options)).done());
}

export const anyPacket: fc.Arbitrary<Packet> = fc
  .record({
    seconds: fc.integer({ min: 0, max: 0xffffffff }),
    nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
    bytes: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 }),
    cut: fc.integer({ min: 0, max: 2000 }),
  })
  .map(({ cut, ...rest }) => packet({ ...rest, wireLength: rest.bytes.length + cut }));

export const anyPackets = fc.array(anyPacket, { maxLength: 12 });

/** Where chunks end: many small ones, or a few. */
export const anyCuts = fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 60 });

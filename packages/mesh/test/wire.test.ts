// The wire format: schemas and frames, decoded from untrusted bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { purposes } from '../src/identity/keys.ts';
import {
  FrameReader,
  frame,
  frameTypes,
  PAYLOAD_BYTES_MAX,
  UNAUTHENTICATED_BYTES_MAX,
} from '../src/wire/frame.ts';
import { noticeKinds, requestKinds, routedKinds, streamKinds } from '../src/wire/kinds.ts';
import * as wire from '../src/wire/schema.ts';

const { decode, encode, WireError } = wire;

const everything = wire.record({
  number: wire.varint(),
  small: wire.varint(300),
  fraction: wire.double,
  yes: wire.flag,
  some: wire.bytes(40),
  four: wire.fixed(4),
  name: wire.text(60),
  all: wire.list(wire.varint(), 10),
  maybe: wire.optional(wire.text(20)),
  one: wire.variant({ a: { x: wire.varint() }, b: { y: wire.text(9) } }),
});

const value = fc.record({
  number: fc.maxSafeNat(),
  small: fc.nat(300),
  fraction: fc.double({ noNaN: true, noDefaultInfinity: true }),
  yes: fc.boolean(),
  some: fc.uint8Array({ maxLength: 40 }),
  four: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  name: fc.string({ maxLength: 15 }),
  all: fc.array(fc.maxSafeNat(), { maxLength: 10 }),
  maybe: fc.option(fc.string({ maxLength: 5 })),
  one: fc.oneof(
    fc.record({ kind: fc.constant('a' as const), x: fc.nat() }),
    fc.record({ kind: fc.constant('b' as const), y: fc.string({ maxLength: 2 }) }),
  ),
});

const plain = ({ some, four, ...rest }: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ ...rest, bytes: [some, four].map((each) => [...(each as Uint8Array)]) }));

test('a schema decodes what it encoded', () => {
  fc.assert(
    fc.property(value, (each) => {
      const bytes = encode(everything, each);
      assert.deepEqual(encode(everything, decode(everything, bytes)), bytes);
      assert.deepEqual(plain(decode(everything, bytes)), plain(each));
    }),
  );
});

test('arbitrary bytes make a schema throw only WireError', () => {
  const attempt = (bytes: Uint8Array) => {
    try {
      decode(everything, bytes);
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt));
  const good = encode(everything, fc.sample(value, { numRuns: 1, seed: 3 })[0]!);
  for (let at = 0; at < good.length; at++) {
    attempt(good.subarray(0, at));
    for (const bits of [1, 0x80, 0xff]) attempt(Buffer.from(good).fill(good[at]! ^ bits, at, at + 1));
  }
  assert.throws(() => decode(everything, Buffer.concat([good, Buffer.of(0)])), /left over/);
});

test('a false length allocates no memory', () => {
  const huge = wire.list(wire.bytes(1 << 30), 1 << 30);
  assert.throws(() => decode(huge, Buffer.from('ffffffff03', 'hex')), WireError);
});

/** The frames decoded from these chunks, in a reused buffer; data parts are joined. */
function readCut(stream: Buffer, cuts: number[]): { type: number; payload: string; parts: number }[] {
  const got: { type: number; payload: string; parts: number }[] = [];
  const reader = new FrameReader();
  let at = 0;
  for (const cut of [...cuts, stream.length]) {
    const piece = Buffer.from(stream.subarray(at, at + cut));
    reader.push(piece, (type, payload, isMore) => {
      if (!isMore) got.push({ type, payload: '', parts: 0 });
      const last = got.at(-1)!;
      assert.equal(last.type, type);
      last.payload += payload.toString('hex');
      last.parts++;
    });
    piece.fill(0);
    at += cut;
  }
  return got;
}

test('frames survive any segmentation', () => {
  const type = fc.constantFrom(frameTypes.notice, frameTypes.data, frameTypes.heartbeat);
  const frames = fc.array(fc.tuple(type, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 });
  fc.assert(
    fc.property(frames, fc.array(fc.nat(40)), (all, cuts) => {
      const got = readCut(Buffer.concat(all.map(([type, each]) => frame(type, each))), cuts);
      assert.deepEqual(
        got.map(({ type, payload }) => [type, payload]),
        all.map(([type, each]) => [type, Buffer.from(each).toString('hex')]),
      );
      // Only data frames are delivered in parts.
      for (const { type, parts } of got) assert.ok(parts === 1 || type === frameTypes.data);
    }),
  );
});

test('data frames are delivered in parts, with the stream id in the first', () => {
  const sent = frame(frameTypes.data, Buffer.alloc(1_000, 7));
  const [got] = readCut(sent, [1, 1, 1, 4, 100, 100]);
  assert.deepEqual([got?.payload.length, got?.parts], [2_000, 3]);
});

test('frame lengths take one to three bytes', () => {
  for (const length of [0, 127, 128, 16_383, 16_384, 200_000]) {
    const reader = new FrameReader();
    reader.payloadBytesMax = 256 << 10;
    let got = -1;
    reader.push(frame(frameTypes.data, Buffer.alloc(length)), (_type, payload) => {
      got = payload.length;
    });
    assert.equal(got, length);
  }
});

test('an unauthenticated peer cannot send a long frame, or one of unknown type', () => {
  const ignore = () => {};
  assert.throws(
    () =>
      new FrameReader().push(frame(frameTypes.notice, Buffer.alloc(UNAUTHENTICATED_BYTES_MAX + 1)), ignore),
    WireError,
  );
  assert.throws(() => new FrameReader().push(Buffer.of(99, 0), ignore), WireError);
  assert.throws(() => new FrameReader().push(Buffer.from('GET / HTTP/1.1\r\n\r\n'), ignore), WireError);
  assert.throws(() => new FrameReader().push(Buffer.of(1, 0xff, 0xff, 0xff, 0xff), ignore), WireError);
});

test('a frame that comes byte by byte takes hardly more memory than its bytes', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const reader = new FrameReader();
  reader.payloadBytesMax = PAYLOAD_BYTES_MAX;
  const whole = frame(frameTypes.notice, Buffer.alloc(PAYLOAD_BYTES_MAX, 5));
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  let got = 0;
  for (let at = 0; at < whole.length - 1; at++) reader.push(whole.subarray(at, at + 1), () => got++);
  assert.ok(used() - before < 4 * PAYLOAD_BYTES_MAX, `${used() - before} bytes`);
  reader.push(whole.subarray(-1), (_type, payload) => {
    got += payload.equals(Buffer.alloc(PAYLOAD_BYTES_MAX, 5)) ? 1 : 2;
  });
  assert.equal(got, 1);
});

test('no number stands for two kinds: the handler of one would receive the messages of the other', () => {
  for (const kinds of [noticeKinds, requestKinds, routedKinds, streamKinds]) {
    const numbers = Object.values(kinds);
    assert.deepEqual(numbers, [...new Set(numbers)]);
  }
});

test('no purpose of a signature begins with another: one of the longer could count as one of the shorter', () => {
  for (const purpose of purposes)
    for (const other of purposes)
      assert.ok(purpose === other || !purpose.startsWith(other), `${purpose}, ${other}`);
});

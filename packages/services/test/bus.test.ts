// Bodies that go from service to service: they come back as they were, and nothing that is not one is believed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newFrame, PacketBatch } from '@eyrie/dissect';
import fc from 'fast-check';
import { backoffMs } from '../src/bus/backoff.ts';
import { decodeStoreBody, encodeStoreBody } from '../src/bus/batch-body.ts';
import { decode, encode } from '../src/bus/encoding.ts';
import { BusError } from '../src/bus/errors.ts';
import { decodeFramesBody, FramesGatherer } from '../src/bus/frames-body.ts';
import { splitTime } from '../src/bus/json-packets.ts';

const origin = { key: 'k', kind: 'live', name: 'eth0', file: null, hash: null } as const;

const aFrame = fc.record({
  seconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  nanoseconds: fc.nat(999_999_999),
  wireLength: fc.nat(0xffff_ffff),
  fileOffset: fc.maxSafeNat(),
  linkType: fc.integer({ min: -100, max: 65_535 }),
  interfaceId: fc.integer({ min: -1, max: 65_535 }),
  hasTime: fc.boolean(),
  hasComment: fc.boolean(),
  bytes: fc.uint8Array({ maxLength: 300 }),
});

/** Everything that a frame says. */
function said(frame: ReturnType<typeof newFrame>): unknown[] {
  const { number, wireLength, fileOffset, linkType, interfaceId, hasTime, hasComment } = frame;
  const time = hasTime ? [frame.seconds, frame.nanoseconds] : [];
  return [
    number,
    ...time,
    wireLength,
    fileOffset,
    linkType,
    interfaceId,
    hasComment,
    [...frame.data.subarray(frame.start, frame.end)],
  ];
}

describe('frames as a body', () => {
  it('come back as they were, however often the gatherer is used', () => {
    const gatherer = new FramesGatherer();
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 50 }), fc.nat(1e9), (frames, before) => {
        const expected = frames.map(({ bytes, ...facts }, i) => {
          const frame = { ...newFrame(), ...facts, number: before + 1 + i, data: bytes, end: bytes.length };
          gatherer.add(frame);
          return said(frame);
        });
        const body = gatherer.take({ origin, sequence: 3, rewinds: true, drops: [] }, before + 1);
        const decoded = decodeFramesBody(Buffer.from(body));
        const found: unknown[] = [];
        decoded.frames((frame) => found.push(said(frame)));
        assert.deepEqual(found, expected);
        assert.equal(decoded.head.first, before + 1);
        assert.equal(decoded.head.sequence, 3);
      }),
    );
  });

  it('cut or damaged are refused, or at least never read beyond their end', () => {
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 5 }), fc.nat(), fc.nat(255), (frames, place, value) => {
        const gatherer = new FramesGatherer();
        frames.forEach(({ bytes, ...facts }, i) => {
          gatherer.add({ ...newFrame(), ...facts, number: i + 1, data: bytes, end: bytes.length });
        });
        const body = Buffer.from(gatherer.take({ origin, sequence: 0, rewinds: true, drops: [] }, 1));
        assert.throws(() => decodeFramesBody(body.subarray(0, place % body.length)), BusError);
        body[place % body.length] = value;
        try {
          decodeFramesBody(body).frames((frame) =>
            assert.ok(frame.end <= body.length && frame.start <= frame.end),
          );
        } catch (error) {
          assert.ok(error instanceof BusError, String(error));
        }
      }),
    );
  });
});

describe('a batch as a body', () => {
  it('comes back with its rows, with packets or without', () => {
    const packets = new PacketBatch(4);
    packets.texts.push('TCP');
    packets.length = 3;
    packets.number.set([7, 8, 9]);
    const rows = { flows: [], findings: [], drops: [{ where: 'kernel', packets: 3, time: 1 }] } as const;
    const names = [{ address: '192.0.2.1', name: 'a.example', source: 'dns', time: 5 }] as const;
    const batch = { source: 'k', sequence: 8, origin, packets: null, names, ...rows };
    for (const given of [packets, null]) {
      const { batch: found, end } = decodeStoreBody(
        Buffer.from(encodeStoreBody(batch, given, { problem: 'cut' })),
      );
      assert.deepEqual(end, { problem: 'cut' });
      assert.deepEqual({ ...found, packets: null }, batch);
      assert.deepEqual([...(found.packets?.number.subarray(0, 3) ?? [])], given === null ? [] : [7, 8, 9]);
    }
  });

  it('of any bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => decodeStoreBody(Buffer.from(bytes)), BusError);
      }),
    );
  });
});

describe('compressed bodies', () => {
  it('come back as they were', async () => {
    const body = Buffer.alloc(100_000, 'eyrie');
    for (const encoding of ['gzip', 'zstd'] as const) {
      const packed = await encode(body, encoding);
      assert.ok(packed.length < 5000);
      assert.deepEqual(await decode(Buffer.from(packed), encoding), body);
    }
  });

  it('that unpack to more than is taken are refused', async () => {
    // Members that follow each other are one body (RFC 1952 §2.2): packed once, unpacked 65 times.
    const mebibyte = await encode(Buffer.alloc(1 << 20), 'gzip');
    const bomb = Buffer.concat(Array.from({ length: 65 }, () => mebibyte));
    await assert.rejects(decode(bomb, 'gzip'), { code: 'ERR_BODY_TOO_LARGE' });
    assert.equal((await decode(bomb.subarray(0, mebibyte.length * 2), 'gzip')).length, 2 << 20);
  });
});

describe('times', () => {
  it('as text lose no nanosecond', () => {
    assert.deepEqual(splitTime('1700000000.123456789'), [1_700_000_000, 123_456_789]);
    assert.deepEqual(splitTime('5'), [5, 0]);
    assert.deepEqual(splitTime('-1.5'), [-2, 500_000_000]);
    assert.deepEqual(splitTime(2.25), [2, 250_000_000]);
  });
});

describe('pauses between tries', () => {
  it('double up to a bound, and are never the same for all', () => {
    const options = { firstMs: 100, mostMs: 1000 };
    const most = [1, 2, 3, 4, 5, 60].map((attempt) => backoffMs(attempt, { ...options, random: () => 1 }));
    assert.deepEqual(most, [100, 200, 400, 800, 1000, 1000]);
    assert.equal(backoffMs(3, { ...options, random: () => 0 }), 200);
  });
});

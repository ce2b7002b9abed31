// What is left of an encrypted capture that is damaged: all but the records that the damage touches.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { newFrame, newInterface } from '@eyrie/dissect/files';
import fc from 'fast-check';
import {
  DamagedError,
  makeKeyFile,
  openCapture,
  openPlain,
  RING_DEFAULTS,
  RingReader,
  RingWriter,
  Sealer,
  VaultKey,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-vault-damage-'));
after(() => rmSync(folder, { recursive: true }));
const keyFile = join(folder, 'key');
makeKeyFile(keyFile);
const key = VaultKey.fromFile(keyFile);
beforeEach(() => {
  process.env.EYRIE_CAPTURE_KEY = keyFile;
});
afterEach(() => {
  delete process.env.EYRIE_CAPTURE_KEY;
});

const HEAD = 94;
const eth0 = newInterface(0, 0, 1);

interface Record {
  /** Offset in the file, and behind it. */
  readonly from: number;
  readonly to: number;
  readonly plainFrom: number;
  readonly plainTo: number;
}

function vaultOf(lengths: readonly number[]) {
  const sealer = new Sealer(key);
  const parts = [sealer.head];
  const records: Record[] = [];
  const plain = randomBytes(lengths.reduce((sum, length) => sum + length, 0));
  let [from, plainFrom] = [sealer.head.length, 0];
  for (const length of lengths) {
    const part = sealer.seal(plain.subarray(plainFrom, plainFrom + length));
    parts.push(part);
    records.push({ from, to: from + part.length, plainFrom, plainTo: plainFrom + length });
    [from, plainFrom] = [from + part.length, plainFrom + length];
  }
  parts.push(sealer.end());
  return { plain, bytes: Buffer.concat(parts), records };
}

/** Stretches of the plaintext that can be read. */
async function stretchesOf(path: string): Promise<{ at: number; bytes: Buffer }[]> {
  const file = await openPlain(path);
  const found: { at: number; bytes: Buffer }[] = [];
  try {
    for (let at = 0; ; ) {
      const into = Buffer.alloc(7000);
      try {
        const count = await file.read(into, 0, into.length, at);
        if (count === 0) return found;
        found.push({ at, bytes: into.subarray(0, count) });
        at += count;
      } catch (error) {
        assert.ok(error instanceof DamagedError);
        if (error.resumesAt === null) return found;
        assert.ok(error.resumesAt > at);
        at = error.resumesAt;
      }
    }
  } finally {
    await file.close();
  }
}

const lengths = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 12 });
const damage = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 5000 }),
});

describe('an encrypted file', () => {
  it('that is damaged anywhere behind its head loses only the records that the damage touches', async () => {
    const path = join(folder, 'damaged');
    await fc.assert(
      fc.asyncProperty(lengths, fc.array(damage, { minLength: 1, maxLength: 3 }), async (sizes, damages) => {
        const { plain, bytes, records } = vaultOf(sizes);
        const isTouched = new Set<Record>();
        for (const { where, length } of damages) {
          const from = HEAD + Math.floor(where * (bytes.length - HEAD - 1));
          const to = Math.min(bytes.length, from + length);
          for (let i = from; i < to; i++) bytes[i] = (bytes[i]! + 1 + ((i * 7) % 255)) & 255;
          for (const record of records) if (record.from < to && from < record.to) isTouched.add(record);
        }
        writeFileSync(path, bytes);
        const isRead = new Uint8Array(plain.length);
        for (const { at, bytes: part } of await stretchesOf(path)) {
          assert.ok(part.equals(plain.subarray(at, at + part.length)), `other bytes at ${at}`);
          isRead.fill(1, at, at + part.length);
        }
        for (const record of records) {
          const isWhole = isRead.subarray(record.plainFrom, record.plainTo).every((flag) => flag === 1);
          assert.ok(isWhole || isTouched.has(record), `the record at ${record.from} is lost`);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('that is damaged is read in order up to the damage', async () => {
    const session = join(folder, 'in-order', 'eth0-x');
    const ring = new RingWriter(session, RING_DEFAULTS, () => eth0, { key });
    for (let i = 1; i <= 400; i++) {
      ring.write(frameOf(i));
      if (i % 100 === 0) ring.flush();
    }
    ring.close();
    const path = join(session, readdirSync(session)[0]!);
    const { packets } = await framesIn(session);
    const bytes = readFileSync(path);
    const changed = Math.floor(bytes.length * 0.9);
    const { plainFrom } = recordsOf(bytes).find(({ to }) => to > changed)!;
    const intact = packets.filter(({ offset }) => offset < plainFrom).length;
    assert.ok(intact > 300 && intact < 400);
    bytes[changed]! ^= 1;
    writeFileSync(path, bytes);
    const source = await openCapture(path);
    const frame = newFrame();
    let count = 0;
    await assert.rejects(async () => {
      for await (const reader of source.chunks()) while (reader.next(frame)) count++;
    }, /was changed, or is damaged/);
    assert.equal(count, intact);
  });
});

/** Each says its number; one in fifty is longer than a record. */
function frameOf(number: number) {
  const data = new Uint8Array(number % 50 === 0 ? 70_000 : 60 + ((number * 37) % 900));
  data.fill(number & 255);
  new DataView(data.buffer).setUint32(0, number);
  return { ...newFrame(), data, end: data.length, wireLength: data.length, linkType: 1, seconds: number };
}

describe('a session of an encrypted ring', () => {
  it('that is damaged anywhere loses only packets whose records the damage touches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 2 }),
        async (flushEvery, damages, which) => {
          const root = mkdtempSync(join(folder, 'ring-'));
          const session = join(root, 'eth0-x');
          const limits = { ...RING_DEFAULTS, fileBytesMax: 150_000 };
          const ring = new RingWriter(session, limits, () => eth0, { key });
          const all = 500;
          for (let i = 1; i <= all; i++) {
            ring.write(frameOf(i));
            if (i % flushEvery === 0) ring.flush();
          }
          ring.close();
          const names = readdirSync(session).sort();
          const path = join(session, names[Math.min(which, names.length - 1)]!);
          const bytes = readFileSync(path);
          const before = await framesIn(session);
          const lost = new Set<number>();
          const records = recordsOf(bytes);
          for (const { where, length } of damages) {
            const from = HEAD + Math.floor(where * (bytes.length - HEAD - 1));
            const to = Math.min(bytes.length, from + length);
            for (let i = from; i < to; i++) bytes[i] = (bytes[i]! + 1 + ((i * 7) % 255)) & 255;
            for (const record of records) {
              if (record.from >= to || from >= record.to) continue;
              for (const { number, offset, end } of before.packets)
                if (
                  offset - 28 < record.plainTo + before.bytesBefore(path) &&
                  end > record.plainFrom + before.bytesBefore(path)
                )
                  lost.add(number);
            }
          }
          writeFileSync(path, bytes);
          const isFirstLost = damages.some(
            ({ where }) => HEAD + where * (bytes.length - HEAD - 1) < records[0]!.to,
          );
          const { packets, missed } = await framesIn(session);
          const read = new Set(packets.map(({ number }) => number));
          for (const { number, offset, data } of packets) {
            assert.equal(offset, before.packets[number - 1]!.offset);
            assert.ok(data.equals(Buffer.from(frameOf(number).data)));
          }
          // What describes the file is lost with its first record; then an earlier file's is used, if there is one.
          if (!(isFirstLost && which === 0))
            for (let number = 1; number <= all; number++)
              assert.ok(read.has(number) || lost.has(number), `packet ${number} of ${all} is lost`);
          if (names.length > 1 && which < names.length - 1) assert.equal(missed, all - read.size);
          rmSync(root, { recursive: true });
        },
      ),
      { numRuns: 25 },
    );
  });
});

function recordsOf(bytes: Buffer): Record[] {
  const records: Record[] = [];
  for (let from = HEAD, plainFrom = 0; from < bytes.length; ) {
    const length = bytes.readUInt32BE(from);
    const to = from + 28 + length;
    records.push({ from, to, plainFrom, plainTo: plainFrom + length });
    [from, plainFrom] = [to, plainFrom + length];
  }
  return records;
}

async function framesIn(session: string) {
  const reader = new RingReader(session, { onDamage: () => {} });
  const frame = newFrame();
  const packets: { number: number; offset: number; end: number; data: Buffer }[] = [];
  for await (const chunk of reader.chunks())
    while (chunk.next(frame)) {
      const data = Buffer.from(frame.data.subarray(frame.start, frame.end));
      // A block's head of 28 bytes stands before the packet, its padding and length behind.
      const offset = frame.fileOffset;
      packets.push({ number: data.readUInt32BE(0), offset, end: offset + data.length + 7, data });
    }
  const bytesBefore = (path: string): number => Number(/-(\d+)\.pcapng$/.exec(path)![1]);
  return { packets, missed: reader.missed, bytesBefore };
}

// Tests of encrypted captures: sequential and random access, growing files, and rejection of tampering.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, afterEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { newFrame, newInterface, PcapWriter } from '@eyrie/dissect/files';
import fc from 'fast-check';
import {
  ambientKey,
  encrypting,
  makeKeyFile,
  openCapture,
  openPlain,
  RING_DEFAULTS,
  RingReader,
  RingWriter,
  VaultKey,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-vault-'));
after(() => rmSync(folder, { recursive: true }));
const keyFile = join(folder, 'key');
makeKeyFile(keyFile);
const key = VaultKey.fromFile(keyFile);

function useKey(path: string | undefined): void {
  if (path === undefined) delete process.env.EYRIE_CAPTURE_KEY;
  else process.env.EYRIE_CAPTURE_KEY = path;
}
afterEach(() => useKey(undefined));

const sealed = (plain: Uint8Array): Promise<Buffer> => buffer(Readable.from([plain]).pipe(encrypting(key)));

function frameOf(number: number) {
  const data = new Uint8Array(60 + (number % 900)).fill(number & 255);
  return { ...newFrame(), data, end: data.length, wireLength: data.length, linkType: 1, seconds: number };
}

function captureOf(count: number): Uint8Array {
  const writer = new PcapWriter({ linkType: 1 });
  for (let i = 1; i <= count; i++) writer.write(frameOf(i));
  return writer.take();
}

async function packetsIn(path: string): Promise<{ count: number; problem: string | null }> {
  const source = await openCapture(path);
  const frame = newFrame();
  let count = 0;
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      count++;
      assert.equal(frame.data[frame.start], count & 255);
    }
  return { count, problem: source.reader.problem?.message ?? null };
}

test('an encrypted capture reads like the original, also if it was compressed first', async () => {
  const plain = captureOf(3000);
  for (const [name, bytes] of [
    ['plain', plain],
    ['zipped', gzipSync(plain)],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, await sealed(bytes));
    assert.ok(!readFileSync(path).includes(Buffer.from(plain.subarray(24, 60))));
    useKey(keyFile);
    assert.deepEqual(await packetsIn(path), { count: 3000, problem: null });
    useKey(undefined);
    await assert.rejects(packetsIn(path), /is encrypted; give the key with EYRIE_CAPTURE_KEY/);
  }
});

test('random access returns the bytes at any position', async () => {
  useKey(keyFile);
  const plain = randomBytes(300_000);
  const path = join(folder, 'places');
  writeFileSync(path, await sealed(plain));
  const file = await openPlain(path);
  assert.equal(file.isEncrypted, true);
  await fc.assert(
    fc.asyncProperty(fc.nat(310_000), fc.nat(140_000), async (position, length) => {
      const into = Buffer.alloc(length);
      const count = await file.read(into, 0, length, position);
      assert.ok(into.subarray(0, count).equals(plain.subarray(position, position + length)));
      assert.equal(count, Math.max(0, Math.min(length, plain.length - position)));
    }),
  );
  await file.close();
});

test('a flipped bit, a missing or repeated record, and a wrong key are rejected; truncation is reported', async () => {
  useKey(keyFile);
  const whole = await sealed(captureOf(2000));
  const path = join(folder, 'changed');
  const read = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return packetsIn(path);
  };
  const RECORD = 12 + 16 + (64 << 10);
  for (const at of [17, 40, 60, 92, 95, 103, 108, 5000, whole.length - 30, whole.length - 1]) {
    const other = Buffer.from(whole);
    other[at]! ^= 1;
    await assert.rejects(
      read(other).then(({ problem }) => problem !== null && Promise.reject(new Error(problem))),
      `byte ${at}`,
    );
  }
  const [head, first, rest] = [
    whole.subarray(0, 94),
    whole.subarray(94, 94 + RECORD),
    whole.subarray(94 + RECORD),
  ];
  await assert.rejects(read(Buffer.concat([head, first, first, rest])), /was changed/);
  await assert.rejects(
    read(Buffer.concat([head, rest.subarray(0, RECORD), first, rest.subarray(RECORD)])),
    /was changed/,
  );
  // Removes each full-size record in turn.
  for (let at = 94; at + RECORD < whole.length; at += RECORD)
    await assert.rejects(
      read(Buffer.concat([whole.subarray(0, at), whole.subarray(at + RECORD)])),
      /was changed/,
      `without the record at ${at}`,
    );
  useKey(keyFile);
  writeFileSync(path, Buffer.concat([whole.subarray(0, 94 + RECORD), whole.subarray(94 + 2 * RECORD)]));
  const places = await openPlain(path);
  await assert.rejects(places.read(Buffer.alloc(10), 0, 10, 70_000), /was changed/);
  await places.close();
  const cut = await read(whole.subarray(0, 94 + RECORD + 50));
  assert.ok(
    cut.count > 50 && /ends early|cut short|in the middle/.test(cut.problem ?? ''),
    cut.problem ?? 'no problem',
  );
  const otherKey = join(folder, 'other-key');
  makeKeyFile(otherKey);
  useKey(otherKey);
  await assert.rejects(read(whole), /with another key/);
});

test('a passphrase can replace a key file, and a wrong one is rejected', async () => {
  const path = join(folder, 'passphrase');
  const by = VaultKey.fromPassphrase('correct horse');
  writeFileSync(path, await buffer(Readable.from([captureOf(10)]).pipe(encrypting(by))));
  process.env.EYRIE_CAPTURE_PASSPHRASE = 'correct horse';
  assert.equal((await packetsIn(path)).count, 10);
  process.env.EYRIE_CAPTURE_PASSPHRASE = 'wrong horse';
  await assert.rejects(packetsIn(path), /with another key/);
  delete process.env.EYRIE_CAPTURE_PASSPHRASE;
  assert.equal(ambientKey(), null);
});

test('arbitrary bytes never fail with anything but a CaptureError', async () => {
  useKey(keyFile);
  const whole = await sealed(captureOf(20));
  const path = join(folder, 'noise');
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ maxLength: 200 }), async (at, noise) => {
      writeFileSync(path, Buffer.concat([whole.subarray(0, at), noise]));
      await packetsIn(path).catch(({ name }) => assert.match(name, /CaptureError|AssertionError/));
      const file = await openPlain(path).catch(() => null);
      await file
        ?.read(new Uint8Array(1000), 0, 1000, 0)
        .catch(({ name }) => assert.equal(name, 'CaptureError'));
      await file?.close();
    }),
    { numRuns: 60 },
  );
});

test('a key file that others may read, or that holds no key, is rejected with a hint', {
  skip: process.platform === 'win32' && 'no modes here',
}, () => {
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  const open = join(folder, 'open-key');
  writeFileSync(open, readFileSync(keyFile), { mode: 0o644 });
  assert.throws(() => VaultKey.fromFile(open), /others may read this key: chmod 600/);
  writeFileSync(join(folder, 'no-key'), 'abc', { mode: 0o600 });
  assert.throws(() => VaultKey.fromFile(join(folder, 'no-key')), /this is not a key/);
});

test('a ring is encrypted per file, readable while it is written, and at any position', async () => {
  useKey(keyFile);
  const session = join(folder, 'ring', 'eth0-x');
  const limits = { ...RING_DEFAULTS, fileBytesMax: 40_000 };
  const ring = new RingWriter(session, limits, () => newInterface(0, 0, 1), { key });
  let isOver = false;
  const reader = new RingReader(session, { isOver: () => isOver });
  const reading = (async () => {
    const frame = newFrame();
    const offsets: number[] = [];
    for await (const chunk of reader.chunks())
      while (chunk.next(frame)) {
        assert.equal(frame.data[frame.start], (offsets.length + 1) & 255);
        offsets.push(frame.fileOffset);
      }
    return offsets;
  })();
  for (let i = 1; i <= 500; i++) {
    ring.write(frameOf(i));
    if (i % 50 === 0) {
      ring.flush();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  ring.close();
  isOver = true;
  const offsets = await reading;
  assert.equal(offsets.length, 500);
  const files = readdirSync(session).sort();
  assert.ok(files.length >= 3);
  for (const name of files)
    assert.equal(readFileSync(join(session, name)).toString('latin1', 0, 15), 'eyrie-capture-1');
  const last = await openPlain(join(session, files.at(-1)!));
  const before = Number(/-(\d+)\.pcapng$/.exec(files.at(-1)!)![1]);
  const byte = new Uint8Array(1);
  await last.read(byte, 0, 1, offsets[499]! - before);
  await last.close();
  assert.equal(byte[0], 500 & 255);
});

import assert from 'node:assert/strict';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { newFrame, newInterface } from '@eyrie/dissect/files';
import fc from 'fast-check';
import {
  makeKeyFile,
  openCapture,
  parseRing,
  placeInRing,
  RING_DEFAULTS,
  RingReader,
  RingWriter,
  ringFiles,
  VaultKey,
} from '../src/index.ts';
import { holdFile, prune, pruneOldest, type RingFile, releaseFile, ringFileName } from '../src/ring/files.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-ring-'));
after(() => rmSync(root, { recursive: true }));

const source = newInterface(0, 0, 1);
source.name = 'eth0';
const PACKET_BYTES = 500;
/** Of an enhanced packet block with it (§4.3), and no option. */
const PACKET_BLOCK_BYTES = 32 + PACKET_BYTES;

/** Packet `i` is full of the byte `i`. */
function packet(i: number) {
  const frame = newFrame();
  frame.data = new Uint8Array(PACKET_BYTES).fill(i & 0xff);
  frame.end = frame.wireLength = PACKET_BYTES;
  frame.seconds = 1_700_000_000 + i;
  frame.linkType = 1;
  return frame;
}

async function packetsIn(path: string): Promise<number> {
  const capture = await openCapture(path);
  const frame = newFrame();
  let count = 0;
  for await (const reader of capture.chunks()) while (reader.next(frame)) count++;
  await capture.close();
  return count;
}

let sessions = 0;
function newRing(filesMax = 100, fileBytesMax = 20_000) {
  const folder = join(root, `${sessions}`, `eth0-${sessions++}`);
  return new RingWriter(folder, { ...RING_DEFAULTS, filesMax, fileBytesMax }, () => source);
}

async function fill(ring: RingWriter, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) {
    ring.write(packet(i));
    if (i % 10 === 0) {
      ring.flush();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

/** A ring of packets 1 to `count`, written as fast as possible. */
async function wholeRing(
  count: number,
  fileBytesMax: number,
): Promise<{ folder: string; files: RingFile[] }> {
  const ring = newRing(100, fileBytesMax);
  for (let i = 1; i <= count; i++) {
    ring.write(packet(i));
    if (i % 100 === 0) ring.flush();
  }
  ring.close();
  return { folder: ring.folder, files: await ringFiles(ring.folder) };
}

/** The packets that are read, each by its time. */
async function packetsRead(reader: RingReader): Promise<Set<number>> {
  const [found, frame] = [new Set<number>(), newFrame()];
  for await (const chunk of reader.chunks())
    while (chunk.next(frame)) found.add(frame.seconds - 1_700_000_000);
  return found;
}

/** [frame.number, first byte, offset] of each packet that is read. */
async function readAll(reader: RingReader, each: (number: number) => void = () => {}): Promise<number[][]> {
  const frame = newFrame();
  const all: number[][] = [];
  for await (const chunk of reader.chunks())
    while (chunk.next(frame)) {
      all.push([frame.number, frame.data[frame.start]!, frame.fileOffset]);
      each(frame.number);
    }
  return all;
}

describe('the ring', () => {
  it('deletes files older than the limit, except those being written', async () => {
    const session = join(root, 'aged', 'eth0-1');
    mkdirSync(session, { recursive: true });
    const now = Date.now();
    const names = [0, 1, 2].map((i) => ringFileName(i, i * 10, i * 100));
    const [old, held, young] = names.map((name) => join(session, name)) as [string, string, string];
    for (const [path, ageSeconds] of [
      [old, 61],
      [held, 61],
      [young, 60],
    ] as const) {
      writeFileSync(path, '');
      utimesSync(path, now / 1000 - ageSeconds, now / 1000 - ageSeconds);
    }
    holdFile(held);
    prune(dirname(session), { ...RING_DEFAULTS, ageSecondsMax: 60.5 }, now);
    assert.deepEqual(readdirSync(session), names.slice(1));
    releaseFile(held);
    prune(dirname(session), { ...RING_DEFAULTS, ageSecondsMax: 60.5 }, now);
    assert.deepEqual(readdirSync(session), names.slice(2));
  });

  it('reads and deletes files in their order beyond the six digits of their number', async () => {
    const ring = newRing();
    await fill(ring, 1, 200);
    ring.close();
    const files = await ringFiles(ring.folder);
    const from = 1_000_000 - Math.floor(files.length / 2);
    for (const { path, packetsBefore, bytesBefore, index } of files) {
      const renamed = join(ring.folder, ringFileName(from + index, packetsBefore, bytesBefore));
      renameSync(path, renamed);
      utimesSync(renamed, 1, 1);
    }
    const read = await readAll(new RingReader(ring.folder));
    assert.deepEqual(
      read.map(([number]) => number),
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    prune(dirname(ring.folder), { ...RING_DEFAULTS, filesMax: 2 }, Date.now());
    const left = (await ringFiles(ring.folder)).map(({ index }) => index);
    assert.deepEqual(left, [from + files.length - 2, from + files.length - 1]);
  });

  it('returns what was written, in several files that any tool can read', async () => {
    const ring = newRing();
    await fill(ring, 1, 200);
    ring.close();
    const files = await ringFiles(ring.folder);
    assert.ok(files.length > 2);
    const all = await readAll(new RingReader(ring.folder));
    assert.deepEqual(
      all.map(([number]) => number),
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    assert.ok(all.every(([number, byte]) => byte === (number! & 0xff)));
    const capture = await openCapture(files[1]!.path);
    assert.equal(capture.format, 'pcapng');
    await capture.close();
  });

  it('finds the bytes of a packet by its offset', async () => {
    const ring = newRing();
    await fill(ring, 1, 100);
    ring.close();
    for (const [number, , offset] of await readAll(new RingReader(ring.folder))) {
      const place = await placeInRing(ring.folder, offset!);
      const file = openSync(place.path, 'r');
      const bytes = Buffer.alloc(PACKET_BYTES);
      readSync(file, bytes, 0, PACKET_BYTES, place.offset);
      closeSync(file);
      assert.ok(bytes.every((byte) => byte === number));
    }
  });

  it('can be read while it is written, from any packet on', async () => {
    const ring = newRing();
    await fill(ring, 1, 30);
    let isOver = false;
    const writing = fill(ring, 31, 150).then(async () => {
      ring.close();
      isOver = true;
    });
    const all = await readAll(new RingReader(ring.folder, { from: 25, isOver: () => isOver }));
    await writing;
    assert.deepEqual(
      all.map(([number]) => number),
      Array.from({ length: 126 }, (_, i) => i + 25),
    );
  });

  it('delivers every packet once, wherever the writes of files, and their beginnings, are cut', async () => {
    const ring = newRing(100, 3000);
    await fill(ring, 1, 30);
    ring.close();
    const files = (await ringFiles(ring.folder)).map(({ path }) => ({ path, bytes: readFileSync(path) }));
    assert.ok(files.length > 2);
    const cuts = fc.array(fc.nat({ max: 3500 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(cuts, { minLength: files.length, maxLength: files.length }), async (all) => {
        const folder = join(root, `cut-${sessions++}`);
        mkdirSync(folder);
        let isOver = false;
        const reading = readAll(new RingReader(folder, { isOver: () => isOver }));
        for (const [i, { path, bytes }] of files.entries()) {
          const copy = openSync(join(folder, basename(path)), 'w');
          const ends = all[i]!.filter((cut) => cut < bytes.length).sort((a, b) => a - b);
          for (const [j, end] of [...ends, bytes.length].entries()) {
            writeSync(copy, bytes.subarray(ends[j - 1] ?? 0, end));
            // Sometimes longer than the reader waits, sometimes not.
            await new Promise((resolve) => setTimeout(resolve, end % 60));
          }
          closeSync(copy);
        }
        isOver = true;
        assert.deepEqual(
          (await reading).map(([number, byte]) => [number, byte]),
          Array.from({ length: 30 }, (_, k) => [k + 1, k + 1]),
        );
      }),
      { numRuns: 8 },
    );
  });

  for (const isEncrypted of [false, true])
    it(`goes on behind ${isEncrypted ? 'an encrypted' : 'a'} file that is damaged in its middle, and says so`, async () => {
      const keyFile = join(root, `${sessions}.key`);
      makeKeyFile(keyFile);
      const folder = join(root, `${sessions}`, `eth0-${sessions++}`);
      const limits = { ...RING_DEFAULTS, fileBytesMax: 20_000 };
      const key = isEncrypted ? VaultKey.fromFile(keyFile) : null;
      const ring = new RingWriter(folder, limits, () => source, { key });
      await fill(ring, 1, 200);
      ring.close();
      const [, damaged, next] = await ringFiles(folder);
      const bytes = readFileSync(damaged!.path);
      bytes.fill(0xff, bytes.length >> 1);
      writeFileSync(damaged!.path, bytes);
      const damages: string[] = [];
      const reader = new RingReader(folder, { onDamage: (line) => damages.push(line) });
      if (isEncrypted) process.env.EYRIE_CAPTURE_KEY = keyFile;
      const all = await readAll(reader).finally(() => delete process.env.EYRIE_CAPTURE_KEY);
      const numbers = all.map(([number]) => number!);
      assert.equal(damages.length, 1);
      assert.ok(damages[0]!.startsWith(`${damaged!.path}: `), damages[0]);
      assert.match(damages[0]!, /; reading goes on with the next file$/);
      assert.deepEqual([numbers[0], numbers.at(-1)], [1, 200]);
      assert.ok(numbers.includes(damaged!.packetsBefore + 1));
      assert.ok(!numbers.includes(next!.packetsBefore));
      assert.equal(numbers.length + reader.missed, 200);
    });

  it('reads every packet outside of damage to a file, wherever that is, and counts the others', async () => {
    const ring = newRing(100, 12_000);
    await fill(ring, 1, 120);
    ring.close();
    const files = await ringFiles(ring.folder);
    assert.ok(files.length >= 4);
    const damage = fc.record({
      file: fc.integer({ min: 1, max: files.length - 2 }),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 3000, size: 'max' }),
        fc.integer({ min: 1, max: 3000 }).map((length) => new Uint8Array(length).fill(0xff)),
      ),
    });
    const whole = new Map(files.map(({ path }) => [path, readFileSync(path)]));
    const bySecond = async (): Promise<{
      seconds: Set<number>;
      numbers: number[];
      missed: number;
      lines: string[];
    }> => {
      const lines: string[] = [];
      const reader = new RingReader(ring.folder, { onDamage: (line) => lines.push(line) });
      const [seconds, numbers, frame] = [new Set<number>(), [] as number[], newFrame()];
      for await (const chunk of reader.chunks())
        while (chunk.next(frame)) {
          seconds.add(frame.seconds - 1_700_000_000);
          numbers.push(frame.number);
        }
      return { seconds, numbers, missed: reader.missed, lines };
    };
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, at, bytes }) => {
        const { path, packetsBefore } = files[file]!;
        const damaged = Buffer.from(whole.get(path)!);
        const from = Math.floor(at * damaged.length);
        damaged.set(bytes.subarray(0, damaged.length - from), from);
        writeFileSync(path, damaged);
        const { seconds, numbers, missed, lines } = await bySecond();
        writeFileSync(path, whole.get(path)!);
        // Packets' blocks have one length, and end the file.
        const count = files[file + 1]!.packetsBefore - packetsBefore;
        const head = damaged.length - count * PACKET_BLOCK_BYTES;
        for (let i = 1; i <= 120; i++) {
          const start = head + (i - packetsBefore - 1) * PACKET_BLOCK_BYTES;
          const isElsewhere = i <= packetsBefore || i > packetsBefore + count;
          const isOutside = start + PACKET_BLOCK_BYTES <= from || start >= from + bytes.length;
          if (isElsewhere || isOutside) assert.ok(seconds.has(i), `packet ${i} (${lines.join()})`);
        }
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
        );
        assert.equal(numbers.length + missed, 120);
        for (const line of lines) assert.ok(line.startsWith(`${path}: `), line);
      }),
      { numRuns: 100 },
    );
  });

  it('reads every packet outside of damage that is longer than what is read at once', async () => {
    const { folder, files } = await wholeRing(6500, 3_000_000);
    const { path } = files[0]!;
    const whole = readFileSync(path);
    const head = whole.length - files[1]!.packetsBefore * PACKET_BLOCK_BYTES;
    const from = head + 100 * PACKET_BLOCK_BYTES;
    // At the first and the last of these, a chunk ends within an undamaged block behind the damage.
    for (const length of [(1 << 20) - 200, (1 << 20) + 8, (1 << 21) - 500]) {
      writeFileSync(path, Buffer.from(whole).fill(0xff, from, from + length));
      const damaged = Math.ceil(length / PACKET_BLOCK_BYTES);
      const reader = new RingReader(folder);
      const found = await packetsRead(reader);
      const lost = Array.from({ length: 6500 }, (_, i) => i + 1).filter((i) => !found.has(i));
      assert.deepEqual([lost[0], lost.length, reader.missed], [101, damaged, damaged]);
    }
  });

  it('reports the first damages to a file one by one, and counts the others', async () => {
    const { folder, files } = await wholeRing(6500, 3_000_000);
    const { path } = files[0]!;
    const bytes = readFileSync(path);
    // Far enough from each other for the reader to be sure of the blocks between them.
    const step = 510 * PACKET_BLOCK_BYTES;
    for (let place = 1; place <= 10; place++) {
      const at = bytes.length - place * step;
      bytes.fill(0xff, at, at + 8);
    }
    writeFileSync(path, bytes);
    const lines: string[] = [];
    const reader = new RingReader(folder, { onDamage: (line) => lines.push(line) });
    assert.deepEqual([(await packetsRead(reader)).size, reader.missed], [6490, 10]);
    assert.equal(lines.length, 6, lines.join('\n'));
    assert.equal(lines[5], `${path}: damaged in 5 more places`);
  });

  it('keeps the configured number of files, and a slow reader counts the packets it missed', async () => {
    const ring = newRing(3);
    await fill(ring, 1, 400);
    ring.close();
    assert.equal((await ringFiles(ring.folder)).length, 3);
    const reader = new RingReader(ring.folder);
    const all = await readAll(reader);
    assert.equal(all.length + reader.missed, 400);
    assert.ok(reader.missed > 0);
    assert.equal(all.at(-1)![0], 400);
    await assert.rejects(placeInRing(ring.folder, 100), { code: 'ERR_CAPTURE_RING_GONE' });
  });

  it('interrupted in the middle of a packet ends before it', async () => {
    const ring = newRing();
    await fill(ring, 1, 30);
    ring.close();
    const { path } = (await ringFiles(ring.folder)).at(-1)!;
    truncateSync(path, statSync(path).size - 100);
    const all = await readAll(new RingReader(ring.folder));
    assert.equal(all.at(-1)![0], 29);
  });

  it('drops and counts packets if the disk fails, without stopping', async () => {
    const notFolder = join(root, 'file');
    writeFileSync(notFolder, '');
    const ring = new RingWriter(join(notFolder, 'ring', 'eth0'), RING_DEFAULTS, () => source);
    await fill(ring, 1, 30);
    ring.close();
    assert.equal(ring.dropped, 30);
    assert.match(ring.problem ?? '', /its folder does not exist/);
  });

  it('ignores other files beside the sessions', async () => {
    const ring = newRing();
    mkdirSync(dirname(ring.folder));
    writeFileSync(join(dirname(ring.folder), '.DS_Store'), '');
    await fill(ring, 1, 30);
    ring.close();
    assert.equal(ring.dropped, 0);
    assert.equal((await readAll(new RingReader(ring.folder))).length, 30);
  });

  it('spans sessions: deletes the oldest file first, and sessions without files', async () => {
    const folder = join(root, 'several');
    const limits = { ...RING_DEFAULTS, filesMax: 3, fileBytesMax: 20_000 };
    for (const session of ['a', 'b', 'c']) {
      const ring = new RingWriter(join(folder, session), limits, () => source);
      await fill(ring, 1, 60);
      ring.close();
    }
    assert.deepEqual(readdirSync(folder).sort(), ['b', 'c']);
    assert.equal(
      (await ringFiles(join(folder, 'b'))).length + (await ringFiles(join(folder, 'c'))).length,
      3,
    );
  });

  it('on a full disk deletes the oldest file only, not those of all other sessions', async () => {
    const folder = join(root, 'full');
    for (const session of ['a', 'b', 'c', 'd']) {
      const ring = new RingWriter(join(folder, session), RING_DEFAULTS, () => source);
      await fill(ring, 1, 10);
      ring.close();
    }
    pruneOldest(folder);
    assert.deepEqual(readdirSync(folder).sort(), ['b', 'c', 'd']);
  });

  it('a reader of a missing session ends at once', async () => {
    assert.deepEqual(await readAll(new RingReader(join(root, 'nowhere'))), []);
    assert.deepEqual(readdirSync(root).includes('nowhere'), false);
  });

  it('parses sizes as files x bytes', () => {
    assert.deepEqual(parseRing('20x100MB'), { filesMax: 20, fileBytesMax: 100e6 });
    assert.deepEqual(parseRing('4x1.5G'), { filesMax: 4, fileBytesMax: 1.5e9 });
    for (const wrong of ['', '20', '1x100MB', '20x1k', '20x100', 'x', '20 x 100TB'])
      assert.equal(parseRing(wrong), null);
  });

  it('a busy session does not delete the older file that a quiet one is writing', async () => {
    const folder = join(root, 'two');
    const limits = { ...RING_DEFAULTS, filesMax: 2, fileBytesMax: 20_000 };
    const quiet = new RingWriter(join(folder, 'eth0'), limits, () => source);
    const busy = new RingWriter(join(folder, 'eth1'), limits, () => source);
    await fill(quiet, 1, 10);
    quiet.flush();
    await fill(busy, 1, 400);
    busy.close();
    assert.ok((await ringFiles(busy.folder)).length <= 2);
    await fill(quiet, 11, 20);
    quiet.close();
    const [file, ...others] = await ringFiles(quiet.folder);
    assert.deepEqual(others, []);
    assert.equal(await packetsIn(file!.path), 20);
    // Once closed, it is subject to its age again.
    const next = new RingWriter(join(folder, 'eth2'), limits, () => source);
    await fill(next, 1, 200);
    next.close();
    assert.deepEqual(await ringFiles(quiet.folder), []);
  });

  it('a file deleted by another process loses only the next write', async () => {
    const ring = newRing();
    await fill(ring, 1, 10);
    ring.flush();
    rmSync((await ringFiles(ring.folder))[0]!.path);
    await fill(ring, 11, 20);
    ring.flush();
    const lost = ring.dropped;
    assert.ok(lost > 0 && lost <= 10, `${lost}`);
    await fill(ring, 21, 30);
    ring.close();
    const files = await ringFiles(ring.folder);
    assert.equal(await packetsIn(files.at(-1)!.path), 20 - lost);
    assert.equal(ring.dropped, lost);
  });
});

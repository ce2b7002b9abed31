import assert from 'node:assert/strict';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ambientKey, decrypted, encrypting } from '@eyrie/capture';
import { UnpackedFiles } from '../src/analyzer/bytes/unpacked.ts';

describe('compressed captures', () => {
  it('are unpacked once, and again when another file stands under their name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'eyrie-unpacked-test-'));
    const path = join(folder, 'a.pcap.gz');
    const unpacked = new UnpackedFiles();
    const read = async (): Promise<string> => String(await readFile(await unpacked.get(path, 'gzip')));
    await writeFile(path, gzipSync('the first'));
    assert.equal(await read(), 'the first');
    const copy = await unpacked.get(path, 'gzip');
    assert.equal(await unpacked.get(path, 'gzip'), copy);
    await writeFile(path, gzipSync('the second one'));
    assert.equal(await read(), 'the second one');
    await rm(path);
    await assert.rejects(unpacked.get(path, 'gzip'), { code: 'ENOENT' });
    await unpacked.close();
    assert.ok(!existsSync(dirname(copy)));
    await rm(folder, { recursive: true });
  });

  it('take no more than half of what is free, and say so; what was unpacked before makes room', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'eyrie-unpacked-test-'));
    const MIB = 2 ** 20;
    let free = 8 * MIB;
    const unpacked = new UnpackedFiles(async () => free);
    t.after(async () => {
      await unpacked.close();
      await rm(folder, { recursive: true });
    });
    const made = async (name: string, bytes: number): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, gzipSync(Buffer.alloc(bytes, name)));
      return path;
    };
    const [small, large] = [await made('small', 3 * MIB), await made('large', 5 * MIB)];
    const copy = await unpacked.get(small, 'gzip');
    await assert.rejects(unpacked.get(large, 'gzip'), {
      code: 'disk_full',
      message: /to unpack this capture: it takes more than the 4 MiB that may be used there$/,
    });
    assert.ok(!existsSync(copy), 'it was in the way');
    free = 10 * MIB;
    assert.equal((await readFile(await unpacked.get(large, 'gzip'))).length, 5 * MIB);
  });

  it('that find no room at the same time do not wait for each other', { timeout: 20_000 }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'eyrie-unpacked-test-'));
    const unpacked = new UnpackedFiles(async () => 2 ** 20);
    t.after(async () => {
      await unpacked.close();
      await rm(folder, { recursive: true });
    });
    const paths = ['a', 'b', 'c'].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, gzipSync(Buffer.alloc(3 << 20)));
    const all = await Promise.allSettled(paths.map((path) => unpacked.get(path, 'gzip')));
    assert.deepEqual(
      all.map((one) => (one.status === 'rejected' ? one.reason.code : one.value)),
      ['disk_full', 'disk_full', 'disk_full'],
    );
  });

  it('share what is free: several at once take no more than one would, and each gets its turn', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'eyrie-unpacked-test-'));
    const MIB = 2 ** 20;
    const disk = 10 * MIB;
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const used = (): number =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.parentPath !== folder)
        .reduce(
          (sum, { parentPath, name }) =>
            sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
          0,
        );
    let most = 0;
    const unpacked = new UnpackedFiles(async () => {
      most = Math.max(most, used());
      return disk - used();
    });
    t.after(async () => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await unpacked.close();
      await rm(folder, { recursive: true });
    });
    const paths = ['a', 'b', 'c', 'd'].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, gzipSync(Buffer.alloc(4 * MIB)));
    const all = await Promise.all(paths.map((path) => unpacked.get(path, 'gzip')));
    assert.equal(new Set(all).size, 4);
    assert.ok(most <= disk / 2, `${most} bytes at once`);
    // The last is there; those before it made room.
    assert.equal(all.filter((path) => existsSync(path)).length, 1);
  });

  it('that are damaged keep what stands before the damage, encrypted ones too', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'eyrie-unpacked-test-'));
    const unpacked = new UnpackedFiles();
    const before = process.env.EYRIE_CAPTURE_PASSPHRASE;
    process.env.EYRIE_CAPTURE_PASSPHRASE = 'a passphrase of a test';
    t.after(async () => {
      if (before === undefined) delete process.env.EYRIE_CAPTURE_PASSPHRASE;
      else process.env.EYRIE_CAPTURE_PASSPHRASE = before;
      await unpacked.close();
      await rm(folder, { recursive: true });
    });
    const words = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) & 0xff));
    const damaged = Buffer.concat([
      gzipSync(words.subarray(0, 150_000)),
      Buffer.from('\x1f\x8b\x08 no gzip'),
    ]);
    const plain = join(folder, 'plain.gz');
    await writeFile(plain, damaged);
    const whole = await readFile(await unpacked.get(plain, 'gzip'));
    assert.ok(whole.equals(words.subarray(0, 150_000)), `${whole.length}`);
    const key = ambientKey()!;
    const locked = join(folder, 'locked.gz');
    await writeFile(locked, await buffer(Readable.from([damaged]).pipe(encrypting(key))));
    const copy = await unpacked.get(locked, 'gzip');
    const opened = await buffer(
      Readable.from(decrypted(copy, createReadStream(copy)), { objectMode: false }),
    );
    assert.ok(opened.equals(whole), `${opened.length}: all of it, and the file ends as it should`);
  });
});

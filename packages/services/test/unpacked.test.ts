import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
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
});

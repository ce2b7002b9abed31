// What is kept of uploads, and what may be deleted again: never anything that was not uploaded.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { deleteUpload, keepUpload } from '../src/analyzer/uploads.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/port-scan.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-uploads-'));
after(() => rmSync(folder, { recursive: true }));

describe('uploads', () => {
  it('go with their capture, and a folder of somebody else beside them does not', async () => {
    const kept = await keepUpload(Readable.from([readFileSync(SAMPLE)]), folder, 'scan.pcapng', 1 << 30);
    const theirs = join(folder, 'thesis');
    mkdirSync(theirs);
    const imported = join(theirs, 'scan.pcapng');
    copyFileSync(SAMPLE, imported);
    await deleteUpload(folder, kept);
    await deleteUpload(folder, imported);
    assert.equal(existsSync(dirname(kept)), false);
    assert.equal(existsSync(imported), true);
  });

  it('have names that a file system takes, in any script', async () => {
    const name = `${'捕'.repeat(150)}.pcapng`;
    const kept = await keepUpload(Readable.from([readFileSync(SAMPLE)]), folder, name, 1 << 30);
    assert.ok(basename(kept).endsWith('捕.pcapng'));
    assert.ok(Buffer.byteLength(basename(kept)) <= 255);
  });
});

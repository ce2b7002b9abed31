import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { requireTool } from '../../../../test/support/tools.ts';
import type { Found } from '../../src/analyzer/bytes/capture-objects.ts';
import { ObjectArchive } from '../../src/analyzer/bytes/object-archive.ts';
import { ZIP_BYTES_MAX, ZipWriter } from '../../src/analyzer/bytes/zip.ts';

function found(name: string, data: Uint8Array): Found {
  return { capture: 1, kind: 'http', nth: 0, frame: 1, row: null, host: '', type: '', name, data };
}

test('ObjectArchive, names in UTF-8, in half a surrogate pair, out of the folder, of its table, the same twice: unzip finds each', {
  skip: requireTool('unzip'),
}, async () => {
  const archive = new ObjectArchive();
  const names = [
    'übung 日本.txt',
    '\ud83d',
    '../../etc/passwd',
    'objects.csv',
    'a.txt',
    'a.txt',
    'a(1).txt',
    '',
  ];
  for (const name of names) assert.ok(archive.add(found(name, Buffer.from(`<${name}>`))));
  archive.end(true);
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-archive-'));
  try {
    const path = join(folder, 'all.zip');
    writeFileSync(path, await buffer(archive.readable));
    execFileSync('unzip', ['-tqq', path]);
    const listed = execFileSync('unzip', ['-Z1', path], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
      .trimEnd()
      .split('\n');
    assert.equal(new Set(listed).size, names.length + 1, listed.join('\n'));
    assert.ok(listed.every((name) => !name.includes('/')));
    assert.ok(listed.includes('übung 日本.txt'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ObjectArchive, many objects: ends before the table makes it larger than it may be', async () => {
  // Long names are in the table whole: together more than the limit that this one has.
  const archive = new ObjectArchive({ bytesMax: 1 << 20 });
  const whole = buffer(archive.readable);
  let added = 0;
  while (archive.add(found(`${added}${'x'.repeat(10_000)}`, new Uint8Array(1)))) added++;
  assert.ok(added > 20 && added < 1 << 7, String(added));
  archive.end(false);
  const { length } = await whole;
  assert.ok(length <= 1 << 20, String(length));
});

test('ZipWriter, tens of thousands of files: what it has written is known without counting again', () => {
  const zip = new ZipWriter();
  let bytes = 0;
  for (let i = 0; i < 2000; i++)
    for (const part of zip.add(`${i}`, new Uint8Array(3), 0)) bytes += part.length;
  assert.equal(zip.bytes, bytes + zip.end().length);
  assert.ok(zip.bytes < ZIP_BYTES_MAX);
});

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CaptureError, KeyLogFile } from '../src/index.ts';

const textOf = ({ blocks }: KeyLogFile): string => blocks.map(({ data }) => Buffer.from(data)).join('');

test('a key log is read as it grows, in whole lines, and anew when it was begun anew', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-keylog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'keys.log');
  writeFileSync(path, '# made by a browser\nCLIENT_RANDOM a');
  const log = new KeyLogFile(path);
  assert.equal(textOf(log), '# made by a browser\n');
  log.refresh();
  assert.equal(log.blocks.length, 1, 'nothing new, no block');
  appendFileSync(path, 'b c\nCLIENT_RANDOM d e\n');
  log.refresh();
  assert.equal(textOf(log), '# made by a browser\nCLIENT_RANDOM ab c\nCLIENT_RANDOM d e\n');
  writeFileSync(path, 'new\n');
  log.refresh();
  assert.ok(textOf(log).endsWith('\nnew\n'));
  // A longer one in its place.
  writeFileSync(`${path}.2`, 'another, begun anew\nand more\n');
  renameSync(`${path}.2`, path);
  log.refresh();
  assert.ok(textOf(log).endsWith('\nanother, begun anew\nand more\n'));
  rmSync(path);
  log.refresh();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  log.refresh();
});

test('what is no file that can be read is said in one line', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-keylog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.throws(() => new KeyLogFile(join(folder, 'none')), {
    name: 'CaptureError',
    message: /no such file/,
  });
  assert.throws(
    () => new KeyLogFile(folder),
    (error) => error instanceof CaptureError && /is not a file/.test(error.message),
  );
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeFolder } from '../src/make-folder.ts';

const isPosix = process.platform !== 'win32';

describe('makeFolder', () => {
  it('makes all folders of a path with the mode; one that is there stays as it is', () => {
    const base = mkdtempSync(join(tmpdir(), 'eyrie-make-folder-'));
    try {
      makeFolder(join(base, 'a/b'), 0o700);
      makeFolder(join(base, 'a/b'), 0o755);
      if (isPosix)
        for (const path of ['a', 'a/b']) assert.equal(statSync(join(base, path)).mode & 0o777, 0o700);
      writeFileSync(join(base, 'file'), '');
      assert.throws(() => makeFolder(join(base, 'file')), { code: 'EEXIST' });
      assert.throws(() => makeFolder(join(base, 'file/below')), { code: 'ENOTDIR' });
    } finally {
      rmSync(base, { recursive: true });
    }
  });

  it('ends where no folder can be made although the parent is there', { skip: !isPosix }, () => {
    assert.throws(() => makeFolder('/proc/none/below'), /mkdir/);
  });
});

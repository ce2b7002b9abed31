// The helper that makes folders is the same in the packages that share none below them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesLike, readText } from './support/repository.ts';

test('all copies of make-folder.ts are the same, and no other code makes folders recursively', () => {
  const copies = filesLike('packages/*/src/**/make-folder.ts');
  assert.deepEqual(copies, [
    'packages/capture/src/make-folder.ts',
    'packages/mesh/src/peer/make-folder.ts',
    'packages/store/src/make-folder.ts',
  ]);
  for (const each of copies) assert.equal(readText(each), readText(copies[0]!), each);
  // Node's own loops for ever below /proc.
  const others = filesLike('packages/*/src/**/*.ts').filter((path) =>
    /\bmkdir(Sync)?\([^;]*recursive: true/.test(readText(path)),
  );
  assert.deepEqual(others, []);
});

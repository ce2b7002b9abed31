// The reference pages say what the code says, and links between pages lead somewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { filesLike, readText, root } from './support/repository.ts';

test('docs/reference is up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
  });
  assert.deepEqual([status, stderr], [0, '']);
});

test('links to files of the repository lead to files', () => {
  const pages = filesLike('{*.md,docs/**/*.md,packages/*/README.md,packages/*/src/**/README.md}');
  const broken = pages.flatMap((page) =>
    [...readText(page).matchAll(/\]\((?!\w+:|#)([^)\s#]+)/g)]
      .filter(([, target]) => !existsSync(join(root, dirname(page), target!)))
      .map(([, target]) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

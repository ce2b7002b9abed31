// The test run names the files that failed, so that .ci/run runs these once more.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, type EventData, test } from 'node:test';
import { FailedFiles } from './support/failed-files.ts';
import { filesOf } from './support/processes.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The lines that name files, of a run of these in a process each. */
function failedOf(...sources: string[]): string[] {
  const made = mkdtempSync(join(folder, 'files-'));
  const files = sources.map((source, i) => {
    const path = join(made, `${i}.e2e.mjs`);
    writeFileSync(path, `import { before, suite, test } from 'node:test';\n${source}`);
    return relative(root, path);
  });
  mkdirSync(join(made, 'tmp'));
  // Else it would not run, as a test within a test, and would clean up as if it were the run above it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stderr, status } = spawnSync(process.execPath, [join(root, 'test/run.ts'), ...files], {
    cwd: root,
    env: { ...env, TMPDIR: join(made, 'tmp') },
    encoding: 'utf8',
  });
  const lines = stderr.split('\n').filter((line) => line.startsWith('a test failed in '));
  assert.equal(status === 0, lines.length === 0, stderr);
  return lines.map((line) => line.slice('a test failed in '.length).replace(relative(root, made), 'made'));
}

test('a file whose tests pass is not named; one is whose test stands elsewhere, does not load, or ends badly', () => {
  writeFileSync(
    join(folder, 'shared.mjs'),
    `import { test } from 'node:test'; test('x', () => { throw 1; });`,
  );
  const failed = failedOf(
    `test('fine', () => {});`,
    `import '../shared.mjs';`,
    `import './none.mjs';`,
    `test('fine', () => {}); process.exitCode = 3;`,
    `before(() => { throw new Error('no server'); }); test('one', () => {});`,
  );
  assert.deepEqual(failed, ['made/1.e2e.mjs', 'made/2.e2e.mjs', 'made/3.e2e.mjs', 'made/4.e2e.mjs']);
});

test('of files that share a process, those are named whose tests or hooks failed', () => {
  const [first, second, third] = filesOf('test/postgres.ts');
  const failed = failedOf(
    `suite('${first}', () => { test('one', () => {}); });
     suite('${second}', () => { before(() => { throw new Error('no server'); }); test('one', () => {}); });
     suite('${third}', () => { suite('a', () => { test('one', () => { throw 1; }); }); });`,
  );
  assert.deepEqual(failed.slice(-2), [second, third]);
});

test('a shared process is named itself only if it failed outside of its files', () => {
  const entry = 'test/postgres.ts';
  const [file] = filesOf(entry);
  const summary = { file: join(root, entry), success: false } as EventData.TestSummary;
  const failed = new FailedFiles(root, [entry]);
  failed.addSummary(summary);
  assert.deepEqual(failed.list(), [entry]);
  failed.addTest({ name: file, nesting: 0 } as EventData.TestFail);
  assert.deepEqual(failed.list(), [file]);
});

// `npm test`: every file of tests in a process of its own, three at a time. `npm test -- FILE…` runs some of them.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

import { endLeftovers, markProcess } from './support/leftovers.ts';

const root = join(import.meta.dirname, '..');
const TIMEOUT_MS = 240_000;
/** A server that a failed test left behind holds the output of its file open: then only this ends the run. */
const RUN_MS = 900_000;
/** One more than the cores of a small machine: of three, one mostly waits. */
const AT_ONCE = 3;

/** What takes longest begins first, so that the end is not one of these alone; between them, what mostly waits. */
const FIRST = [
  'test/tutorial.e2e.ts',
  'test/unit.ts',
  'packages/cli/test/firewall.e2e.ts',
  'packages/dashboard/test/axe.e2e.ts',
  'packages/lab/test/emulate.e2e.ts',
  'packages/services/test/demo/attack.e2e.ts',
  'packages/cli/test/pipeline.e2e.ts',
  'packages/cli/test/formats.e2e.ts',
  'packages/mesh/test/clock.e2e.ts',
  'packages/services/test/faults.e2e.ts',
  'packages/cli/test/path.e2e.ts',
  'packages/services/test/analyzer/captures.e2e.ts',
  'packages/cli/test/lan.e2e.ts',
  'packages/services/test/analyzer/answers-postgres.e2e.ts',
  'packages/cli/test/nat.e2e.ts',
  'packages/dashboard/test/page.e2e.ts',
  'packages/services/test/honeypot/honeypot.e2e.ts',
];

// Processes that follow each other read most of the same files: they are stripped of their types and compiled once.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compile');

const found = globSync('{packages/*/,}test/**/*.e2e.ts', { cwd: root }).sort();
const all = [...new Set([...FIRST, ...found])];
const asked = process.argv.slice(2);

markProcess();
const guard = setTimeout(() => {
  process.stderr.write(
    `the tests had not ended after ${RUN_MS / 60_000} minutes; ended now:\n${endLeftovers().join('\n')}\n`,
  );
  process.exitCode = 1;
}, RUN_MS);

run({ cwd: root, files: asked.length > 0 ? asked : all, concurrency: AT_ONCE, timeout: TIMEOUT_MS })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .on('end', () => {
    clearTimeout(guard);
    const left = endLeftovers();
    if (left.length > 0) process.stderr.write(`left behind by tests, ended now:\n${left.join('\n')}\n`);
  })
  .compose(new spec())
  .pipe(process.stdout);

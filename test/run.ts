// `npm test`: each file of tests in a process of its own, but for those that share one; some processes at a time.
// `npm test -- FILE…` runs some files.

import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

import { FailedFiles } from './support/failed-files.ts';
import { TestRun } from './support/leftovers.ts';
import { ENTRIES, filesOf } from './support/processes.ts';

const root = join(import.meta.dirname, '..');
/** Of one test. It ends what hangs; a slow machine must not meet it. */
const TIMEOUT_MS = 900_000;
/** Tests make much that is soon forgotten: with the usual 16 MiB a half-space, most of it is copied first, for a tenth of the CPU time. */
const YOUNG_MB = 32;
/** A server that a failed test left behind holds the output of its file open: then only this ends the run. */
const RUN_MS = 3_600_000;
/** Three more than the cores: most wait more than half of their time. Where there are many cores, memory is the limit. */
const AT_ONCE = Math.min(availableParallelism() + 3, 8);

/** After the files that share a process: what takes longest, mostly waiting, so that the end is not one of these alone. */
const FIRST = [
  'packages/services/test/demo/attack.e2e.ts',
  'packages/cli/test/firewall.e2e.ts',
  'test/tutorial.e2e.ts',
  'packages/cli/test/pipeline.e2e.ts',
  'packages/dashboard/test/mesh.e2e.ts',
  'packages/lab/test/emulate.e2e.ts',
  'packages/capture/test/live.e2e.ts',
  'packages/cli/test/mesh.e2e.ts',
  'packages/mesh/test/sockets.e2e.ts',
  'packages/cli/test/talkers.e2e.ts',
  'packages/services/test/faults.e2e.ts',
  'packages/cli/test/path.e2e.ts',
  'packages/cli/test/lan.e2e.ts',
  'packages/cli/test/live-logs.e2e.ts',
  'packages/services/test/honeypot/honeypot.e2e.ts',
  'packages/cli/test/read-live.e2e.ts',
  'packages/cli/test/nat.e2e.ts',
  'packages/store/test/duckdb.e2e.ts',
  'packages/cli/test/doctor.e2e.ts',
  'packages/cli/test/finding.e2e.ts',
  'packages/cli/test/findings.e2e.ts',
  'packages/services/test/mqtt/mqtt.e2e.ts',
  'test/deploy.e2e.ts',
  'packages/cli/test/together.e2e.ts',
  'packages/services/test/path/path.e2e.ts',
  'packages/cli/test/start.e2e.ts',
  'packages/clock/test/chrony.e2e.ts',
  'packages/cli/test/store.e2e.ts',
  'packages/cli/test/privacy.e2e.ts',
  'packages/capture/test/tshark.e2e.ts',
];

// Processes that follow each other read most of the same files: they are stripped of their types and compiled once.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compile');

const found = globSync('{packages/*/,}test/**/*.e2e.ts', { cwd: root }).sort();
const shared = new Set(ENTRIES.flatMap(filesOf));
const all = [...new Set([...ENTRIES, ...FIRST, ...found])].filter((file) => !shared.has(file));
const asked = process.argv.slice(2).map((file) => relative(root, resolve(root, file)));
const files = asked.length > 0 ? asked : all;
const failed = new FailedFiles(root, files);

const ours = new TestRun();
const end = new AbortController();
const guard = setTimeout(async () => {
  const left = await breakOff();
  process.stderr.write(
    `the tests had not ended after ${RUN_MS / 60_000} minutes; ended now:\n${left.join('\n')}\n`,
  );
  process.exit(1);
}, RUN_MS);
// Ctrl-C reaches what runs in this terminal, but not what was detached from it.
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const)
  process.on(signal, async () => {
    // One that comes again, as timeout(1) and impatient people send it, must not end this before it is done.
    if (end.signal.aborted) return;
    await breakOff();
    process.exit(128 + number);
  });

function breakOff(): Promise<string[]> {
  // Else a file that waited would begin for each that is ended.
  end.abort();
  return ours.clean();
}

run({
  cwd: root,
  files,
  execArgv: [`--max-semi-space-size=${YOUNG_MB}`],
  concurrency: AT_ONCE,
  timeout: TIMEOUT_MS,
  signal: end.signal,
})
  .on('test:fail', (event) => {
    process.exitCode = 1;
    failed.addTest(event);
  })
  .on('test:summary', (event) => failed.addSummary(event))
  .on('end', async () => {
    if (end.signal.aborted) return;
    clearTimeout(guard);
    const left = await ours.clean();
    if (left.length > 0) process.stderr.write(`left behind by tests, taken away now:\n${left.join('\n')}\n`);
    // .ci/run reads these lines.
    for (const file of failed.list()) process.stderr.write(`a test failed in ${file}\n`);
  })
  .compose(new spec())
  .pipe(process.stdout);

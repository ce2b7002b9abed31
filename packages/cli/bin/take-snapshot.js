// Takes the start-up snapshot of `eyrie read`: the heap after the program was evaluated. Starting from it takes
// a third of the time. Only the Node that took it can use it, which eyrie.js checks.
// Plain JavaScript: an install calls it on whatever Node it runs with.

import { execFileSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * V8 flags: most reads end before optimizing compilation and garbage collection pay off. Starting both later saves a fifth
 * of the CPU time (docs/benchmarks.md).
 */
const ENGINE_FLAGS = [
  '--invocation-count-for-maglev=1000',
  '--invocation-count-for-turbofan=30000',
  // MiB. With 128, whole trees of 100,000 conversations take 26 MB more.
  '--initial-heap-size=64',
  // Long outputs make much garbage: with the 32 MiB of V8 they take 120 MB more, and no less time.
  '--max-semi-space-size=8',
];

/**
 * @param {string} node the Node that will start from it, 24 or newer
 * @param {string} folder has the program as one script, `read.cjs`; `read.blob` goes there, and `read.json` beside it: what
 *   it was made of, and who can start from it
 * @param {unknown[]} sources path, modification time and size of each source
 */
export function takeSnapshot(node, folder, sources) {
  const blob = join(folder, 'read.blob');
  // Compiled code of all of Node's own modules would be four of sixteen megabytes; those needed are in the heap already.
  const config = join(folder, 'snapshot.json');
  const run = (...args) => execFileSync(node, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  writeFileSync(config, JSON.stringify({ builder: join(folder, 'read.cjs'), withoutCodeCache: true }));
  try {
    run('--snapshot-blob', blob, '--build-snapshot-config', config);
  } finally {
    rmSync(config);
  }
  const starts = (flags) => run(...flags, '--snapshot-blob', blob, 'eyrie', 'read', '--help');
  starts([]);
  const flags = acceptedBy(starts);
  const made = run('-p', "process.version + ' ' + require('node:v8').cachedDataVersionTag()");
  const { size: bytes } = statSync(blob);
  const facts = { made: String(made).trim(), bytes, flags, sources };
  writeFileSync(join(folder, 'read.json'), JSON.stringify(facts));
}

/** V8's flags may change with its version, and Node refuses unknown ones. */
function acceptedBy(starts) {
  try {
    starts(ENGINE_FLAGS);
    return ENGINE_FLAGS;
  } catch {
    return [];
  }
}

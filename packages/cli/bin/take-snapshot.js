// Takes the start-up snapshot of `eyrie read`: the heap after the program was evaluated and had read the samples. Starting
// from it takes a third of the time. Only the Node that took it can use it, which eyrie.js checks.
// Plain JavaScript: an install calls it on whatever Node it runs with.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Captures that are read before. */
const SAMPLES = ['samples/office-hour.pcapng', 'samples/port-scan.pcapng'];

/**
 * @param {string} node the Node that will start from it, 24 or newer
 * @param {string} folder has the program as one script, `read.cjs`; `read.blob` goes there, and `read.json` beside it: what
 *   it was made of, and who can start from it
 * @param {string} root has the samples
 * @param {unknown[]} sources path, modification time and size of each source
 */
export function takeSnapshot(node, folder, root, sources) {
  const script = join(folder, 'read-snapshot.cjs');
  const blob = join(folder, 'read.blob');
  // Compiled code of all of Node's own modules would be four of sixteen megabytes; those needed are in the heap already.
  const config = join(folder, 'snapshot.json');
  const run = (...args) => execFileSync(node, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    writeFileSync(script, readFileSync(join(folder, 'read.cjs'), 'utf8') + afterwards(root));
    writeFileSync(config, JSON.stringify({ builder: script, withoutCodeCache: true }));
    // Reading the samples prints megabytes.
    const silent = { env: {}, stdio: ['ignore', 'ignore', 'pipe'] };
    execFileSync(node, ['--snapshot-blob', blob, '--build-snapshot-config', config], silent);
  } finally {
    for (const path of [script, config]) rmSync(path, { force: true });
  }
  const starts = (flags) => run(...flags, '--snapshot-blob', blob, 'eyrie', 'read', '--help');
  starts([]);
  const flags = acceptedBy(starts);
  const made = run('-p', "process.version + ' ' + require('node:v8').cachedDataVersionTag()");
  const { size: bytes } = statSync(blob);
  const facts = { made: String(made).trim(), bytes, flags, sources };
  writeFileSync(join(folder, 'read.json'), JSON.stringify(facts));
}

/**
 * The script that runs after the program was evaluated: it drops the bytecode of functions that ran only until then, and
 * has those compiled that read captures.
 */
function afterwards(root) {
  const samples = SAMPLES.map((path) => join(root, path)).filter((path) => existsSync(path));
  return `
    const v8 = require('node:v8');
    v8.setFlagsFromString('--stress-flush-code');
    // Called for its side effect, a full garbage collection.
    v8.queryObjects(Object, { format: 'count' });
    v8.setFlagsFromString('--no-stress-flush-code');
    v8.startupSnapshot.setDeserializeMainFunction(eyrie.main);
    eyrie.warmUp(${JSON.stringify(samples)});`;
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

// Builds the start-up snapshot of `eyrie read`: the heap after the program's modules were evaluated and the samples read.
// Starting from it takes a third of the time. Only the Node that made it can use it, which bin/eyrie.js checks.
// Plain JavaScript: scripts/bundle.js calls it on whatever Node `npm ci` was started with.

import { execFileSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const NODE_MAJOR_MIN = 24;

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

/** Captures that are read before the snapshot is taken. */
const SAMPLES = ['samples/office-hour.pcapng', 'samples/port-scan.pcapng'];

/**
 * @param {import('esbuild').build} build
 * @param {import('esbuild').BuildOptions} shared what holds for the whole bundle
 * @param {string} folder where `read.blob` goes, and `read.json` beside it: what it was made of, and who can start from it
 * @param {(metafile: import('esbuild').Metafile) => unknown[]} sourcesOf
 */
export async function makeSnapshot(build, shared, folder, sourcesOf) {
  const node = suitableNode(shared.absWorkingDir);
  // Replacing the process (execve) is possible only on these systems.
  if (node === null || process.platform === 'win32') return;
  const script = join(folder, 'read.cjs');
  const { metafile } = await build({
    ...shared,
    entryPoints: ['packages/cli/src/read/snapshot.ts'],
    outfile: script,
    format: 'iife',
    globalName: 'eyrie',
    // Minified, because the source text is part of the snapshot.
    minify: true,
    footer: { js: afterwards(shared.absWorkingDir) },
  });
  const blob = join(folder, 'read.blob');
  // Compiled code of all of Node's own modules would be four of sixteen megabytes; those needed are in the heap already.
  const config = join(folder, 'snapshot.json');
  writeFileSync(config, JSON.stringify({ builder: script, withoutCodeCache: true }));
  const run = (...args) => execFileSync(node, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  // Reading the samples prints megabytes.
  const silent = { env: {}, stdio: ['ignore', 'ignore', 'pipe'] };
  execFileSync(node, ['--snapshot-blob', blob, '--build-snapshot-config', config], silent);
  const starts = (flags) => run(...flags, '--snapshot-blob', blob, 'eyrie', 'read', '--help');
  starts([]);
  const flags = acceptedBy(starts);
  const made = run('-p', "process.version + ' ' + require('node:v8').cachedDataVersionTag()");
  const { size: bytes } = statSync(blob);
  const facts = { made: String(made).trim(), bytes, flags, sources: sourcesOf(metafile) };
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

/** This Node, or the one from the repository's optional dependencies. */
function suitableNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) return process.execPath;
  const path = `node-${process.platform}-${process.arch}/bin/node`;
  try {
    const found = createRequire(join(root, 'package.json')).resolve(path);
    return existsSync(found) ? found : null;
  } catch {
    return null;
  }
}

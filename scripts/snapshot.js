// Bundles `eyrie read` into one script, from which packages/cli/bin/take-snapshot.js takes its start-up snapshot.
// Plain JavaScript: scripts/bundle.js calls it on whatever Node `npm ci` was started with.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeSnapshot } from '../packages/cli/bin/take-snapshot.js';

const NODE_MAJOR_MIN = 24;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** How `eyrie` is bundled. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  // Native code stays in its package. pg and ssh2 have optional native parts, which may be missing.
  external: ['@duckdb/node-bindings', 'pg-native', 'ssh2'],
  platform: 'node',
  target: 'node24',
  metafile: true,
  logLevel: 'silent',
};

/**
 * @param {import('esbuild').build} build
 * @param {string} folder where the script and the snapshot go
 * @param {(metafile: import('esbuild').Metafile) => unknown[]} sourcesOf
 */
export async function makeSnapshot(build, folder, sourcesOf) {
  const node = suitableNode();
  // Replacing the process (execve) is possible only on these systems.
  if (node === null || process.platform === 'win32') return;
  const { metafile } = await bundleReader(build, folder);
  takeSnapshot(node, folder, sourcesOf(metafile));
}

/**
 * Writes `read.cjs`. Minified, because the source text is part of the snapshot.
 *
 * @template T
 * @param {(options: import('esbuild').BuildOptions) => T} build
 * @param {string} folder
 */
export function bundleReader(build, folder) {
  return build({
    ...bundling,
    entryPoints: ['packages/cli/src/read/snapshot.ts'],
    outfile: join(folder, 'read.cjs'),
    format: 'iife',
    globalName: 'eyrie',
    minify: true,
    footer: { js: "require('node:v8').startupSnapshot.setDeserializeMainFunction(eyrie.main);" },
  });
}

/** This Node, or the one from the repository's optional dependencies. */
function suitableNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) return process.execPath;
  const path = `node-${process.platform}-${process.arch}/bin/node`;
  try {
    const found = createRequire(join(root, 'package.json')).resolve(path);
    return existsSync(found) ? found : null;
  } catch {
    return null;
  }
}

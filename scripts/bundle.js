// Bundles the sources of `eyrie` into a few files, which start three times as fast. `npm ci` runs this; bin/eyrie.js uses
// the result only while no source has changed. Nothing but speed depends on it.
// Plain JavaScript: it must run on whatever Node `npm ci` was started with.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { directImports, isFile, requiredHttp } from './bundle-plugins.js';
import { bundling, makeSnapshot } from './snapshot.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'packages/cli/.bundle');

try {
  await bundle();
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  console.error(
    `eyrie starts from its sources: they could not be put together (${String(error).split('\n')[0]})`,
  );
}

async function bundle() {
  const { build } = await import('esbuild');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    ...bundling,
    plugins: [directImports, requiredHttp],
    entryPoints: {
      run: 'packages/cli/src/run.ts',
      // Entry points of threads, separate so that a thread loads only what it needs.
      'parser-thread': 'packages/services/src/parser/thread/index.ts',
      'recorder-thread': 'packages/services/src/capture/recorder/index.ts',
      'lab-host-thread': 'packages/lab/src/hosting/host-thread.ts',
      'simulation-thread': 'packages/lab/src/simulate/thread.ts',
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // Code splitting, so that each command loads only what it needs.
    splitting: true,
    format: 'esm',
    // commander is CommonJS and calls require for Node's modules.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  writeFileSync(join(folder, 'sources.json'), JSON.stringify({ sources: sourcesOf(metafile) }));
  await makeSnapshot(build, folder, sourcesOf).catch((error) =>
    console.error(`eyrie read starts without a snapshot: ${String(error).split('\n')[0]}`),
  );
}

/** Our own files in a bundle, with modification time and size. */
function sourcesOf({ inputs }) {
  return Object.keys(inputs)
    .filter(isFile)
    .map((path) => resolve(root, path))
    .filter((path) => !relative(root, path).startsWith('node_modules'))
    .map((path) => [relative(root, path), statSync(path).mtimeMs, statSync(path).size]);
}

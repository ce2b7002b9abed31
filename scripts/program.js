// Bundles the whole command into files that each command loads some of: for a checkout and for the published package.
// Plain JavaScript: scripts/bundle.js calls it on whatever Node `npm ci` was started with.

import { directImports, isFile, requiredHttp } from './bundle-plugins.js';
import { bundling } from './snapshot.js';

/**
 * Writes `run.mjs` and what it loads.
 *
 * @param {typeof import('esbuild').build} build
 * @param {string} folder
 * @returns {Promise<string[]>} the files that it was made of, some of them relative to the repository
 */
export async function bundleProgram(build, folder) {
  const read = new Set();
  const { metafile } = await build({
    ...bundling,
    plugins: [directImports(read), requiredHttp],
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
  return [...Object.keys(metafile.inputs).filter(isFile), ...read];
}

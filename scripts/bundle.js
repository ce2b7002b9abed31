// Puts the sources of `eyrie` together in a few files, which start three times as fast as some hundred. `npm ci` runs
// this; bin/eyrie.js takes the result only while every source is as it was then. Nothing but speed depends on it.
// Plain JavaScript: it must run on whatever Node `npm ci` was started with.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSnapshot } from './snapshot.js';

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
  const shared = {
    absWorkingDir: root,
    bundle: true,
    // Native code stays in its package; pg and ssh2 ask for some that they can do without, and that npm may not build.
    external: ['@duckdb/*', 'pg-native', 'ssh2'],
    platform: 'node',
    target: 'node24',
    metafile: true,
    logLevel: 'silent',
  };
  const { metafile } = await build({
    ...shared,
    entryPoints: {
      run: 'packages/cli/src/run.ts',
      // Files of their own, so that threads begin with little: a parser's keeps compiled code only of what it loads later.
      'parser-thread': 'packages/services/src/parser/thread/index.ts',
      'lab-host-thread': 'packages/lab/src/hosting/host-thread.ts',
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // Commands stay apart, so that each loads only what it needs.
    splitting: true,
    format: 'esm',
    // commander is CommonJS and asks for Node's own modules with require.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  writeFileSync(join(folder, 'sources.json'), JSON.stringify({ sources: sourcesOf(metafile) }));
  await makeSnapshot(build, shared, folder, sourcesOf).catch((error) =>
    console.error(`eyrie read starts without a snapshot: ${String(error).split('\n')[0]}`),
  );
}

/** Our own files that went into a bundle, each with the time of its last change and its size. */
function sourcesOf({ inputs }) {
  return Object.keys(inputs)
    .map((path) => resolve(root, path))
    .filter((path) => !relative(root, path).startsWith('node_modules'))
    .map((path) => [relative(root, path), statSync(path).mtimeMs, statSync(path).size]);
}

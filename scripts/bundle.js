// Bundles the sources of `eyrie` into a few files, which start three times as fast. `npm ci` runs this; bin/eyrie.js uses
// the result only while no source has changed. Nothing but speed depends on it.
// Plain JavaScript: it must run on whatever Node `npm ci` was started with.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFile } from './bundle-plugins.js';
import { bundleProgram } from './program.js';
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
  const { metafile } = await bundleProgram(build, folder);
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

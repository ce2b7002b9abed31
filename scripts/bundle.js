// Bundles the sources of `eyrie` into a few files, which start three times as fast. `npm ci` runs this; bin/eyrie.js uses
// the result only while no source has changed. Nothing but speed depends on it.
// Plain JavaScript: it must run on whatever Node `npm ci` was started with.

import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './program.js';
import { makeSnapshot } from './snapshot.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'packages/cli/.bundle');
const MAKERS = ['bundle.js', 'bundle-plugins.js', 'program.js', 'snapshot.js'];

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
  const sources = factsOf(await bundleProgram(build, folder));
  writeFileSync(join(folder, 'sources.json'), JSON.stringify({ sources }));
  await makeSnapshot(build, folder, ({ inputs }) => factsOf(Object.keys(inputs))).catch((error) =>
    console.error(`eyrie read starts without a snapshot: ${String(error).split('\n')[0]}`),
  );
}

/** Modification time and size of our own files that a bundle was made of, and of the scripts that made it. */
function factsOf(files) {
  const own = [...files, ...MAKERS.map((name) => `scripts/${name}`)]
    .map((path) => relative(root, resolve(root, path)))
    .filter((path) => !path.startsWith('node_modules'));
  return [...new Set(own)].map((path) => {
    const { mtimeMs, size } = statSync(join(root, path));
    return [path, mtimeMs, size];
  });
}

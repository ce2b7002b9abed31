// Plugins of esbuild for a bundle that starts quickly.
// Plain JavaScript: scripts/bundle.js runs on whatever Node `npm ci` was started with.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = join(dirname(fileURLToPath(import.meta.url)), '../packages');

const REQUIRED = 'required';

/** Whether an input of a bundle is a file. */
export const isFile = (input) => !input.startsWith(`${REQUIRED}:`);

/**
 * Has `node:http` required: an import makes Node read all that it exports, also WebSocket, and so load its HTTP client for
 * fetch, which takes 40 ms of CPU time.
 */
export const requiredHttp = {
  name: 'required http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: REQUIRED } : undefined,
    );
    onLoad({ filter: /./, namespace: REQUIRED }, ({ path }) => ({
      contents: `module.exports = require('node:${path}');`,
    }));
  },
};

/**
 * Lets a source import from the files that define what it names, instead of from the index of their package: with an import
 * from an index, esbuild loads all files of that package at once.
 *
 * @param {Set<string>} read receives the paths of indexes and manifests that were followed: esbuild does not know of them, and
 *   leaves them out of its list of inputs
 */
export const directImports = (read) => ({
  name: 'direct imports',
  setup({ onLoad }) {
    /** What each file exports: name to the file that defines it, and its name there. */
    const known = new Map();
    const readText = (path) => {
      read.add(path);
      return readFileSync(path, 'utf8');
    };
    onLoad({ filter: /[\\/]packages[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(NAMED_IMPORT, (line, names, from) => {
        const index = indexOf(from, path, readText);
        return index === null ? line : directly(line, names, exportsOf(index, known, readText));
      }),
      loader: 'ts',
    }));
  },
});

const NAMED_IMPORT = /^import \{([^}]*)\} from '([^']+)';/gm;

/** The path of the index that is imported; null for any other file, and packages that are not ours. */
function indexOf(from, importer, readText) {
  if (/^\..*\/index\.ts$/.test(from)) return join(dirname(importer), from);
  const [, name, below] = /^@eyrie\/([^/]+)(\/.+)?$/.exec(from) ?? [];
  if (name === undefined) return null;
  const { exports } = JSON.parse(readText(join(packages, name, 'package.json')));
  const target = exports[`.${below ?? ''}`] ?? exports['./*'].replace('*', below.slice(1));
  return join(packages, name, target);
}

/** An import for each file that defines some of the names. */
function directly(line, names, exported) {
  const byFile = new Map();
  for (const [name, local] of pairs(names)) {
    const found = exported.get(name);
    if (found === undefined) return line;
    const [path, own] = found;
    byFile.set(path, [...(byFile.get(path) ?? []), `${own} as ${local}`]);
  }
  return [...byFile]
    .map(([path, own]) => `import { ${own.join(', ')} } from ${JSON.stringify(path)};`)
    .join(' ');
}

/** Of `a, type B, c as d`: the values, as [name, local name]. */
function pairs(names) {
  return names
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => each.split(' as '))
    .map(([name, local = name]) => [name, local]);
}

function exportsOf(path, known, readText) {
  const before = known.get(path);
  if (before !== undefined) return before;
  const found = new Map();
  known.set(path, found);
  const text = readText(path);
  for (const [, name] of text.matchAll(/^export (?:async function|function|class|const|let)\*? (\w+)/gm))
    found.set(name, [path, name]);
  for (const [, names, from] of text.matchAll(/^export \{([^}]*)\}(?: from '([^']+)')?;/gm)) {
    const there = from === undefined ? null : exportsOf(join(dirname(path), from), known, readText);
    for (const [name, outside] of pairs(names)) {
      const source = there === null ? [path, outside] : there.get(name);
      if (source !== undefined) found.set(outside, source);
    }
  }
  for (const [, from] of text.matchAll(/^export \* from '([^']+)';/gm))
    for (const [name, source] of exportsOf(join(dirname(path), from), known, readText))
      found.set(name, source);
  return found;
}

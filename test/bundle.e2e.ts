// What `npm ci` puts together so that `eyrie` starts quickly is there: nothing else would notice if it were not.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './support/repository.ts';

for (const path of ['packages/cli/.bundle/run.mjs', 'packages/dashboard/.bundle/manifest.json']) {
  test(`${path} was made by npm ci`, () => {
    assert.ok(existsSync(join(root, path)), 'run: npm run prepare');
  });
}

test('a change of an index, a manifest or a script of the bundle is noticed like one of a source', () => {
  const { sources } = JSON.parse(readFileSync(join(root, 'packages/cli/.bundle/sources.json'), 'utf8'));
  const files = new Set(sources.map(([path]: [string]) => path));
  const needed = globSync(
    ['packages/*/src/index.ts', 'scripts/{bundle,bundle-plugins,program,snapshot}.js'],
    {
      cwd: root,
    },
  ).filter((path) => !/packages\/(cli|dashboard)\//.test(path));
  needed.push('packages/services/package.json');
  assert.deepEqual(
    needed.filter((path) => !files.has(path)),
    [],
  );
});

for (const command of ['analyzer', 'capture', 'import', 'parser', 'persistor', 'store', 'ui', 'up'])
  test(`eyrie ${command} loads neither dissector nor server before its arguments are checked`, () => {
    const source = `// packages/cli/src/${command}/command.ts`;
    const folder = join(root, 'packages/cli/.bundle');
    const file = globSync(`${folder}/*.mjs`).find((path) => readFileSync(path, 'utf8').includes(source));
    const loaded = [...loadedWith(file!)].map((path) => readFileSync(path, 'utf8')).join('');
    assert.ok(loaded.includes('// packages/services/src/config/load.ts'), 'what it needs is there');
    for (const heavy of ['packages/dissect/src/protocols/tcp.ts', 'node_modules/fastify/fastify.js'])
      assert.ok(!loaded.includes(`// ${heavy}`), `${heavy} is loaded at once`);
  });

/** A bundled file and all that is loaded with it. */
function loadedWith(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/^(?:\} from|import) "\.\/([^"]+)";/gm))
    loadedWith(join(path, '..', name!), seen);
  return seen;
}

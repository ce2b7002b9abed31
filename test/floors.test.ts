// A package imports only from the floors below it, and only what its package.json names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbiddenImports, importsOf } from './support/imports.ts';
import { filesLike, layers, packageNames, readManifest, readText } from './support/repository.ts';

test('every package has its floor', () => {
  assert.deepEqual(
    packageNames().filter((name) => !(name in layers)),
    [],
    'add it to the table in test/support/repository.ts and to ARCHITECTURE.md',
  );
});

test('the table itself only goes down', () => {
  for (const [name, layer] of Object.entries(layers)) {
    for (const lower of [...layer.imports, ...(layer.types ?? [])]) {
      assert.ok(layers[lower]!.floor < layer.floor, `${name} may not import ${lower}, which is not below it`);
    }
  }
});

for (const name of packageNames()) {
  test(`imports of packages/${name} go down`, () => {
    const manifest = readManifest(`packages/${name}`);
    const found = filesLike(`packages/${name}/src/**/*.{ts,tsx}`).flatMap((path) =>
      forbiddenImports(path, readText(path), layers[name]!, manifest),
    );
    assert.deepEqual(found, []);
  });
}

test('the check sees every way to import', () => {
  const source = [
    `import 'a';`,
    `import { b } from 'b';`,
    `import type { c } from 'c';`,
    `import {\n  d,\n  type D,\n} from 'd';`,
    `export * from 'e';`,
    `const f = await import('f');`,
    `const text = "go from 'here'";`,
  ].join('\n');
  assert.deepEqual(
    importsOf(source)
      .map((found) => found.specifier)
      .sort(),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  );
});

test('the check finds what is forbidden', () => {
  const manifest = { name: 'x', dependencies: { '@eyrie/dissect': '1', '@eyrie/mesh': '1', pino: '1' } };
  const reasons = (name: string, source: string) =>
    forbiddenImports(`packages/${name}/src/a.ts`, source, layers[name]!, manifest).length;

  assert.equal(reasons('dissect', `import fs from 'node:fs';`), 1);
  assert.equal(reasons('dissect', `import { ip } from './protocols/ip.ts';`), 0);
  assert.equal(reasons('capture', `import { ip } from '../../dissect/src/ip.ts';`), 1);
  assert.equal(reasons('capture', `import { walk } from '@eyrie/dissect';\nimport fs from 'node:fs';`), 0);
  assert.equal(reasons('capture', `import { link } from '@eyrie/mesh';`), 1);
  assert.equal(reasons('capture', `import fastify from 'fastify';`), 1);
  assert.equal(reasons('capture', `import pino from 'pino/file';`), 0);
  assert.equal(reasons('dashboard', `import type { Packet } from '@eyrie/dissect';`), 0);
  assert.equal(reasons('dashboard', `import { walk } from '@eyrie/dissect';`), 1);
});

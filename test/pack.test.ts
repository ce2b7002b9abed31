import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedManifest } from '../scripts/pack/manifest.ts';
import { sbom } from '../scripts/pack/sbom.ts';

test('a published package shows built files and types, and none of what only develops', () => {
  const published = publishedManifest({
    ...{ name: '@eyrie/x', version: '1.2.3', description: 'X.', license: 'Apache-2.0', type: 'module' },
    exports: { '.': './src/index.ts', './*': './src/*/index.ts' },
    dependencies: { '@eyrie/y': '1.2.3' },
    ...({ private: true, devDependencies: { z: '1.0.0' } } as object),
  });
  assert.deepEqual(published, {
    ...{ name: '@eyrie/x', version: '1.2.3', description: 'X.', license: 'Apache-2.0', type: 'module' },
    engines: { node: '>=24' },
    files: ['dist'],
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './*': { types: './dist/*/index.d.ts', default: './dist/*/index.js' },
      './package.json': './package.json',
    },
    dependencies: { '@eyrie/y': '1.2.3' },
    publishConfig: { access: 'public' },
  });
});

interface Bom {
  readonly components: readonly { 'bom-ref': string; name: string; version: string; purl: string }[];
  readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
}

test('the bill of materials names what runs, once each, and who needs what', () => {
  const { components, dependencies } = sbom() as Bom;
  const refs = components.map((component) => component['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  for (const { purl, version } of components)
    assert.match(purl, /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/, version);
  for (const { ref, dependsOn } of dependencies)
    for (const other of dependsOn) assert.ok(refs.includes(other), `${ref} needs ${other}`);
  const names = components.map(({ name }) => name);
  for (const name of ['fastify', 'commander', 'smol-toml']) assert.ok(names.includes(name), name);
  for (const name of ['typescript', 'fast-check', 'playwright-core']) assert.ok(!names.includes(name), name);
  const fastify = refs.find((ref) => ref.startsWith('pkg:npm/fastify@'))!;
  const services = dependencies.find(({ ref }) => ref.startsWith('pkg:npm/%40eyrie/services@'))!;
  assert.ok(services.dependsOn.includes(fastify));
});

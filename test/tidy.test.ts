// Style that a machine can judge, so that nobody has to. CONTRIBUTING.md says why.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesLike, packageNames, readManifest, readText, root } from './support/repository.ts';

const FILE_LINES_MAX = 450;

/** Longer files, each with the reason why cutting it would make it harder to read. */
const longFiles: Record<string, string> = {
  'packages/dissect/src/protocols/link/ethernet-heads.ts': 'a table: some forty protocols of one line to ten',
  'packages/dissect/src/protocols/names/wlan.ts': 'lists of names and nothing else',
  'packages/dissect/src/protocols/rpc/program-table.ts': 'a list of numbers and names and nothing else',
};

const sources = filesLike('packages/*/src/**/*.{ts,tsx,css}');
const texts = [
  ...filesLike('{packages,scripts,test,docs,.ci,.github}/**/*.{ts,tsx,js,json,css,html,md,sh}'),
  ...filesLike('{packages,scripts,.ci}/**/{run,record-samples}'),
  ...filesLike('*.{md,json}'),
].filter((path) => path !== 'test/tidy.test.ts');

function linesWith(pattern: RegExp, paths: string[]): string[] {
  return paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 80)}`] : [])),
  );
}

test(`no source file is longer than ${FILE_LINES_MAX} lines`, () => {
  const tooLong = sources.filter((path) => readText(path).split('\n').length - 1 > FILE_LINES_MAX);
  assert.deepEqual(tooLong, Object.keys(longFiles).sort(), 'cut it in two, or give the reason in longFiles');
});

test('nothing is left for later in a comment', () => {
  assert.deepEqual(linesWith(/\b(TODO|FIXME)\b/, texts), []);
});

test('no file that a merge or an editor left behind', () => {
  assert.deepEqual(filesLike('{packages,scripts,test,docs,deploy,samples}/**/*{.orig,.rej,.bak,~}'), []);
});

test('no path of one machine', () => {
  assert.deepEqual(linesWith(/(^|[\s"'`(=:])\/(work|root)\//, texts), []);
});

test('the lock names no registry, so that any mirror serves', () => {
  assert.deepEqual(linesWith(/"resolved": "[a-z+]+:/, ['package-lock.json']), []);
});

for (const name of packageNames()) {
  test(`packages/${name}/README.md begins with the sentence of its package.json`, () => {
    const path = `packages/${name}/README.md`;
    assert.ok(existsSync(join(root, path)), `${path} is missing`);
    const [heading, sentence] = readText(path).split(/\n{2,}/);
    assert.equal(heading, `# @eyrie/${name}`);
    assert.equal(sentence?.replaceAll('\n', ' '), readManifest(`packages/${name}`).description);
  });
}

test('every dependency is pinned and has its reason in docs/dependencies.md', () => {
  const reasons = readText('docs/dependencies.md');
  for (const folder of ['.', ...packageNames().map((name) => `packages/${name}`)]) {
    const manifest = readManifest(folder);
    const all = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    };
    for (const [name, version] of Object.entries(all)) {
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${folder}: pin ${name} to one version`);
      if (name.startsWith('@eyrie/')) continue;
      assert.ok(reasons.includes(`\`${name}\``), `docs/dependencies.md does not say what ${name} is for`);
    }
  }
});

// What `npm ci` puts together so that `eyrie` starts quickly is there: nothing else would notice if it were not.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './support/repository.ts';

for (const path of ['packages/cli/.bundle/run.mjs', 'packages/dashboard/.bundle/manifest.json']) {
  test(`${path} was made by npm ci`, () => {
    assert.ok(existsSync(join(root, path)), 'run: npm run prepare');
  });
}

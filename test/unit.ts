// Every *.test.ts in one process: starting a process for each file takes longer than running them.
// Tests with servers or child processes are *.e2e.ts: `npm test` gives each of those a process.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');

for (const file of globSync('{packages/*/,}test/**/*.test.ts', { cwd: root }).sort()) {
  suite(file, async () => {
    await import(pathToFileURL(join(root, file)).href).catch((error) => {
      // As a test of its own, because a failed suite is not counted in the closing lines.
      test('loads', () => {
        throw error;
      });
    });
  });
}

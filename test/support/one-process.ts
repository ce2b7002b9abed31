// Files of tests in one process.

import { join } from 'node:path';
import { suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';
// Its hook is for the whole process, not for the first file that imports it.
import './children.ts';
import { filesOf } from './processes.ts';

const root = join(import.meta.dirname, '../..');

/** Runs the tests of all files of `entry`, one file after the other. */
export function runFilesOf(entry: string): void {
  for (const file of filesOf(entry))
    suite(file, async () => {
      await import(pathToFileURL(join(root, file)).href).catch((error) => {
        // As a test of its own, because a failed suite is not counted in the closing lines.
        test('loads', () => {
          throw error;
        });
      });
    });
}

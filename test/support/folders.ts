// Temporary folders of what tests start.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

/** Exists until the process ends, unless it is removed before. */
export function folderOfProcess(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // What is just being ended may still write.
  atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

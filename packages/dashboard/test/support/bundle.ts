// The page as it is served: put together if a source has changed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

export interface Manifest {
  /** The page's address. */
  index: string;
  /** By address. */
  files: Record<string, { type: string; bytes: number; gzipBytes: number; immutable: boolean }>;
}

export function bundle(): Manifest {
  execFileSync(process.execPath, [join(root, 'scripts/bundle-page.js'), '--if-changed'], {
    stdio: 'inherit',
  });
  return JSON.parse(readFileSync(join(root, 'packages/dashboard/.bundle/manifest.json'), 'utf8'));
}

/** What a browser loads of it in all, compressed; fonts are compressed already. */
export function gzipBytesOf(manifest: Manifest): number {
  return Object.values(manifest.files).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
}

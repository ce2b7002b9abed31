// The page as it is served: put together if a source has changed.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
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

/** Of scripts, styles and the page itself; fonts are compressed already, and counted apart. */
export function gzipBytesOf({ files }: Manifest): number {
  return Object.entries(files).reduce((sum, [path, file]) => sum + (isFont(path) ? 0 : file.gzipBytes), 0);
}

/** All that a browser loads, as it comes to one that takes brotli, as all do. */
export function sentBytesOf({ files }: Manifest): number {
  return Object.entries(files).reduce((sum, [path, { bytes }]) => {
    const sent = join(root, 'packages/dashboard/.bundle', `${path}.br`);
    return sum + (isFont(path) ? bytes : statSync(sent).size);
  }, 0);
}

function isFont(path: string): boolean {
  return path.endsWith('.woff2');
}

// Builds the page's bundle if a source has changed, and reads its manifest.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

export interface Manifest {
  /** The page's path. */
  index: string;
  /** By path. */
  files: Record<string, { type: string; bytes: number; gzipBytes: number; immutable: boolean }>;
}

let manifest: Manifest | undefined;

/** Once in a process. */
export function bundle(): Manifest {
  manifest ??= build();
  return manifest;
}

function build(): Manifest {
  execFileSync(process.execPath, [join(root, 'scripts/bundle-page.js'), '--if-changed'], {
    stdio: 'inherit',
  });
  return JSON.parse(readFileSync(join(root, 'packages/dashboard/.bundle/manifest.json'), 'utf8'));
}

/** Size of page, scripts and styles; fonts are compressed already and not included. */
export function gzipBytesOf({ files }: Manifest): number {
  return Object.entries(files).reduce((sum, [path, file]) => sum + (isFont(path) ? 0 : file.gzipBytes), 0);
}

/** Bytes of these files as a browser with Brotli downloads them; fonts included. */
export function sentBytesOf({ files }: Manifest, loaded: ReadonlySet<string>): number {
  return Object.entries(files).reduce((sum, [path, { bytes }]) => {
    if (!loaded.has(path)) return sum;
    const sent = join(root, 'packages/dashboard/.bundle', `${path}.br`);
    return sum + (isFont(path) ? bytes : statSync(sent).size);
  }, 0);
}

function isFont(path: string): boolean {
  return path.endsWith('.woff2');
}

// The packages, what each may import, and the files of the repository. ARCHITECTURE.md says why.

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Layer {
  floor: number;
  /** Packages that may be imported, all from lower floors. */
  imports: string[];
  /** Packages of which only the types may be imported. */
  types?: string[];
  /** True if it imports nothing at all, not even from Node. */
  pure?: boolean;
}

export const layers: Record<string, Layer> = {
  dissect: { floor: 0, imports: [], pure: true },
  detect: { floor: 0, imports: [], pure: true },
  clock: { floor: 0, imports: [] },
  capture: { floor: 1, imports: ['dissect'] },
  store: { floor: 1, imports: ['dissect'] },
  mesh: { floor: 1, imports: ['clock'] },
  services: { floor: 2, imports: ['dissect', 'detect', 'clock', 'capture', 'store', 'mesh'] },
  lab: { floor: 2, imports: ['mesh', 'detect'] },
  cli: { floor: 3, imports: ['dissect', 'detect', 'clock', 'capture', 'store', 'mesh', 'services', 'lab'] },
  dashboard: { floor: 3, imports: [], types: ['dissect'] },
};

export interface Manifest {
  name: string;
  description?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The names of the folders in packages/ that are packages. */
export function packageNames(): string[] {
  const names = readdirSync(join(root, 'packages'));
  return names.filter((name) => existsSync(join(root, 'packages', name, 'package.json'))).sort();
}

/** Paths from the root, with forward slashes, of the files that match a glob; never of what npm installed. */
export function filesLike(glob: string): string[] {
  const paths = globSync(glob, {
    cwd: root,
    exclude: (path) => path.split(/[\\/]/).includes('node_modules'),
  });
  return paths.map((path) => path.replaceAll('\\', '/')).sort();
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(join(folder, 'package.json')));
}

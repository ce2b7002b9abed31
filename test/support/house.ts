// The rooms of the house and what each may import. ARCHITECTURE.md says why.

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Room {
  floor: number;
  /** Rooms that may be imported, all from lower floors. */
  rooms: string[];
  /** Rooms of which only the types may be imported. */
  types?: string[];
  /** True if the room imports nothing at all, not even from Node. */
  pure?: boolean;
}

export const rooms: Record<string, Room> = {
  dissect: { floor: 0, rooms: [], pure: true },
  detect: { floor: 0, rooms: [], pure: true },
  clock: { floor: 0, rooms: [] },
  capture: { floor: 1, rooms: ['dissect'] },
  store: { floor: 1, rooms: ['dissect'] },
  mesh: { floor: 1, rooms: ['clock'] },
  services: { floor: 2, rooms: ['dissect', 'detect', 'clock', 'capture', 'store', 'mesh'] },
  lab: { floor: 2, rooms: ['mesh', 'detect'] },
  cli: { floor: 3, rooms: ['dissect', 'detect', 'clock', 'capture', 'store', 'mesh', 'services', 'lab'] },
  dashboard: { floor: 3, rooms: [], types: ['dissect'] },
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

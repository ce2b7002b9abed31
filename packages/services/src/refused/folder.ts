// The folder of refused batches, without reading them.
import { statSync } from 'node:fs';
import { bodiesIn } from './bodies.ts';

/** Paths of the files; null: no permission for the folder. */
export function pathsIn(folder: string): string[] | null {
  try {
    return bodiesIn(folder);
  } catch {
    return null;
  }
}

export interface PutAside {
  readonly batches: number;
  readonly bytes: number;
}

/** Number and size of the refused batches; zero if the folder is unreadable. */
export function putAside(folder: string): PutAside {
  const sizes = (pathsIn(folder) ?? []).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return { batches: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

// Reads refused batches in the format of POST /store, decrypting them if necessary.
import { rmSync, statSync } from 'node:fs';
import { openPlain } from '@eyrie/capture';
import type { StoreBatch } from '@eyrie/store';
import { decodeStoreBody } from '../bus/batch-body.ts';
import { bodiesIn } from './bodies.ts';

/** Paths of the files; null: no permission for the folder. */
export function pathsIn(folder: string): string[] | null {
  try {
    return bodiesIn(folder);
  } catch {
    return null;
  }
}

/** Reads a batch; null if it is damaged, of another version, or encrypted with an unavailable key. */
export async function batchIn(path: string): Promise<StoreBatch | null> {
  try {
    const file = await openPlain(path);
    try {
      // The decrypted content is shorter than the file.
      const whole = Buffer.alloc(statSync(path).size);
      const length = await file.read(whole, 0, whole.length, 0);
      return decodeStoreBody(whole.subarray(0, length)).batch;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

export function isGone(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
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

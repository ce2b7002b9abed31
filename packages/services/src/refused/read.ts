// What was put aside, read again: bodies as POST /store takes them, opened where they are encrypted.
import { rmSync, statSync } from 'node:fs';
import { openPlain } from '@eyrie/capture';
import type { StoreBatch } from '@eyrie/store';
import { decodeStoreBody } from '../bus/batch-body.ts';
import { bodiesIn } from './bodies.ts';

/** Null: nobody may look into the folder. */
export function pathsIn(folder: string): string[] | null {
  try {
    return bodiesIn(folder);
  } catch {
    return null;
  }
}

/** Null: it is damaged, of another version, or encrypted with a key that is not at hand. */
export async function batchIn(path: string): Promise<StoreBatch | null> {
  try {
    const file = await openPlain(path);
    try {
      // What is encrypted is longer than what it holds.
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

/** How much lies in a folder; nothing where it can't be looked into. */
export function putAside(folder: string): PutAside {
  const sizes = (pathsIn(folder) ?? []).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return { batches: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

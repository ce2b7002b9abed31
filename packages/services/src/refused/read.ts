// Reads refused batches in the format of POST /store, decrypting them if necessary.
import { rmSync, statSync } from 'node:fs';
import { openPlain } from '@eyrie/capture';
import type { StoreBatch } from '@eyrie/store';
import { decodeStoreBody } from '../bus/batch-body.ts';

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

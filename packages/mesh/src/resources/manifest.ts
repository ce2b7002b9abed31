// The manifest of a shared file: hashes of its chunks, so that a download can be resumed and every chunk is verified.

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { sha256 } from '../identity/keys.ts';
import { encode, fixed, list, record, type Shape, text, varint } from '../wire/schema.ts';

export const CHUNK_BYTES = 1 << 20;
const CHUNKS_MAX = 1_000_000;

/** A single path component: no separators, `.`, `..` or control characters, so that it cannot leave its folder. */
export const resourceName = text(200, /^(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+$/);

/** Whether a file can be shared under that name. */
export function isResourceName(name: string): boolean {
  try {
    encode(resourceName, name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const manifest = record({
  name: resourceName,
  sizeBytes: varint(CHUNKS_MAX * CHUNK_BYTES),
  modifiedMs: varint(),
  /** SHA-256 of each chunk. */
  chunks: list(fixed(32), CHUNKS_MAX),
});
export type Manifest = Shape<typeof manifest>;

/** Content-derived identifier: equal only for files with identical bytes. */
export function manifestId({ sizeBytes, chunks }: Manifest): string {
  return sha256(String(sizeBytes), Buffer.concat(chunks)).toString('hex');
}

/** Whether the number of chunk hashes matches the size. */
export function isWhole({ sizeBytes, chunks }: Manifest): boolean {
  return chunks.length === Math.ceil(sizeBytes / CHUNK_BYTES);
}

/** Computes the manifest of a file; reads all of it. @throws the error of the file system */
export async function describeFile(path: string, name: string): Promise<Manifest> {
  const file = await open(path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    const chunks: Uint8Array[] = [];
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at);
      chunks.push(createHash('sha256').update(buffer.subarray(0, bytesRead)).digest());
    }
    return { name, sizeBytes: size, modifiedMs: Math.floor(mtimeMs), chunks };
  } finally {
    await file.close();
  }
}

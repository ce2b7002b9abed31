// Whether a fetched sample is there.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** The file's size in bytes, or null if there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    const info = await stat(path);
    return info.isFile() ? info.size : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** SHA-256 of a file in lower-case hexadecimal, read as a stream. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** True if `path` has the size and the SHA-256 that `sample` has. */
export async function isComplete(
  path: string,
  sample: { readonly bytes: number; readonly sha256: string },
): Promise<boolean> {
  return (await sizeOf(path)) === sample.bytes && (await sha256Of(path)) === sample.sha256;
}

// Files that were uploaded: each in a folder of its own, under the name that the user knows it by.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ambientKey, encrypting, openCapture } from '@eyrie/capture';
import { ApiError } from './errors.ts';

/** File systems take 255 at least. */
const NAME_BYTES_MAX = 240;
/** The folders that uploads are kept in, one each. */
const OWN_FOLDER = /^[0-9a-f]{16}$/;

/**
 * Writes a file as it comes; gives its path. Nothing is left of one that breaks off, is too large or no capture.
 *
 * @throws ApiError, CaptureError
 */
export async function keepUpload(
  body: Readable | undefined,
  folder: string,
  name: string,
  bytesMax: number,
): Promise<string> {
  if (body === undefined)
    throw new ApiError('bad_request', 'the body is empty', { hint: 'send the capture file as the body' });
  const own = join(folder, randomBytes(8).toString('hex'));
  const path = join(own, safeName(name));
  try {
    await mkdir(own, { recursive: true, mode: 0o700 });
    const part = join(own, '.part');
    const key = ambientKey();
    const written = createWriteStream(part, { flags: 'wx', mode: 0o600 });
    if (key === null) await pipeline(body, upTo(bytesMax), written);
    else await pipeline(body, upTo(bytesMax), encrypting(key), written);
    await rename(part, path);
    // Says what is wrong with it before anything is stored of it.
    await (await openCapture(path)).close();
    return path;
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    throw uploadError(error, name, path);
  }
}

/** Deletes a file that was uploaded; what lies elsewhere, or in a folder that we did not make, is not ours. */
export async function deleteUpload(folder: string, path: string): Promise<void> {
  const own = dirname(resolve(path));
  const isOurs = relative(resolve(folder), dirname(own)) === '' && OWN_FOLDER.test(basename(own));
  if (isOurs) await rm(own, { recursive: true, force: true });
}

/** The last part of the name, without what a file system or a terminal would take for something else. */
function safeName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/'))
    .replace(/[\p{C}:*?"<>|/]/gu, '_')
    .replace(/^\.+/, '_');
  // From the end, which tells the format; a character of several bytes is not parted.
  const letters = [...plain];
  while (Buffer.byteLength(letters.join('')) > NAME_BYTES_MAX) letters.shift();
  return letters.length === 0 ? 'capture' : letters.join('');
}

function upTo(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) done(new ApiError('too_large', `an upload has at most ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
}

function uploadError(error: unknown, name: string, path: string): unknown {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ApiError('disk_full', 'the disk is full', {
      hint: 'delete captures, or make room',
      cause: error,
    });
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
    return new ApiError('bad_request', 'the upload was broken off', { cause: error });
  // Where the file lies here is nobody's business.
  if (code === 'ERR_CAPTURE_UNKNOWN_FORMAT' || code === 'ERR_CAPTURE_EMPTY')
    return new ApiError('not_a_capture', message.replaceAll(path, name));
  return error;
}

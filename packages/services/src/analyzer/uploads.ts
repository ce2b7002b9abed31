// Stores uploaded files, each in a folder of its own, under the user's file name.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ambientKey, encrypting, makeFolder, openCapture } from '@eyrie/capture';
import { ApiError, TYPES_HINT } from './errors.ts';

/** Bytes of a file name; file systems allow at least 255. */
const NAME_BYTES_MAX = 240;
/** Names of the upload folders. */
const OWN_FOLDER = /^[0-9a-f]{16}$/;

/**
 * Streams an upload to disk; returns its path. Deletes files that are truncated, too large or no capture.
 *
 * @throws ApiError, CaptureError
 */
export async function keepUpload(
  body: unknown,
  folder: string,
  name: string,
  bytesMax: number,
): Promise<string> {
  if (body === undefined)
    throw new ApiError('bad_request', 'the body is empty', { hint: 'send the capture file as the body' });
  // JSON was read already.
  if (!(body instanceof Readable))
    throw new ApiError('unsupported_media_type', 'JSON is no capture', TYPES_HINT);
  const own = join(folder, randomBytes(8).toString('hex'));
  const path = join(own, safeName(name));
  try {
    makeFolder(own, 0o700);
    const part = join(own, '.part');
    const key = ambientKey();
    const written = createWriteStream(part, { flags: 'wx', mode: 0o600 });
    if (key === null) await pipeline(body, upTo(bytesMax), written);
    else await pipeline(body, upTo(bytesMax), encrypting(key), written);
    await rename(part, path);
    // Validates the file before anything of it is stored.
    await (await openCapture(path)).close();
    return path;
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    throw uploadError(error, name, path);
  }
}

/** Deletes an uploaded file; does not touch files elsewhere, or folders that were not created here. */
export async function deleteUpload(folder: string, path: string): Promise<void> {
  const own = dirname(resolve(path));
  const isOurs = relative(resolve(folder), dirname(own)) === '' && OWN_FOLDER.test(basename(own));
  if (isOurs) await rm(own, { recursive: true, force: true });
}

/** The base name, without characters that are special to a file system or terminal. */
function safeName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/'))
    .replace(/[\p{C}:*?"<>|/]/gu, '_')
    .replace(/^\.+/, '_');
  // Keeps the end, with the extension; never splits a multi-byte character.
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
  // The error must not reveal the path on this machine.
  if (code === 'ERR_CAPTURE_UNKNOWN_FORMAT' || code === 'ERR_CAPTURE_EMPTY')
    return new ApiError('not_a_capture', message.replaceAll(path, name));
  return error;
}

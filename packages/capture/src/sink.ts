// Files being written. Files with finite input appear atomically under their final name, never partially; files of live
// captures have their name from the start, since other programs read them meanwhile.

import { randomBytes } from 'node:crypto';
import { close, link, open, openSync, rename, stat, statSync, unlink, write } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { systemCode, writeError } from './errors.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(stat);
const linkFile = promisify(link);
const renameFile = promisify(rename);
const unlinkFile = promisify(unlink);
const writeFrom = promisify(write);

const STDOUT = 1;

/** A file being written. */
export class Sink {
  readonly #path: string;
  readonly #file: number;
  /** The temporary name; null if bytes go straight to the path (stdout, a device, a pipe, a growing file). */
  readonly #temporary: string | null;
  readonly #force: boolean;

  constructor(path: string, file: number, temporary: string | null, force: boolean) {
    this.#path = path;
    this.#file = file;
    this.#temporary = temporary;
    this.#force = force;
  }

  /** @throws CaptureError */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await writeFrom(this.#file, bytes, at, bytes.length - at, null);
        at += bytesWritten;
      }
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  /**
   * Closes the file and renames it to its final name.
   *
   * @throws CaptureError
   */
  async finish(): Promise<void> {
    await this.#close();
    if (this.#temporary === null) return;
    try {
      if (this.#force) await renameFile(this.#temporary, this.#path);
      else await this.#nameUnlessTaken(this.#temporary);
    } catch (error) {
      await unlinkFile(this.#temporary).catch(() => {});
      throw writeError(this.#path, error);
    }
  }

  /** Closes the file and removes it, unless its bytes went straight to the path. */
  async abandon(): Promise<void> {
    await this.#close();
    if (this.#temporary !== null) await unlinkFile(this.#temporary).catch(() => {});
  }

  /** A hard link, unlike a rename, fails if the name has been taken; some file systems have no hard links. */
  async #nameUnlessTaken(temporary: string): Promise<void> {
    try {
      await linkFile(temporary, this.#path);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') throw error;
      await renameFile(temporary, this.#path);
      return;
    }
    await unlinkFile(temporary);
  }

  async #close(): Promise<void> {
    if (this.#file !== STDOUT) await closeFile(this.#file);
  }
}

/**
 * Creates a file; stdout if the path is `-`. Devices and pipes are written to directly.
 *
 * @throws CaptureError if it exists and `force` is false, or cannot be written.
 */
export async function openSink(path: string, force: boolean): Promise<Sink> {
  if (path === '-') return new Sink(path, STDOUT, null, force);
  try {
    const kind = await kindOf(path);
    if (kind === 'special') return new Sink(path, await openFile(path, 'w'), null, force);
    if (kind === 'directory') throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    if (kind === 'file' && !force) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
    return new Sink(path, await openFile(temporary, 'wx'), temporary, force);
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Creates a file that has its final name from the start and is kept even if writing fails; stdout if the path is `-`.
 * Opened synchronously, since packets arrive meanwhile.
 *
 * @throws CaptureError if it exists and `force` is false, or cannot be written.
 */
export function openGrowingSink(path: string, force: boolean): Sink {
  if (path === '-') return new Sink(path, STDOUT, null, force);
  try {
    const isSpecial = statSync(path, { throwIfNoEntry: false })?.isFile() === false;
    return new Sink(path, openSync(path, force || isSpecial ? 'w' : 'wx'), null, force);
  } catch (error) {
    throw writeError(path, error);
  }
}

async function kindOf(path: string): Promise<'none' | 'file' | 'directory' | 'special'> {
  try {
    const stats = await statFile(path);
    if (stats.isFile()) return 'file';
    return stats.isDirectory() ? 'directory' : 'special';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'none';
    throw error;
  }
}

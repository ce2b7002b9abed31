// Random access to compressed captures: each is decompressed once, to a temporary folder.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ambientKey,
  type Compression,
  DecompressError,
  decompress,
  decrypted,
  encrypting,
  isVault,
  makeFolder,
  type VaultKey,
} from '@eyrie/capture';
import { ApiError } from '../errors.ts';
import { Room } from './room.ts';

/** Bytes of all decompressed files; beyond this the least recently used are deleted. */
const BYTES_MAX = 8 * 2 ** 30;
interface Unpacked {
  readonly file: string;
  readonly bytes: number;
}

export class UnpackedFiles {
  #folder: string | null = null;
  #count = 0;
  readonly #files = new Map<string, Promise<Unpacked>>();
  readonly #room: Room;
  /** Serialises retries of captures that found no room. */
  #alone: Promise<unknown> = Promise.resolve();

  /** @param freeBytes returns the free space of the temporary folder's disk */
  constructor(freeBytes = freeBytesHere) {
    this.#room = new Room(BYTES_MAX, freeBytes);
  }

  /** Deletes the folder synchronously, when the process exits. */
  readonly #removeNow = (): void => {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  };

  /** Returns the path of the decompressed capture. */
  async get(path: string, compression: Compression): Promise<string> {
    // The file at this path may have been replaced.
    const { ino, size, mtimeMs } = await stat(path);
    const key = `${path} ${ino} ${size} ${mtimeMs}`;
    let unpacking = this.#files.get(key);
    this.#files.delete(key);
    unpacking ??= this.#unpack(path, compression).catch((error) => {
      if (!isOfRoom(error)) throw error;
      const again = this.#alone.then(() => this.#tryAgain(path, compression, key, error));
      this.#alone = again.catch(() => {});
      return again;
    });
    // Moves it to the end: the Map is in order of last use.
    this.#files.set(key, unpacking);
    try {
      const { file } = await unpacking;
      await this.#keepBound();
      return file;
    } catch (error) {
      this.#files.delete(key);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#files.clear();
    process.removeListener('exit', this.#removeNow);
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  async #unpack(path: string, compression: Compression): Promise<Unpacked> {
    if (this.#folder === null) {
      this.#folder = mkdtempSync(join(tmpdir(), 'eyrie-unpacked-'));
      process.on('exit', this.#removeNow);
    }
    makeFolder(this.#folder, 0o700);
    const file = join(this.#folder, `${this.#count++}`);
    const key = await keyOf(path);
    await this.#room.use(async (take) => {
      const plain = Readable.from(plainBytes(path, compression, key !== null), { objectMode: false });
      const written = createWriteStream(file, { mode: 0o600 });
      const within = this.#within(take);
      try {
        // An encrypted capture stays encrypted on disk.
        if (key === null) await pipeline(plain, within, written);
        else await pipeline(plain, within, encrypting(key), written);
      } catch (error) {
        // A partial file is useless.
        await rm(file, { force: true });
        throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom('all that is free') : error;
      }
    });
    return { file, bytes: (await stat(file)).size };
  }

  /** Retries alone: earlier files, or concurrent decompressions, may have used up the room. */
  async #tryAgain(path: string, compression: Compression, key: string, error: unknown): Promise<Unpacked> {
    const isBusy = this.#room.isBusy;
    await this.#room.quiet();
    if (!(await this.#dropOthers(key)) && !isBusy) throw error;
    return this.#unpack(path, compression);
  }

  #within(take: (bytes: number) => boolean): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        if (take(chunk.length)) return done(null, chunk);
        const allowed = Math.floor(this.#room.allowed / 2 ** 20);
        done(noRoom(`more than the ${allowed} MiB that may be used there`));
      },
    });
  }

  /** Deletes all other files; false if there were none. */
  async #dropOthers(key: string): Promise<boolean> {
    let dropped = 0;
    for (const [each, unpacking] of [...this.#files]) {
      const unpacked = each === key ? null : await ifDone(unpacking);
      if (unpacked === null || !this.#files.delete(each)) continue;
      await rm(unpacked.file, { force: true });
      dropped++;
    }
    return dropped > 0;
  }

  async #keepBound(): Promise<void> {
    let sum = 0;
    for (const [key, unpacking] of [...this.#files].reverse()) {
      const unpacked = await ifDone(unpacking);
      sum += unpacked?.bytes ?? 0;
      if (sum <= BYTES_MAX || unpacked === null) continue;
      this.#files.delete(key);
      await rm(unpacked.file, { force: true });
    }
  }
}

/** Null if it is still being written: waiting could deadlock, since that one may wait for the caller's. */
function ifDone(unpacking: Promise<Unpacked>): Promise<Unpacked | null> {
  return Promise.race([unpacking.catch(() => null), nextTurn(null)]);
}

/** Yields the data up to the first damage: the packets before it were stored and must stay readable. */
async function* plainBytes(
  path: string,
  compression: Compression,
  isEncrypted: boolean,
): AsyncGenerator<Uint8Array, void, void> {
  const open = () => (isEncrypted ? decrypted(path, createReadStream(path)) : createReadStream(path));
  try {
    yield* decompress(compression, open(), open);
  } catch (error) {
    if (!(error instanceof DecompressError)) throw error;
  }
}

/** The key of an encrypted file; null if it is not encrypted. */
async function keyOf(path: string): Promise<VaultKey | null> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(64);
    await file.read(head, 0, head.length, 0);
    return isVault(head) ? ambientKey() : null;
  } finally {
    await file.close();
  }
}

function noRoom(needed: string): ApiError {
  return new ApiError('disk_full', `no room in ${tmpdir()} to unpack this capture: it takes ${needed}`, {
    hint: 'free some space there, set TMPDIR to a folder with more, or unpack the file by hand and import it again',
  });
}

function isOfRoom(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'disk_full';
}

async function freeBytesHere(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize;
}

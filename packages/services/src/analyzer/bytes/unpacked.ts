// Compressed captures can't be read at a place in their middle: what is looked at is unpacked once, to a folder for that.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
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
  type VaultKey,
} from '@eyrie/capture';
import { ApiError } from '../errors.ts';
import { Room } from './room.ts';

/** On disk, all together; beyond it the ones not used for longest are deleted. */
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
  /** Those that found no room try again one after the other. */
  #alone: Promise<unknown> = Promise.resolve();

  /** @param freeBytes on the disk that they go to */
  constructor(freeBytes = freeBytesHere) {
    this.#room = new Room(BYTES_MAX, freeBytes);
  }

  /** Of a process that ends at once. */
  readonly #removeNow = (): void => {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  };

  /** The path of the capture without its compression. */
  async get(path: string, compression: Compression): Promise<string> {
    // Another file may have come to stand under the same name.
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
    // The newest use stands last.
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
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, `${this.#count++}`);
    const key = await keyOf(path);
    await this.#room.use(async (take) => {
      const plain = Readable.from(plainBytes(path, compression, key !== null), { objectMode: false });
      const written = createWriteStream(file, { mode: 0o600 });
      const within = this.#within(take);
      try {
        // What lay encrypted stays so.
        if (key === null) await pipeline(plain, within, written);
        else await pipeline(plain, within, encrypting(key), written);
      } catch (error) {
        // What is too large is of no use.
        await rm(file, { force: true });
        throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom('all that is free') : error;
      }
    });
    return { file, bytes: (await stat(file)).size };
  }

  /** What was unpacked before may be all that is in the way, or what is being unpacked beside it. */
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

  /** False: there are none. */
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

/** Null of one that is not unpacked yet: nobody waits for another's, which may wait for this one. */
function ifDone(unpacking: Promise<Unpacked>): Promise<Unpacked | null> {
  return Promise.race([unpacking.catch(() => null), nextTurn(null)]);
}

/** All up to the first damage: what stands before it was stored, and can be read. */
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

/** Null of a file that is not encrypted. */
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

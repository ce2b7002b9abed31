// Compressed captures can't be read at a place in their middle: what is looked at is unpacked once, to a folder for that.
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
    unpacking ??= this.#unpack(path, compression);
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
    const plain = Readable.from(plainBytes(path, compression, key !== null), { objectMode: false });
    const written = createWriteStream(file, { mode: 0o600 });
    try {
      // What lay encrypted stays so.
      if (key === null) await pipeline(plain, upTo(BYTES_MAX), written);
      else await pipeline(plain, upTo(BYTES_MAX), encrypting(key), written);
    } catch (error) {
      // What is too large is of no use.
      await rm(file, { force: true });
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
        throw new ApiError('disk_full', `no room in ${tmpdir()} to unpack this capture`, {
          hint: 'free some space there, or set TMPDIR to a folder with more',
        });
      throw error;
    }
    return { file, bytes: (await stat(file)).size };
  }

  async #keepBound(): Promise<void> {
    let sum = 0;
    for (const [key, unpacking] of [...this.#files].reverse()) {
      const unpacked = await unpacking.catch(() => null);
      sum += unpacked?.bytes ?? 0;
      if (sum <= BYTES_MAX || unpacked === null) continue;
      this.#files.delete(key);
      await rm(unpacked.file, { force: true });
    }
  }
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

function upTo(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes <= bytesMax) return done(null, chunk);
      done(
        new ApiError('bytes_gone', 'this capture is too large to unpack', {
          hint: 'unpack the file by hand, and import it again',
        }),
      );
    },
  });
}

// Persistent storage of a peer. Files are written atomically; after a crash, a log lacks at most an entry that was
// never confirmed. Folders have mode 700, files 600.

import {
  chmodSync,
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../identity/keys.ts';
import { ownCopy } from '../wire/schema.ts';
import { FolderError } from './damaged.ts';
import { makeFolder } from './make-folder.ts';

export interface Storage {
  read(name: string): Buffer | null;
  /** Atomic. Durable when it returns, even if power fails, unless `isDurable` is false: then it does not wait for the disk. */
  write(name: string, data: Uint8Array | string, isDurable?: boolean): void;
  remove(name: string): void;
  /** The entries of a log, in order. */
  readLog(name: string): Buffer[];
  /** Durable when it returns. */
  append(name: string, entries: readonly Uint8Array[]): void;
  /** Replaces the whole log, atomically. */
  writeLog(name: string, entries: readonly Uint8Array[]): void;
}

const LENGTH_BYTES = 4;
const CHECK_BYTES = 4;
const ENTRY_BYTES_MAX = 1 << 20;

export class FolderStorage implements Storage {
  readonly folder: string;
  /** Logs known to end with a complete entry. */
  readonly #sound = new Set<string>();

  /** Makes the folder if it is not there. @throws FolderError */
  constructor(folder: string) {
    this.folder = folder;
    try {
      makeFolder(folder, 0o700);
    } catch (error) {
      throw new FolderError(
        `${folder} cannot be made: ${(error as Error).message}; EYRIE_HOME chooses another place`,
      );
    }
    if (process.platform !== 'win32') chmodSync(folder, 0o700);
  }

  read(name: string): Buffer | null {
    try {
      return readFileSync(join(this.folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  write(name: string, data: Uint8Array | string, isDurable = true): void {
    const path = join(this.folder, name);
    makeFolder(dirname(path), 0o700);
    const part = `${path}.part`;
    const file = openSync(part, 'w', 0o600);
    try {
      writeAll(file, typeof data === 'string' ? Buffer.from(data) : data);
      if (isDurable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  }

  remove(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }

  readLog(name: string): Buffer[] {
    const data = this.read(name);
    if (data === null) return [];
    const { entries, soundBytes } = parseLog(data);
    if (soundBytes === data.length) this.#sound.add(name);
    return entries;
  }

  append(name: string, entries: readonly Uint8Array[]): void {
    const path = join(this.folder, name);
    // Only the writer repairs a log: a reader may be a command that runs beside the peer.
    if (!this.#sound.has(name)) this.#cutUnsound(name);
    const file = openSync(path, 'a', 0o600);
    this.#sound.delete(name);
    try {
      writeAll(file, Buffer.concat(entries.map(logEntry)));
      fdatasyncSync(file);
      this.#sound.add(name);
    } finally {
      closeSync(file);
    }
  }

  /** Removes an entry truncated by a crash or a full disk, which was never confirmed, so that later ones are readable. */
  #cutUnsound(name: string): void {
    const data = this.read(name);
    if (data === null) return;
    const { soundBytes } = parseLog(data);
    if (soundBytes < data.length) truncateSync(join(this.folder, name), soundBytes);
  }

  writeLog(name: string, entries: readonly Uint8Array[]): void {
    this.write(name, Buffer.concat(entries.map(logEntry)));
    this.#sound.add(name);
  }
}

/** In memory, for tests and simulations. */
export class MemoryStorage implements Storage {
  #files = new Map<string, Buffer>();
  #logs = new Map<string, Buffer[]>();

  read(name: string): Buffer | null {
    return this.#files.get(name) ?? null;
  }

  write(name: string, data: Uint8Array | string): void {
    this.#files.set(name, ownCopy(typeof data === 'string' ? Buffer.from(data) : data));
  }

  remove(name: string): void {
    this.#files.delete(name);
    this.#logs.delete(name);
  }

  readLog(name: string): Buffer[] {
    return this.#logs.get(name)?.slice() ?? [];
  }

  append(name: string, entries: readonly Uint8Array[]): void {
    const log = this.#logs.get(name) ?? [];
    this.#logs.set(name, log);
    for (const entry of entries) log.push(ownCopy(entry));
  }

  writeLog(name: string, entries: readonly Uint8Array[]): void {
    this.#logs.set(name, entries.map(ownCopy));
  }
}

/** Writes all bytes: a single `writeSync` may write fewer. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Length, truncated SHA-256, entry. */
function logEntry(entry: Uint8Array): Buffer {
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUInt32BE(entry.length);
  return Buffer.concat([head, sha256(entry).subarray(0, CHECK_BYTES), entry]);
}

function parseLog(data: Buffer): { entries: Buffer[]; soundBytes: number } {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + LENGTH_BYTES + CHECK_BYTES <= data.length) {
    const length = data.readUInt32BE(at);
    const begin = at + LENGTH_BYTES + CHECK_BYTES;
    if (length > ENTRY_BYTES_MAX || begin + length > data.length) break;
    const entry = data.subarray(begin, begin + length);
    if (
      !sha256(entry)
        .subarray(0, CHECK_BYTES)
        .equals(data.subarray(at + LENGTH_BYTES, begin))
    )
      break;
    entries.push(entry);
    at = begin + length;
  }
  return { entries, soundBytes: at };
}

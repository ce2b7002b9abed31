// Caches the manifests of files. Hashing a large file takes a while, so a file is read once while it is unchanged, for
// any number of concurrent requests, and few files are read at a time.

import { stat } from 'node:fs/promises';
import { describeFile, type Manifest } from './manifest.ts';

/** Descriptions cached; the least recently requested is evicted. */
const KNOWN_MAX = 1_000;
/** Read at once; more wait. One peer alone may have 64 streams open. */
const READING_MAX = 2;

export class ShareError extends Error {}

interface Known {
  /** Of which file, and as of when. */
  version: string;
  manifest: Promise<Manifest>;
  isReading: boolean;
}

export class Descriptions {
  /** Files that were read. */
  read = 0;
  readonly #known = new Map<string, Known>();
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws ShareError if it is no file */
  async of(path: string): Promise<Manifest> {
    const stats = await stat(path);
    // What is no file may never end, or never begin.
    if (!stats.isFile()) throw new ShareError(`${path} is not a file`);
    const version = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    const before = this.#known.get(path);
    // One that grows all the time, as a capture does, differs at each look: a request meanwhile gets what is being read.
    const known = before?.version === version || before?.isReading ? before : this.#begin(path, version);
    this.#known.delete(path);
    this.#known.set(path, known);
    if (this.#known.size > KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    return known.manifest;
  }

  #begin(path: string, version: string): Known {
    const known: Known = { version, manifest: this.#describe(path), isReading: true };
    known.manifest.then(
      () => {
        known.isReading = false;
      },
      // What could not be read may be readable later.
      () => {
        if (this.#known.get(path) === known) this.#known.delete(path);
      },
    );
    return known;
  }

  async #describe(path: string): Promise<Manifest> {
    if (this.#reading >= READING_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reading++;
    try {
      this.read++;
      return await describeFile(path, '');
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#reading--;
      else next();
    }
  }
}

// Bodies that the persistor will never take are put aside, so that what comes after them is stored: a file each, as it was
// sent, for whoever wants to know why, or sends it again.
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log/index.ts';

/** Kept in the folder at most; what comes after them is only counted. */
const FILES_MAX = 1000;
const BYTES_MAX = 256 << 20;
const EXTENSION = '.batch';

export interface RefusedBody {
  /** Key of the capture. */
  readonly source: string;
  readonly sequence: number;
  readonly packets: number;
  readonly body: Uint8Array;
  readonly reason: string;
}

export class RefusedBodies {
  readonly folder: string | null;
  /** Since the start. */
  readonly counts = { bodies: 0, packets: 0, notKept: 0 };
  readonly #log: Log;
  readonly #filesMax: number;
  #files = 0;
  #bytes = 0;
  #isLookedAt = false;

  /** @param folder null: nothing is kept, only counted */
  constructor(folder: string | null, log: Log, filesMax = FILES_MAX) {
    this.folder = folder;
    this.#log = log;
    this.#filesMax = filesMax;
  }

  add({ source, sequence, packets, body, reason }: RefusedBody): void {
    this.counts.bodies++;
    this.counts.packets += packets;
    const where = this.#keep(`${safe(source)}-${sequence}${EXTENSION}`, body);
    this.#log.error(
      `${source}: ${packets} packets are not stored, for the persistor refuses them: ${reason}; ${where}`,
      { sequence },
    );
  }

  /** What became of it, in words. */
  #keep(name: string, body: Uint8Array): string {
    if (this.folder === null) return 'they are not kept';
    try {
      this.#look(this.folder);
      if (this.#files >= this.#filesMax || this.#bytes + body.length > BYTES_MAX) {
        this.counts.notKept++;
        return `they are not kept, for ${this.folder} is full`;
      }
      const path = join(this.folder, name);
      writeWhole(path, body);
      this.#files++;
      this.#bytes += body.length;
      return `put aside as ${path}`;
    } catch (error) {
      this.counts.notKept++;
      return `they are not kept: ${(error as Error).message}`;
    }
  }

  /** What was put aside before this process. */
  #look(folder: string): void {
    if (this.#isLookedAt) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(EXTENSION)) continue;
      this.#files++;
      this.#bytes += statSync(join(folder, name)).size;
    }
    this.#isLookedAt = true;
  }
}

/** Or not at all: half a body, as a full disk leaves it, is of no use to anyone. */
function writeWhole(path: string, body: Uint8Array): void {
  try {
    writeFileSync(path, body, { mode: 0o600 });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** A key as part of a file's name. */
function safe(key: string): string {
  return key.replaceAll(/[^\w.@-]+/g, '_').slice(0, 100);
}

// The dead-letter folder: batches that a store refuses permanently are set aside, one per file in the format of
// POST /store, to be examined or resent, so that later ones can be stored. They contain packet data, so they expire,
// and are encrypted where captures are. Consecutive refusals mean that the store itself is broken, whatever its error
// says: then nothing more is set aside, and senders wait.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ambientKey, makeFolder, Sealer, type VaultKey } from '@eyrie/capture';
import type { Log } from '../log/index.ts';

/** Files in the folder; further batches are only counted. */
const FILES_MAX = 1000;
const BYTES_MAX = 256 << 20;
const AGE_MS_MAX = 7 * 86_400_000;
/** Interval for deleting expired files. */
const SWEEP_MS = 3_600_000;
/** Consecutive refusals that mean a broken store; bad batches are single, or a few of one kind. */
const IN_A_ROW_MAX = 8;
const EXTENSION = '.batch';

/** The bounds as text for messages. */
export const REFUSED_KEPT = '7 days, 1,000 batches, 256 MiB at most';

export interface RefusedBody {
  /** Key of the capture. */
  readonly source: string;
  readonly sequence: number;
  readonly packets: number;
  /** The batch in the format of POST /store. */
  readonly body: () => Uint8Array;
  readonly reason: string;
}

/**
 * What becomes of a refused batch: it is kept in the folder, it is lost, or, after too many consecutive refusals, its sender must
 * retry it later.
 */
export type Fate = 'kept' | 'lost' | 'retry';

export interface RefusedOptions {
  readonly filesMax?: number;
  /** Null: write unencrypted. Default: the key that captures are encrypted with. */
  readonly key?: VaultKey | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class RefusedBodies {
  readonly folder: string | null;
  /** Totals since the start. */
  readonly counts = { bodies: 0, packets: 0, notKept: 0 };
  /** Why senders wait, after too many consecutive refusals; null: they do not. */
  trouble: string | null = null;
  readonly #log: Log;
  readonly #filesMax: number;
  readonly #key: () => VaultKey | null;
  readonly #now: () => number;
  #inARow = 0;
  #files = 0;
  #bytes = 0;
  #sweptMs = -Infinity;

  /** @param folder null: refused batches are only counted */
  constructor(folder: string | null, log: Log, options: RefusedOptions = {}) {
    const { filesMax = FILES_MAX, key, now = Date.now } = options;
    this.folder = folder;
    this.#log = log;
    this.#filesMax = filesMax;
    this.#key = key === undefined ? ambientKey : () => key;
    this.#now = now;
  }

  /** Sets a batch aside, if it can be kept. */
  add({ source, sequence, packets, body, reason }: RefusedBody): Fate {
    if (this.#inARow >= IN_A_ROW_MAX) {
      this.#hold(reason);
      return 'retry';
    }
    this.#inARow++;
    this.counts.bodies++;
    this.counts.packets += packets;
    const { isKept, where } = this.#keep(`${safe(source)}-${sequence}`, body);
    this.#log.error(
      `${source}: ${packets} packets are not stored, for the store refuses them: ${reason}; ${where}`,
      { sequence },
    );
    return isKept ? 'kept' : 'lost';
  }

  /** The store accepted a batch: resets the count of refusals. */
  taken(): void {
    this.#inARow = 0;
    if (this.trouble !== null) this.#log.info('the store takes batches again');
    this.trouble = null;
  }

  /** Deletes expired files now and every hour, until the returned function is called. */
  keepTidy(): () => void {
    this.sweep();
    const timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
    return () => clearInterval(timer);
  }

  /** Deletes expired files, and counts the rest. */
  sweep(): void {
    if (this.folder === null) return;
    this.#sweptMs = this.#now();
    this.#files = 0;
    this.#bytes = 0;
    try {
      for (const path of bodiesIn(this.folder)) this.#sweepFile(path);
    } catch (error) {
      this.#log.warn(`cannot delete what is too old of ${this.folder}: ${(error as Error).message}`);
    }
  }

  #sweepFile(path: string): void {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return;
    if (this.#now() - facts.mtimeMs > AGE_MS_MAX) {
      rmSync(path, { force: true });
      return;
    }
    this.#files++;
    this.#bytes += facts.size;
  }

  #hold(reason: string): void {
    if (this.trouble === null)
      this.#log.error(
        `the store refuses everything, ${IN_A_ROW_MAX} batches in a row: ${reason}; what comes waits until it takes one`,
      );
    this.trouble = `the store refuses everything: ${reason}`;
  }

  /** Writes the file; returns the outcome, also as text. */
  #keep(name: string, make: () => Uint8Array): { isKept: boolean; where: string } {
    if (this.folder === null) return { isKept: false, where: 'they are not kept' };
    try {
      makeFolder(this.folder, 0o700);
      if (this.#now() - this.#sweptMs >= SWEEP_MS) this.sweep();
      const plain = make();
      // The hash separates equal names: a replacement reuses the sequence number, and keys are shortened.
      const digest = createHash('sha256').update(plain).digest('hex').slice(0, 8);
      const path = join(this.folder, `${name}-${digest}${EXTENSION}`);
      if (existsSync(path)) return { isKept: true, where: `put aside before as ${path}` };
      const body = sealed(plain, this.#key());
      if (this.#files >= this.#filesMax || this.#bytes + body.length > BYTES_MAX) {
        this.counts.notKept++;
        return { isKept: false, where: `they are not kept, for ${this.folder} is full` };
      }
      writeWhole(path, body);
      this.#files++;
      this.#bytes += body.length;
      return { isKept: true, where: `put aside as ${path}` };
    } catch (error) {
      this.counts.notKept++;
      return { isKept: false, where: `they are not kept: ${(error as Error).message}` };
    }
  }
}

/** Paths of the files in a folder; empty if there is no folder. @throws the system's error if it is unreadable */
export function bodiesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(EXTENSION))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function sealed(body: Uint8Array, key: VaultKey | null): Uint8Array {
  if (key === null) return body;
  const sealer = new Sealer(key);
  return Buffer.concat([sealer.head, sealer.seal(body), sealer.end()]);
}

/** Writes atomically: a partial file, as a full disk leaves it, is useless. */
function writeWhole(path: string, body: Uint8Array): void {
  try {
    writeFileSync(path, body, { mode: 0o600 });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** Converts a key to a part of a file name. */
function safe(key: string): string {
  return key.replaceAll(/[^\w.@-]+/g, '_').slice(0, 100);
}

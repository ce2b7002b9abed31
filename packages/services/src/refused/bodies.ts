// Batches that a store refuses for good are put aside (a dead-letter folder), so that later ones are stored: a file each, as
// it would have been sent, to be examined or resent. They contain packet data, so they are encrypted where
// captures are, and expire. A store that refuses one after the other is taken to be broken itself, whatever its
// error says: then nothing more is put aside, and senders wait.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ambientKey, Sealer, type VaultKey } from '@eyrie/capture';
import type { Log } from '../log/index.ts';

/** Kept in the folder at most; what comes after them is only counted. */
const FILES_MAX = 1000;
const BYTES_MAX = 256 << 20;
const AGE_MS_MAX = 7 * 86_400_000;
/** How often those that are too old are looked for. */
const SWEEP_MS = 3_600_000;
/** Refusals in a row that mean a broken store: bad batches come alone, or a few of one kind. */
const IN_A_ROW_MAX = 8;
export const EXTENSION = '.batch';

/** The bounds, in words for people. */
export const REFUSED_KEPT = '7 days, 1,000 batches, 256 MiB at most';

export interface RefusedBody {
  /** Key of the capture. */
  readonly source: string;
  readonly sequence: number;
  readonly packets: number;
  /** As POST /store takes it. */
  readonly body: () => Uint8Array;
  readonly reason: string;
}

export interface RefusedOptions {
  readonly filesMax?: number;
  /** Null: they are written as they are. Default: the key that captures are encrypted with. */
  readonly key?: VaultKey | null;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class RefusedBodies {
  readonly folder: string | null;
  /** Since the start. */
  readonly counts = { bodies: 0, packets: 0, notKept: 0 };
  /** Why batches wait that the store refuses; null: they are put aside, or it takes them. */
  trouble: string | null = null;
  readonly #log: Log;
  readonly #filesMax: number;
  readonly #key: () => VaultKey | null;
  readonly #now: () => number;
  #inARow = 0;
  #files = 0;
  #bytes = 0;
  #sweptMs = -Infinity;

  /** @param folder null: nothing is kept, only counted */
  constructor(folder: string | null, log: Log, options: RefusedOptions = {}) {
    const { filesMax = FILES_MAX, key, now = Date.now } = options;
    this.folder = folder;
    this.#log = log;
    this.#filesMax = filesMax;
    this.#key = key === undefined ? ambientKey : () => key;
    this.#now = now;
  }

  /** False: it is not put aside, because the store has refused everything lately; offer it again later. */
  add({ source, sequence, packets, body, reason }: RefusedBody): boolean {
    if (this.#inARow >= IN_A_ROW_MAX) {
      this.#hold(reason);
      return false;
    }
    this.#inARow++;
    this.counts.bodies++;
    this.counts.packets += packets;
    const where = this.#keep(`${safe(source)}-${sequence}`, body);
    this.#log.error(
      `${source}: ${packets} packets are not stored, for the store refuses them: ${reason}; ${where}`,
      { sequence },
    );
    return true;
  }

  /** The store has taken a batch. */
  taken(): void {
    this.#inARow = 0;
    if (this.trouble !== null) this.#log.info('the store takes batches again');
    this.trouble = null;
  }

  /** Deletes what is too old, now and every hour, until the function that it gives is called. */
  keepTidy(): () => void {
    this.sweep();
    const timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
    return () => clearInterval(timer);
  }

  /** Deletes what is too old, and counts what is there. */
  sweep(): void {
    if (this.folder === null) return;
    this.#sweptMs = this.#now();
    this.#files = 0;
    this.#bytes = 0;
    try {
      for (const path of bodiesIn(this.folder)) this.#look(path);
    } catch (error) {
      this.#log.warn(`cannot delete what is too old of ${this.folder}: ${(error as Error).message}`);
    }
  }

  #look(path: string): void {
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

  /** The outcome, in words. */
  #keep(name: string, make: () => Uint8Array): string {
    if (this.folder === null) return 'they are not kept';
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      if (this.#now() - this.#sweptMs >= SWEEP_MS) this.sweep();
      const plain = make();
      // Two of one number are not the same where a batch's drops are told in its place, or two keys look alike in a name.
      const digest = createHash('sha256').update(plain).digest('hex').slice(0, 8);
      const path = join(this.folder, `${name}-${digest}${EXTENSION}`);
      if (existsSync(path)) return `put aside before as ${path}`;
      const body = sealed(plain, this.#key());
      if (this.#files >= this.#filesMax || this.#bytes + body.length > BYTES_MAX) {
        this.counts.notKept++;
        return `they are not kept, for ${this.folder} is full`;
      }
      writeWhole(path, body);
      this.#files++;
      this.#bytes += body.length;
      return `put aside as ${path}`;
    } catch (error) {
      this.counts.notKept++;
      return `they are not kept: ${(error as Error).message}`;
    }
  }
}

/** Paths of the bodies in a folder; none where there is no folder. @throws the system's error where nobody may look */
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

/** Atomic: half a body, as a full disk would leave it, is useless. */
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

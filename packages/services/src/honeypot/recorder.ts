// What is kept of visits: events as JSON lines, sessions as asciicasts that can be played again, files by their hash.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoneypotEvent, toEcs } from './event.ts';

export interface RecorderOptions {
  /** Sessions and files are kept here, in `sessions/` and `files/`. */
  readonly folder: string;
  /** The file of events. */
  readonly log: string;
  readonly diskBytesMax: number;
  /** `honeypot.log` becomes `.1` and so on at this length; five are kept. */
  readonly logBytesMax?: number;
}

/** So long events are gathered, to be written with one call. */
const FLUSH_MS = 100;
const LOG_BYTES_MAX = 20e6;
const LOGS_KEPT = 5;
/** Sessions ended between two looks at the room that all take. */
const TIDY_EVERY = 100;

export class Recorder {
  readonly #options: RecorderOptions;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #logBytes: number | null = null;
  #saved = 0;
  /** Events and sessions that could not be written: the disk is full, or the folder gone. */
  lost = 0;
  written = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { folder, log } = this.#options;
    await mkdir(join(folder, 'sessions'), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 });
    await mkdir(join(log, '..'), { recursive: true });
  }

  /** Written within a tenth of a second, many at once. */
  event(event: HoneypotEvent): void {
    this.#lines.push(JSON.stringify(toEcs(event)));
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** The visit as an asciicast (version 2), with what the header says of it. */
  session(id: string, cast: string): void {
    this.#queue(async () => {
      await writeFile(join(this.#options.folder, 'sessions', `${id}.cast`), cast, { mode: 0o600 });
      if (++this.#saved % TIDY_EVERY === 0) await this.#tidy();
    });
  }

  /** SHA-256 in hexadecimal. The file is named by it, has no right to be run, and is kept once. */
  keep(content: Uint8Array): string {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const path = join(this.#options.folder, 'files', sha256);
    this.#queue(async () => {
      await writeFile(path, content, { mode: 0o400, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    });
    return sha256;
  }

  /** All that waits is written. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#queue(() => this.#append(lines), lines.length);
  }

  #queue(work: () => Promise<void>, count = 1): void {
    this.#writing = this.#writing.then(work).then(
      () => {
        this.written += count;
      },
      () => {
        this.lost += count;
      },
    );
  }

  async #append(lines: readonly string[]): Promise<void> {
    const { log, logBytesMax = LOG_BYTES_MAX } = this.#options;
    this.#logBytes ??= await sizeOf(log);
    const text = `${lines.join('\n')}\n`;
    if (this.#logBytes > 0 && this.#logBytes + text.length > logBytesMax) await this.#rotate();
    await appendFile(log, text, { mode: 0o600 });
    this.#logBytes += Buffer.byteLength(text);
  }

  async #rotate(): Promise<void> {
    const { log } = this.#options;
    for (let i = LOGS_KEPT - 1; i >= 0; i--) {
      const from = i === 0 ? log : `${log}.${i}`;
      await rename(from, `${log}.${i + 1}`).catch(() => {}); // There are not yet so many.
    }
    this.#logBytes = 0;
  }

  /** Deletes the oldest sessions and files while all together take more room than allowed. */
  async #tidy(): Promise<void> {
    const { folder, diskBytesMax } = this.#options;
    const found: { path: string; bytes: number; time: number }[] = [];
    for (const kind of ['sessions', 'files']) {
      for (const name of await readdir(join(folder, kind))) {
        const path = join(folder, kind, name);
        const { size, mtimeMs } = await stat(path);
        found.push({ path, bytes: size, time: mtimeMs });
      }
    }
    let total = found.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of found.sort((a, b) => a.time - b.time)) {
      if (total <= diskBytesMax) return;
      await unlink(path);
      total -= bytes;
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

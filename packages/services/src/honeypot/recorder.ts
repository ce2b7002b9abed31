// What is kept of visits: events as JSON lines, sessions as asciicasts that can be played again and as packets, files by
// their hash. One thing is written at a time; what waits is bounded, and what finds no room is counted as lost.
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
  /** Of sessions and files, and as much again of events, that wait for the disk. */
  readonly queueBytesMax: number;
  /** `honeypot.log` becomes `.1` and so on at this length; five are kept. */
  readonly logBytesMax?: number;
}

/** What is to be written of a session; made when its turn comes. */
export interface SessionRecord {
  readonly id: string;
  readonly heldBytes: number;
  cast(): string;
  /** As a capture file; null where what was said has no packets of its own. */
  readonly packets: (() => Uint8Array) | null;
}

interface Job {
  readonly bytes: number;
  readonly write: () => Promise<void>;
}

/** So long events are gathered, to be written with one call; sooner if there are so many bytes of them. */
const FLUSH_MS = 100;
const FLUSH_CHARACTERS = 256_000;
const LOG_BYTES_MAX = 20e6;
const LOGS_KEPT = 5;
/** Sessions ended between two looks at the room that all take. */
const TIDY_EVERY = 100;

export class Recorder {
  readonly #options: RecorderOptions;
  #lines: string[] = [];
  #linesCharacters = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Lines of events are due, and go before all else. */
  #isFlushDue = false;
  readonly #jobs: Job[] = [];
  #jobsBytes = 0;
  #writing: Promise<void> | null = null;
  #logBytes: number | null = null;
  #saved = 0;
  /** Events and sessions that could not be written: the disk is full or too slow, or the folder gone. */
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
    const line = JSON.stringify(toEcs(event));
    if (this.#linesCharacters + line.length > this.#options.queueBytesMax) {
      this.lost++;
      return;
    }
    this.#lines.push(line);
    this.#linesCharacters += line.length;
    if (this.#linesCharacters > FLUSH_CHARACTERS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** The visit as an asciicast (version 2) and as pcapng. */
  session(record: SessionRecord): void {
    const path = join(this.#options.folder, 'sessions', record.id);
    this.#add(record.heldBytes, async () => {
      await writeFile(`${path}.cast`, record.cast(), { mode: 0o600 });
      if (record.packets !== null) await writeFile(`${path}.pcapng`, record.packets(), { mode: 0o600 });
      if (++this.#saved % TIDY_EVERY === 0) await this.#tidy();
    });
  }

  /** SHA-256 in hexadecimal. The file is named by it, has no right to be run, and is kept once. */
  keep(content: Uint8Array): string {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const path = join(this.#options.folder, 'files', sha256);
    this.#add(content.length, async () => {
      await writeFile(path, content, { mode: 0o400, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    });
    return sha256;
  }

  /** All that waits is written. */
  async close(): Promise<void> {
    this.#flush();
    while (this.#writing !== null) await this.#writing;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isFlushDue = this.#lines.length > 0;
    this.#write();
  }

  #add(bytes: number, write: Job['write']): void {
    if (this.#jobsBytes + bytes > this.#options.queueBytesMax) {
      this.lost++;
      return;
    }
    this.#jobs.push({ bytes, write });
    this.#jobsBytes += bytes;
    this.#write();
  }

  #write(): void {
    if (this.#isFlushDue || this.#jobs.length > 0) this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      if (this.#isFlushDue) await this.#writeLines();
      const job = this.#jobs.shift();
      if (job !== undefined) {
        await this.#try(job.write, 1);
        this.#jobsBytes -= job.bytes;
      } else if (!this.#isFlushDue) {
        this.#writing = null;
        return;
      }
    }
  }

  async #writeLines(): Promise<void> {
    const lines = this.#lines;
    this.#isFlushDue = false;
    this.#lines = [];
    await this.#try(() => this.#append(lines), lines.length);
    this.#linesCharacters -= lines.reduce((sum, { length }) => sum + length, 0);
  }

  async #try(write: Job['write'], count: number): Promise<void> {
    try {
      await write();
      this.written += count;
    } catch {
      this.lost += count;
    }
  }

  async #append(lines: readonly string[]): Promise<void> {
    const { log, logBytesMax = LOG_BYTES_MAX } = this.#options;
    this.#logBytes ??= await sizeOf(log);
    const text = Buffer.from(`${lines.join('\n')}\n`);
    if (this.#logBytes > 0 && this.#logBytes + text.length > logBytesMax) await this.#rotate();
    await appendFile(log, text, { mode: 0o600 });
    this.#logBytes += text.length;
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

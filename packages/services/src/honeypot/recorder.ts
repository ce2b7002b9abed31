// Records visits: events as JSON lines, sessions as asciicasts that can be replayed and as packets, files by
// their hash. Writes are sequential; their queue is bounded, and what finds no room is counted as lost.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, rename, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HoneypotEvent, toEcsLine } from './event.ts';
import { INDEX, type SavedVisit, Segments, sizeOf } from './segments.ts';

export interface RecorderOptions {
  /** Sessions and files are kept here, in `sessions/` and `files/`. */
  readonly folder: string;
  /** The file of events. */
  readonly log: string;
  readonly diskBytesMax: number;
  /** Of sessions and files, and as much again of events, that wait for the disk. */
  readonly queueBytesMax: number;
}

/** What is to be written of a session; made when its turn comes. */
export interface SessionRecord {
  readonly heldBytes: number;
  readonly saved: () => SavedVisit;
}

interface Job {
  readonly bytes: number;
  readonly write: () => Promise<void>;
}

/** So long events and sessions are gathered, to be written with one call; sooner if there are so many bytes of them. */
const FLUSH_MS = 100;
const FLUSH_CHARACTERS = 256_000;
/** `honeypot.log` becomes `.1` and so on at this length; five are kept. */
const LOG_BYTES_MAX = 20e6;
const LOGS_KEPT = 5;
/** Of sessions that wait, so much goes to the disk with one call: what is made of it at once takes ten times as much. */
const BATCH_BYTES = 64_000;
/** Of all there may be, so much is saved between two looks at the room that is taken. */
const TIDY_SHARE = 64;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #segments: Segments;
  #lines: string[] = [];
  #linesCharacters = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Lines of events and sessions are due, and go before files. */
  #isFlushDue = false;
  readonly #sessions: SessionRecord[] = [];
  #sessionsBytes = 0;
  readonly #jobs: Job[] = [];
  /** Of both. */
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  /** Since the last look; there is one after the first. */
  #savedBytes = Number.POSITIVE_INFINITY;
  /** Events and sessions that could not be written: the disk is full or too slow, or the folder gone. */
  lost = 0;
  written = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#segments = new Segments(join(options.folder, 'sessions'), options.diskBytesMax);
  }

  async open(): Promise<void> {
    const { folder, log } = this.#options;
    await mkdir(join(folder, 'sessions'), { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 });
    await mkdir(join(log, '..'), { recursive: true });
  }

  /** Written within a tenth of a second, many at once. `visit`: the `visitText` of its visit, where it is at hand. */
  event(event: HoneypotEvent, visit?: string): void {
    const line = toEcsLine(event, visit);
    if (this.#linesCharacters + line.length > this.#options.queueBytesMax) {
      this.lost++;
      return;
    }
    this.#lines.push(line);
    this.#linesCharacters += line.length;
    if (this.#linesCharacters > FLUSH_CHARACTERS) this.#flush();
    else this.#flushSoon();
  }

  /** The visit as an asciicast (version 2) and as pcapng. */
  session(record: SessionRecord): void {
    if (!this.#hasRoom(record.heldBytes)) return;
    this.#sessions.push(record);
    this.#sessionsBytes += record.heldBytes;
    if (this.#sessionsBytes > BATCH_BYTES) this.#flush();
    else this.#flushSoon();
  }

  /** SHA-256 in hexadecimal. The file is named by it, has no right to be run, and is kept once. */
  keep(content: Uint8Array): string {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const path = join(this.#options.folder, 'files', sha256);
    if (!this.#hasRoom(content.length)) return sha256;
    const write = async () => {
      await writeFile(path, content, { mode: 0o400, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    };
    this.#jobs.push({ bytes: content.length, write });
    this.#write();
    return sha256;
  }

  /** All that waits is written, and what comes meanwhile. */
  async close(): Promise<void> {
    this.#flush();
    while (this.#writing !== null) {
      await this.#writing;
      this.#flush();
    }
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isFlushDue = this.#lines.length > 0 || this.#sessions.length > 0;
    this.#write();
  }

  /** False: no more may wait, and this is lost. */
  #hasRoom(bytes: number): boolean {
    const hasRoom = this.#waitingBytes + bytes <= this.#options.queueBytesMax;
    if (hasRoom) this.#waitingBytes += bytes;
    else this.lost++;
    return hasRoom;
  }

  #write(): void {
    if (this.#isFlushDue || this.#jobs.length > 0) this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      if (this.#isFlushDue) {
        this.#isFlushDue = false;
        if (this.#lines.length > 0) await this.#writeLines();
        if (this.#sessions.length > 0) await this.#writeSessions();
        // In turns: where sessions come faster than they are written, events and files must not wait for their end.
        if (this.#sessions.length > 0) this.#isFlushDue = true;
      }
      const job = this.#jobs.shift();
      if (job !== undefined) {
        await this.#try(job.write, 1);
        this.#waitingBytes -= job.bytes;
        await this.#saved(job.bytes);
      } else if (!this.#isFlushDue) {
        this.#writing = null;
        return;
      }
    }
  }

  /** As many of those that wait as are written with one call. */
  async #writeSessions(): Promise<void> {
    let count = 0;
    let bytes = 0;
    while (count < this.#sessions.length && bytes < BATCH_BYTES) bytes += this.#sessions[count++]!.heldBytes;
    const batch = this.#sessions.splice(0, count);
    this.#sessionsBytes -= bytes;
    let saved = 0;
    await this.#try(async () => {
      saved = await this.#segments.append(batch.map((record) => record.saved()));
    }, count);
    this.#waitingBytes -= bytes;
    await this.#saved(saved);
  }

  async #saved(bytes: number): Promise<void> {
    this.#savedBytes += bytes;
    if (this.#savedBytes < this.#options.diskBytesMax / TIDY_SHARE) return;
    this.#savedBytes = 0;
    await this.#tidy().catch(() => {}); // The folder is gone, or another tidied it: the next look may be luckier.
  }

  async #writeLines(): Promise<void> {
    const lines = this.#lines;
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
    const { log } = this.#options;
    const text = Buffer.from(`${lines.join('\n')}\n`);
    let end = await sizeOf(log);
    if (end > 0 && end + text.length > LOG_BYTES_MAX) {
      await this.#rotate();
      end = await sizeOf(log);
    }
    try {
      await appendFile(log, text, { mode: 0o600 });
    } catch (error) {
      // Half a line, as a full disk leaves it, would swallow the next one.
      await truncate(log, end).catch(() => {});
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    const { log } = this.#options;
    for (let i = LOGS_KEPT - 1; i >= 0; i--) {
      const from = i === 0 ? log : `${log}.${i}`;
      await rename(from, `${log}.${i + 1}`).catch(() => {}); // There are not yet so many.
    }
  }

  /** Deletes the oldest sessions and files while all together take more room than allowed. */
  async #tidy(): Promise<void> {
    const { folder, diskBytesMax } = this.#options;
    /** The files of a segment go together, its index first: what that names is there. */
    const found = new Map<string, { paths: string[]; bytes: number; time: number }>();
    for (const kind of ['sessions', 'files']) {
      for (const name of await readdir(join(folder, kind))) {
        const path = join(folder, kind, name);
        const { size, mtimeMs } = await stat(path);
        const key = `${kind} ${name.split('.')[0]}`;
        const known = found.get(key) ?? { paths: [], bytes: 0, time: 0 };
        found.set(key, known);
        known.paths[name.endsWith(INDEX) ? 'unshift' : 'push'](path);
        known.bytes += size;
        known.time = Math.max(known.time, mtimeMs);
      }
    }
    const all = [...found.values()].sort((a, b) => a.time - b.time);
    let total = all.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { paths, bytes } of all) {
      if (total <= diskBytesMax) return;
      for (const path of paths) await unlink(path);
      total -= bytes;
    }
  }
}

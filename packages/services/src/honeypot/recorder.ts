// Records visits: events as JSON lines, sessions as asciicasts and packets, files by their hash. Writes are sequential;
// their queue is bounded, and records beyond it are counted as lost.
import { createHash } from 'node:crypto';
import { appendFile, readdir, rename, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import { type HoneypotEvent, toEcsLine } from './event.ts';
import { INDEX, type SavedVisit, Segments, sizeOf } from './segments.ts';

export interface RecorderOptions {
  /** Folder with `sessions/` and `files/`. */
  readonly folder: string;
  /** Path of the event log. */
  readonly log: string;
  readonly diskBytesMax: number;
  /** Bytes of sessions and files waiting for the disk, and as many again of events. */
  readonly queueBytesMax: number;
}

/** A session to write; its content is built when its turn comes. */
export interface SessionRecord {
  readonly heldBytes: number;
  readonly saved: () => SavedVisit;
}

interface Job {
  readonly bytes: number;
  readonly write: () => Promise<void>;
}

/** Longest time, and bytes, for which events and sessions are collected into one write. */
const FLUSH_MS = 100;
const FLUSH_CHARACTERS = 256_000;
/** Length at which `honeypot.log` is rotated to `.1` and so on; five are kept. */
const LOG_BYTES_MAX = 20e6;
const LOGS_KEPT = 5;
/** Bytes of sessions per write; building them takes ten times as much memory. */
const BATCH_BYTES = 64_000;
/** The space used is checked whenever 1/64 of the disk limit has been written. */
const TIDY_SHARE = 64;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #segments: Segments;
  #lines: string[] = [];
  #linesCharacters = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Events and sessions are due, and have priority over files. */
  #isFlushDue = false;
  readonly #sessions: SessionRecord[] = [];
  #sessionsBytes = 0;
  readonly #jobs: Job[] = [];
  /** Bytes of waiting sessions and files. */
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  /** Bytes saved since the last check; the first save always checks. */
  #savedBytes = Number.POSITIVE_INFINITY;
  /** Events and sessions lost because the disk is full or too slow, or the folder is gone. */
  lost = 0;
  written = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#segments = new Segments(join(options.folder, 'sessions'), options.diskBytesMax);
  }

  async open(): Promise<void> {
    const { folder, log } = this.#options;
    makeFolder(join(folder, 'sessions'), 0o700);
    makeFolder(join(folder, 'files'), 0o700);
    makeFolder(join(log, '..'));
  }

  /** Queues an event; events are written in batches every 100 ms. @param visit its `visitText`, if computed already */
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

  /** Queues a session, written as an asciicast (version 2) and as pcapng. */
  session(record: SessionRecord): void {
    if (!this.#hasRoom(record.heldBytes)) return;
    this.#sessions.push(record);
    this.#sessionsBytes += record.heldBytes;
    if (this.#sessionsBytes > BATCH_BYTES) this.#flush();
    else this.#flushSoon();
  }

  /** Keeps a file once, named by its SHA-256 and not executable; returns the hash in hexadecimal. */
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

  /** Writes everything queued, also what is added meanwhile. */
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

  /** Returns false if the queue is full: the record is lost. */
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
        // Alternates, so that events and files are written even if sessions arrive faster than they can be written.
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

  /** Writes as many queued sessions as fit one write. */
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
    await this.#tidy().catch(() => {}); // The folder is gone, or another process deletes there.
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
      // A partial line, as a full disk leaves it, would corrupt the next one.
      await truncate(log, end).catch(() => {});
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    const { log } = this.#options;
    for (let i = LOGS_KEPT - 1; i >= 0; i--) {
      const from = i === 0 ? log : `${log}.${i}`;
      await rename(from, `${log}.${i + 1}`).catch(() => {}); // Fewer rotated files so far.
    }
  }

  /** Deletes the oldest sessions and files while they exceed the disk limit. */
  async #tidy(): Promise<void> {
    const { folder, diskBytesMax } = this.#options;
    /** The files of a segment are deleted together, the index first: it must never refer to missing files. */
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

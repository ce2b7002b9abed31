// The log files in a folder: each opened with its first row, written in blocks, and put aside at intervals if asked to.
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { footerOf, formatRow, headerOf, type LogFormat, stamp } from './format.ts';
import type { LogKind } from './log-kind.ts';

export interface LogFilesOptions {
  readonly folder: string;
  readonly format: LogFormat;
  /** Files are renamed to `conn.2026-11-22-08-00-00.log` after so many seconds; 0, the default: never. */
  readonly rotateSeconds?: number;
  /** What an earlier run left is put aside rather than replaced; default: where files are put aside at all. */
  readonly keepsEarlier?: boolean;
  /** Files put aside longer ago than so many seconds are deleted; 0, the default: none. */
  readonly keepSeconds?: number;
  /** Paths of logs whose files are deleted then, also if this run writes none of them; default: those it writes. */
  readonly paths?: readonly string[];
  /** Told when rows can't be written, as on a full disk, each reason once; then rows are dropped until it works again. */
  readonly onTrouble?: (trouble: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Where rows go. */
export interface RowSink {
  write<Row>(kind: LogKind<Row>, row: Row): void;
}

interface Open {
  readonly kind: LogKind<never>;
  readonly file: number;
  readonly openedMs: number;
  /** What waits to be written, and how many rows it has. */
  text: string;
  rows: number;
  /** Written so far. */
  bytes: number;
}

/** Characters kept before they are written. */
const BLOCK = 1 << 16;
/** A file that was put aside: `conn.2026-11-22-08-00-00.log`, and with a number where that name was taken. */
const PUT_ASIDE = /\.\d{4}(-\d\d){5}(\.\d+)?\.log$/;

export class LogFiles implements RowSink {
  readonly #options: LogFilesOptions;
  readonly #now: () => number;
  readonly #open = new Map<string, Open>();
  /** Rows written, by path; of all files. */
  readonly rows = new Map<string, number>();
  /** Rows that could not be written. */
  dropped = 0;
  #trouble = '';

  /** @throws the system's error if the folder can't be made */
  constructor(options: LogFilesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    mkdirSync(options.folder, { recursive: true });
  }

  write<Row>(kind: LogKind<Row>, row: Row): void {
    const open = this.#open.get(kind.path) ?? this.#begin(kind as LogKind<never>);
    if (open === null) {
      this.dropped++;
      return;
    }
    open.text += formatRow(kind, row, this.#options.format);
    open.rows++;
    if (open.text.length >= BLOCK) this.#put(open);
  }

  /** Writes what is kept, and puts files aside whose time has come; to be called now and then where packets never end. */
  flush(): void {
    const { rotateSeconds = 0 } = this.#options;
    const now = this.#now();
    for (const [path, open] of this.#open) {
      if (rotateSeconds > 0 && now - open.openedMs >= rotateSeconds * 1000) this.#putAside(path, open, now);
      else this.#put(open);
    }
  }

  close(): void {
    const now = this.#now();
    for (const open of this.#open.values()) this.#end(open, now);
    this.#open.clear();
  }

  #begin(kind: LogKind<never>): Open | null {
    const { format, rotateSeconds = 0, keepsEarlier = rotateSeconds > 0 } = this.#options;
    const path = this.#pathOf(kind.path);
    const openedMs = this.#now();
    try {
      if (keepsEarlier) this.#keepEarlier(kind.path, path);
      const open: Open = { kind, file: openSync(path, 'w', 0o640), openedMs, text: '', rows: 0, bytes: 0 };
      open.text = headerOf(kind, format, new Date(openedMs));
      this.#open.set(kind.path, open);
      return open;
    } catch (error) {
      this.#tell(error);
      return null;
    }
  }

  #put(open: Open): void {
    const { text, rows, kind } = open;
    open.text = '';
    open.rows = 0;
    if (text === '') return;
    const bytes = Buffer.from(text);
    let done = 0;
    try {
      while (done < bytes.length)
        done += writeSync(open.file, bytes, done, bytes.length - done, open.bytes + done);
      open.bytes += done;
      this.rows.set(kind.path, (this.rows.get(kind.path) ?? 0) + rows);
      this.#trouble = '';
    } catch (error) {
      this.dropped += rows;
      this.#tell(error);
      if (done > 0) this.#cutBack(open);
      // Later rows still need it.
      if (open.bytes === 0) open.text = headerOf(kind, this.#options.format, new Date(open.openedMs));
    }
  }

  /** The file ends with a whole row, not within the block that could not all be written. */
  #cutBack({ file, bytes }: Open): void {
    try {
      ftruncateSync(file, bytes);
    } catch (error) {
      this.#tell(error);
    }
  }

  #end(open: Open, now: number): void {
    open.text += footerOf(this.#options.format, new Date(now));
    this.#put(open);
    try {
      closeSync(open.file);
    } catch (error) {
      this.#tell(error);
    }
  }

  #putAside(path: string, open: Open, now: number): void {
    this.#end(open, now);
    this.#open.delete(path);
    try {
      renameSync(this.#pathOf(path), this.#freeName(path, open.openedMs));
      this.#deleteOld(path, now);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** What an earlier run left. */
  #keepEarlier(path: string, file: string): void {
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined) renameSync(file, this.#freeName(path, mtimeMs));
  }

  #freeName(path: string, atMs: number): string {
    const base = `${path}.${stamp(new Date(atMs))}`;
    for (let n = 0; ; n++) {
      const name = this.#pathOf(n === 0 ? base : `${base}.${n}`);
      if (statSync(name, { throwIfNoEntry: false }) === undefined) return name;
    }
  }

  #deleteOld(path: string, now: number): void {
    const { folder, keepSeconds = 0, paths = [path] } = this.#options;
    if (keepSeconds === 0) return;
    for (const name of readdirSync(folder)) {
      if (!PUT_ASIDE.test(name) || !paths.includes(name.replace(PUT_ASIDE, ''))) continue;
      const file = join(folder, name);
      const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: now };
      if (now - mtimeMs > keepSeconds * 1000) rmSync(file, { force: true });
    }
  }

  #pathOf(name: string): string {
    return join(this.#options.folder, `${name}.log`);
  }

  #tell(error: unknown): void {
    const { message } = error as Error;
    if (message !== this.#trouble) this.#options.onTrouble?.(message);
    this.#trouble = message;
  }
}

// The log files in a folder: each opened with its first row, written in blocks, and put aside at intervals if asked to.
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join, parse } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import { fileNameOf, footerOf, formatRow, headerOf, type LogFormat, stamp } from './format.ts';
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

/** Between two looks for files to delete. */
const DELETING_MS = 60_000;
/** Characters kept before they are written. */
const BLOCK = 1 << 16;
/** A file that was put aside: `conn.2026-11-22-08-00-00.log`, and with a number where that name was taken. */
const PUT_ASIDE = /\.\d{4}(-\d\d){5}(\.\d+)?(?=\.(log|json)$)/;

export class LogFiles implements RowSink {
  readonly #options: LogFilesOptions;
  readonly #now: () => number;
  /** By name of the file. */
  readonly #open = new Map<string, Open>();
  /** Rows written, by name of the file; of all files. */
  readonly rows = new Map<string, number>();
  /** Rows that could not be written. */
  dropped = 0;
  #trouble = '';
  #deletedMs = Number.NEGATIVE_INFINITY;

  /** @throws the system's error if the folder can't be made */
  constructor(options: LogFilesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    makeFolder(options.folder);
  }

  write<Row>(kind: LogKind<Row>, row: Row): void {
    const { format } = this.#options;
    const text = formatRow(kind, row, format);
    if (text === '') return;
    const name = fileNameOf(kind.path, format);
    const open = this.#open.get(name) ?? this.#begin(name, kind as LogKind<never>);
    if (open === null) {
      this.dropped++;
      return;
    }
    open.text += text;
    open.rows++;
    if (open.text.length >= BLOCK) this.#put(name, open);
  }

  /**
   * Writes what waits, puts files aside whose time has come, and deletes those put aside long ago; to be called now and then where
   * packets never end.
   */
  flush(): void {
    const { rotateSeconds = 0 } = this.#options;
    const now = this.#now();
    for (const [name, open] of this.#open) {
      if (rotateSeconds > 0 && now - open.openedMs >= rotateSeconds * 1000) this.#putAside(name, open, now);
      else this.#put(name, open);
    }
    this.#deleteOld(now);
  }

  close(): void {
    const now = this.#now();
    for (const [name, open] of this.#open) this.#end(name, open, now);
    this.#open.clear();
  }

  #begin(name: string, kind: LogKind<never>): Open | null {
    const { format, rotateSeconds = 0, keepsEarlier = rotateSeconds > 0 } = this.#options;
    const path = join(this.#options.folder, name);
    const openedMs = this.#now();
    try {
      if (keepsEarlier) this.#keepEarlier(name);
      const open: Open = { kind, file: openSync(path, 'w', 0o640), openedMs, text: '', rows: 0, bytes: 0 };
      open.text = headerOf(kind, format, new Date(openedMs));
      this.#open.set(name, open);
      return open;
    } catch (error) {
      this.#report(error);
      return null;
    }
  }

  #put(name: string, open: Open): void {
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
      this.rows.set(name, (this.rows.get(name) ?? 0) + rows);
      this.#trouble = '';
    } catch (error) {
      this.dropped += rows;
      this.#report(error);
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
      this.#report(error);
    }
  }

  #end(name: string, open: Open, now: number): void {
    open.text += footerOf(this.#options.format, new Date(now));
    this.#put(name, open);
    try {
      closeSync(open.file);
    } catch (error) {
      this.#report(error);
    }
  }

  #putAside(name: string, open: Open, now: number): void {
    this.#end(name, open, now);
    this.#open.delete(name);
    try {
      renameSync(join(this.#options.folder, name), this.#freePath(name, open.openedMs));
    } catch (error) {
      this.#report(error);
    }
  }

  /** What an earlier run left. */
  #keepEarlier(name: string): void {
    const path = join(this.#options.folder, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined) renameSync(path, this.#freePath(name, mtimeMs));
  }

  #freePath(name: string, atMs: number): string {
    const { name: base, ext } = parse(name);
    for (let n = 0; ; n++) {
      const number = n === 0 ? '' : `.${n}`;
      const path = join(this.#options.folder, `${base}.${stamp(new Date(atMs))}${number}${ext}`);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) return path;
    }
  }

  /** By the clock, not by what is put aside: traffic may have fallen silent. */
  #deleteOld(now: number): void {
    const { folder, format, keepSeconds = 0, paths } = this.#options;
    if (keepSeconds === 0 || now - this.#deletedMs < DELETING_MS) return;
    this.#deletedMs = now;
    const ours = paths?.map((path) => fileNameOf(path, format)) ?? [...this.rows.keys()];
    try {
      for (const each of readdirSync(folder)) {
        if (!PUT_ASIDE.test(each) || !ours.includes(each.replace(PUT_ASIDE, ''))) continue;
        const file = join(folder, each);
        const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: now };
        if (now - mtimeMs > keepSeconds * 1000) rmSync(file, { force: true });
      }
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    const { message } = error as Error;
    if (message !== this.#trouble) this.#options.onTrouble?.(message);
    this.#trouble = message;
  }
}

// A log file of bounded size: <name>.log, and older lines in .1, .2 …
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '@eyrie/capture';

export interface LogFileOptions {
  /** Length that the file does not exceed, unless by a single longer line. */
  readonly bytesMax: number;
  /** Older files kept. */
  readonly filesMax: number;
  /** Of a folder that has to be made. Default: as the user's umask has it. */
  readonly folderMode?: number;
}

/** Shares of `bytesMax` after which the file is checked again: another process may have written to it, or moved it. */
const CHECKS = 16;

/**
 * Writes at once, without a buffer: services log little, and the last line before a crash matters most. If several
 * processes write to one file, each adds at most a sixteenth of `bytesMax` beyond it.
 */
export class LogFile {
  readonly #path: string;
  readonly #options: LogFileOptions;
  #file: number;
  /** Length of the file: as it was found, and what this process added. */
  #bytes = 0;
  #uncheckedBytes = 0;

  /** @throws the system's error if the folder or the file cannot be made */
  constructor(path: string, options: LogFileOptions) {
    makeFolder(dirname(path), options.folderMode);
    this.#path = path;
    this.#options = options;
    this.#file = this.#open('a');
  }

  /** @param line with its line feed. A full disk must not end the service: stderr has the same line. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (this.#uncheckedBytes > this.#options.bytesMax / CHECKS) this.#check();
      if (!this.#fits(bytes.length)) {
        // Another process may have rotated it just now.
        this.#check();
        if (!this.#fits(bytes.length)) this.#rotate();
      }
      for (let at = 0; at < bytes.length; ) {
        const written = writeSync(this.#file, bytes, at);
        at += written;
        this.#bytes += written;
        this.#uncheckedBytes += written;
      }
    } catch {
      // The next line is tried again.
    }
  }

  /** A line longer than the file may be has a file of its own. */
  #fits(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#options.bytesMax;
  }

  #open(flags: 'a' | 'w'): number {
    // Only the owner may read it: it may contain filters, addresses and a generated token.
    const file = openSync(this.#path, flags, 0o600);
    this.#bytes = fstatSync(file).size;
    this.#uncheckedBytes = 0;
    return file;
  }

  #reopen(flags: 'a' | 'w'): void {
    const former = this.#file;
    this.#file = this.#open(flags);
    closeSync(former);
  }

  #check(): void {
    const [now, own] = [statSync(this.#path, { throwIfNoEntry: false }), fstatSync(this.#file)];
    if (now === undefined || now.ino !== own.ino || now.dev !== own.dev) this.#reopen('a');
    this.#bytes = fstatSync(this.#file).size;
    this.#uncheckedBytes = 0;
  }

  #rotate(): void {
    for (let i = this.#options.filesMax - 1; i >= 1; i--)
      move(`${this.#path}.${i}`, `${this.#path}.${i + 1}`);
    // If it cannot be moved, its lines are lost rather than the disk filled.
    this.#reopen(move(this.#path, `${this.#path}.1`) ? 'a' : 'w');
  }
}

function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

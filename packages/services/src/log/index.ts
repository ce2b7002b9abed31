// Logging: a text line on stderr for people, and a JSON line in logs/<service>.log for programs.
import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@eyrie/capture';
import pino from 'pino';
import { type MeshNow, meshTimeOf, noMesh } from '../mesh-time/index.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, facts?: object): void;
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
  /** Writes buffered lines. */
  flush(): void;
}

export interface LogOptions {
  readonly service: string;
  /** Folder of `<service>.log`; null: no file. */
  readonly folder: string | null;
  /** Lowest level shown on stderr; the file has all levels. */
  readonly level?: Level;
  /** Length at which the file is rotated to .1, .1 to .2 …. Default 10 MB. */
  readonly fileBytesMax?: number;
  /** Rotated files kept. Default 5. */
  readonly filesMax?: number;
  /** Writes lines for people; default stderr. */
  readonly screen?: ((line: string) => void) | null;
  /** Adds mesh time to the lines of the file, where known. */
  readonly meshNow?: MeshNow;
}

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];
const FILE_BYTES_MAX = 10e6;
const FILES_MAX = 5;
/** Lines between two checks of the file's length. */
const LOOK_LINES = 200;

/** @throws the system's error if the folder cannot be created */
export function openLog(options: LogOptions): Log {
  const { service, level = 'info', screen = toStderr } = options;
  const file = options.folder === null ? null : new LogFile(options.folder, options);
  const say = (at: Level, message: string, facts: object = {}): void => {
    file?.write(at, facts, message);
    if (screen !== null && LEVELS.indexOf(at) >= LEVELS.indexOf(level))
      screen(`${time()} ${service.padEnd(9)} ${at === 'info' ? '' : `${at}: `}${message}`);
  };
  return {
    debug: (message, facts) => say('debug', message, facts),
    info: (message, facts) => say('info', message, facts),
    warn: (message, facts) => say('warn', message, facts),
    error: (message, facts) => say('error', message, facts),
    flush: () => file?.flush(),
  };
}

/** A log that writes nothing: for tests and examples. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, flush() {} };

class LogFile {
  readonly #path: string;
  readonly #bytesMax: number;
  readonly #filesMax: number;
  readonly #service: string;
  readonly #meshNow: MeshNow;
  #sink: pino.DestinationStream & { flushSync(): void; end(): void };
  #logger: pino.Logger;
  #lines = 0;

  constructor(folder: string, { service, fileBytesMax, filesMax, meshNow }: LogOptions) {
    makeFolder(folder);
    this.#path = join(folder, `${service}.log`);
    this.#service = service;
    this.#meshNow = meshNow ?? noMesh;
    this.#bytesMax = fileBytesMax ?? FILE_BYTES_MAX;
    this.#filesMax = filesMax ?? FILES_MAX;
    this.#rotateIfLong();
    [this.#sink, this.#logger] = this.#open();
  }

  write(level: Level, facts: object, message: string): void {
    if (++this.#lines % LOOK_LINES === 0 && this.#rotateIfLong()) {
      this.#sink.end();
      [this.#sink, this.#logger] = this.#open();
    }
    this.#logger[level](facts, message);
  }

  flush(): void {
    this.#sink.flushSync();
  }

  #open(): [ReturnType<typeof pino.destination>, pino.Logger] {
    // Synchronous: services log little, and the last line before a crash matters most.
    // Only the owner may read it: it may contain filters, addresses and a generated token.
    const sink = pino.destination({ dest: this.#path, append: true, sync: true, mode: 0o600 });
    // A full disk must not end the service; stderr has the same line.
    sink.on('error', () => {});
    const options: pino.LoggerOptions = {
      base: { service: this.#service, pid: process.pid },
      level: 'debug',
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const stamp = this.#meshNow();
        return stamp === null ? {} : { mesh_time: meshTimeOf(stamp) };
      },
      formatters: { level: (label) => ({ level: label }) },
    };
    return [sink, pino(options, sink)];
  }

  #rotateIfLong(): boolean {
    try {
      if (statSync(this.#path).size < this.#bytesMax) return false;
      for (let i = this.#filesMax - 1; i >= 1; i--) move(`${this.#path}.${i}`, `${this.#path}.${i + 1}`);
      move(this.#path, `${this.#path}.1`);
      return true;
    } catch {
      return false;
    }
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // No such older file yet.
  }
}

function time(): string {
  return new Date().toISOString().slice(11, 19);
}

/** Escapes control characters: messages quote untrusted input, which must not steer a terminal or forge a line. */
function toStderr(line: string): void {
  process.stderr.write(`${line.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}\n`);
}

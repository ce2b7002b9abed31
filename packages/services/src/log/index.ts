// Logging: a text line on stderr for people, and a JSON line in logs/<service>.log for programs.
import { join } from 'node:path';
import pino from 'pino';
import { LogFile } from '../log-file/index.ts';
import { type MeshNow, meshTimeOf, noMesh } from '../mesh-time/index.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, facts?: object): void;
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}

/** A log whose lines on the screen can become more or fewer. */
export interface OpenLog extends Log {
  setLevel(level: Level): void;
}

export interface LogOptions {
  readonly service: string;
  /** Folder of `<service>.log`; null: no file. */
  readonly folder: string | null;
  /** Lowest level shown on stderr; the file has all levels. */
  readonly level?: Level;
  /** Length beyond which the file would grow with the next line, when it is rotated to .1, .1 to .2 …. Default 10 MB. */
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

/** @throws the system's error if the folder cannot be created */
export function openLog(options: LogOptions): OpenLog {
  const { service, screen = toStderr } = options;
  let { level = 'info' } = options;
  const file = options.folder === null ? null : jsonLines(options.folder, options);
  const write = (at: Level, message: string, facts: object = {}): void => {
    file?.[at](facts, message);
    if (screen !== null && LEVELS.indexOf(at) >= LEVELS.indexOf(level))
      screen(`${time()} ${service.padEnd(9)} ${at === 'info' ? '' : `${at}: `}${message}`);
  };
  return {
    debug: (message, facts) => write('debug', message, facts),
    info: (message, facts) => write('info', message, facts),
    warn: (message, facts) => write('warn', message, facts),
    error: (message, facts) => write('error', message, facts),
    setLevel: (to) => {
      level = to;
    },
  };
}

/** A log that writes nothing: for tests and examples. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** JSON lines with the time, the level, the process, and mesh time where it is known. */
function jsonLines(folder: string, options: LogOptions): pino.Logger {
  const { service, fileBytesMax = FILE_BYTES_MAX, filesMax = FILES_MAX, meshNow = noMesh } = options;
  const file = new LogFile(join(folder, `${service}.log`), { bytesMax: fileBytesMax, filesMax });
  return pino(
    {
      base: { service, pid: process.pid },
      level: 'debug',
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const stamp = meshNow();
        return stamp === null ? {} : { mesh_time: meshTimeOf(stamp) };
      },
      formatters: { level: (label) => ({ level: label }) },
    },
    file,
  );
}

function time(): string {
  return new Date().toISOString().slice(11, 19);
}

/** Escapes control characters: messages quote untrusted input, which must not steer a terminal or forge a line. */
function toStderr(line: string): void {
  process.stderr.write(`${line.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}\n`);
}

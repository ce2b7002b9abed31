// `eyrie logs FILE`: Zeek's log files from a capture, in one reading.
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { KeyLogFile, makeFolder } from '@eyrie/capture';
import type { Packet, Session } from '@eyrie/dissect';
import { Rules } from '@eyrie/services/detect';
import {
  fileNameOf,
  LOG_FORMATS,
  LogFiles,
  type LogFormat,
  logPaths,
  writeNotices,
  ZeekLogs,
} from '@eyrie/services/zeek';
import { FAILED, UserError } from '../errors.ts';
import { readingOf } from '../read/command.ts';
import { run } from '../read/run.ts';
import type { Statistic } from '../statistics/index.ts';
import { Output } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { counted, durationText, grouped } from '../terminal/units.ts';

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;

export interface LogsOptions {
  readonly output: string;
  readonly format: string;
  readonly rules?: boolean;
  readonly force?: boolean;
  readonly readFilter?: string;
  readonly count?: string;
  readonly keylog?: string;
  readonly json?: boolean;
}

/** Resolves to the exit status. @throws UserError */
export async function writeLogs(path: string, options: LogsOptions): Promise<number> {
  const { output: folder, readFilter, count, keylog, json = false, rules = false, force = false } = options;
  const format = formatOf(options.format);
  const reading = readingOf(path, {
    ...(readFilter !== undefined && { readFilter }),
    ...(count !== undefined && { count }),
  });
  const keyLogs = keylog === undefined ? [] : secretsIn(keylog);
  let trouble: string | null = null;
  const isNew = !existsSync(folder);
  const files = openFiles(folder, format, force, (message) => {
    trouble ??= message;
  });
  const logs = new LogsOfPackets(files, rules, seedOf(path));
  const started = performance.now();
  const result = await run({
    ...reading,
    keyLogs,
    path,
    printers: async () => [],
    statistics: [logs],
    out: new Output(),
    progress: process.stderr.isTTY === true ? new Progress(process.stderr) : null,
  }).catch((error) => {
    // Such as a capture that is not there. Logs that were begun stay.
    if (isNew && readdirSync(folder).length === 0) rmdirSync(folder);
    throw error;
  });
  logs.end();
  files.close();
  if (force) removeOthers(folder, format, files);
  const rows = [...files.rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const seconds = (performance.now() - started) / 1000;
  if (json) {
    const summary = { folder, format, packets: result.frameCount, seconds, rows: Object.fromEntries(rows) };
    console.log(JSON.stringify(summary, null, 2));
  } else {
    for (const [name, count] of rows) console.log(`${join(folder, name)}: ${counted(count, 'row')}`);
    console.log(`${grouped(result.frameCount)} packets read in ${durationText(seconds)}`);
  }
  if (trouble !== null)
    throw new UserError(
      `${grouped(files.dropped)} rows could not be written: ${inWords(trouble, folder)}`,
      FAILED,
    );
  if (result.problem !== null) throw new UserError(result.problem, FAILED);
  return result.isInterrupted ? INTERRUPTED : 0;
}

/** @throws UserError */
function secretsIn(path: string): string[] {
  try {
    return new KeyLogFile(path).blocks.map(({ data }) => Buffer.from(data).toString('latin1'));
  } catch (error) {
    throw new UserError(`--keylog ${(error as Error).message}`);
  }
}

/** @throws UserError */
function formatOf(text: string): LogFormat {
  const found = LOG_FORMATS.find((format) => format === text);
  if (found === undefined) throw new UserError(`--format ${text}: must be tsv, json or eve`);
  return found;
}

/** @throws UserError where it can't be written, or would replace something unasked */
function openFiles(
  folder: string,
  format: LogFormat,
  mayReplace: boolean,
  onTrouble: (message: string) => void,
): LogFiles {
  const there = namesIn(format)
    .map((name) => join(folder, name))
    .find((file) => existsSync(file));
  if (there !== undefined && !mayReplace)
    throw new UserError(`${there} is there already; --force replaces it, -w names another folder`, FAILED);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return new LogFiles({ folder, format, onTrouble });
  } catch (error) {
    throw new UserError(`-w ${folder}: no files can be written there: ${(error as Error).message}`, FAILED);
  }
}

/** The message of a system error, as Node words it. */
function inWords(message: string, folder: string): string {
  return /^(ENOSPC|EDQUOT)\b/.test(message) ? `the disk of ${folder} is full; free some space` : message;
}

/** What an earlier run left, for all logs of a folder are of one capture; what others call by such a name stays. */
function removeOthers(folder: string, format: LogFormat, { rows }: LogFiles): void {
  for (const name of namesIn(format)) {
    const file = join(folder, name);
    if (!rows.has(name) && existsSync(file) && isLog(file)) rmSync(file);
  }
}

/** What files of that format may be called. */
function namesIn(format: LogFormat): string[] {
  return [...new Set(logPaths.map((path) => fileNameOf(path, format)))];
}

/** Whether it begins as such a file does. */
function isLog(file: string): boolean {
  const head = Buffer.alloc(16);
  const opened = openSync(file, 'r');
  readSync(opened, head, 0, head.length, 0);
  closeSync(opened);
  return /^(#separator|\{"ts":|\{"timestamp":)/.test(head.toString('latin1'));
}

/** By name, size and time of a file, so that reading it again gives the same ids; null, for random ones, of a pipe. */
function seedOf(path: string): Uint32Array | null {
  const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  if (size === undefined || size === 0) return null;
  const digest = createHash('sha256')
    .update(`${basename(path)} ${size} ${mtimeMs}`)
    .digest();
  return new Uint32Array(digest.buffer.slice(digest.byteOffset, digest.byteOffset + 16));
}

class LogsOfPackets implements Statistic {
  readonly seesLayersOnly = true;
  readonly #files: LogFiles;
  readonly #withRules: boolean;
  readonly #seed: Uint32Array | null;
  #logs: ZeekLogs | null = null;
  #rules: Rules | null = null;

  constructor(files: LogFiles, withRules: boolean, seed: Uint32Array | null) {
    this.#files = files;
    this.#withRules = withRules;
    this.#seed = seed;
  }

  begin(session: Session): void {
    this.#logs = new ZeekLogs(session, this.#files, this.#seed === null ? {} : { seed: this.#seed });
    this.#rules = this.#withRules ? new Rules(session) : null;
  }

  see(p: Packet): void {
    this.#logs!.add(p);
    this.#rules?.add(p);
  }

  end(): void {
    this.#logs?.end();
    this.#rules?.end();
    writeNotices(this.#files, this.#rules?.take() ?? []);
  }

  print(): void {}

  data(): unknown {
    return null;
  }
}

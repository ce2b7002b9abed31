/**
 * One side of a comparison: a child process that prints a row a packet, read as rows while it runs.
 * A row ends at the line end after its last column, so a value that holds a line end stays whole.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { errorLine } from '../error-line.ts';

/** US, the ASCII unit separator: no dissector prints it inside a value. */
export const SEPARATOR = '\x1f';

/** Lines that one row may be spread over before it is taken as it stands. */
const ROW_LINES_MAX = 64;

const STDERR_CHARS_MAX = 4096;

/** How a side came to its end. */
export interface Ending {
  /** Exit status; null when a signal ended it or it could not be started. */
  readonly exit: number | null;
  readonly hung: boolean;
  /** The most informative line of its stderr; '' if that is empty. */
  readonly message: string;
  readonly seconds: number;
}

/** Cuts text into rows of `columns` columns. */
export class RowSplitter {
  readonly #columns: number;
  #rest = '';
  #pending = '';
  #pendingLines = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  push(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const rows: string[] = [];
    for (const line of lines) this.#take(line, rows);
    return rows;
  }

  /** What is left when the output ends, also without a last line end. */
  finish(): string[] {
    const rows: string[] = [];
    if (this.#rest !== '') this.#take(this.#rest, rows);
    if (this.#pendingLines > 0) rows.push(this.#pending);
    this.#rest = '';
    this.#pendingLines = 0;
    return rows;
  }

  #take(line: string, rows: string[]): void {
    const separators = this.#columns - 1;
    if (this.#pendingLines > 0) {
      const joined = `${this.#pending}\n${line}`;
      const count = countSeparators(joined);
      if (count === separators) {
        rows.push(joined);
        this.#pendingLines = 0;
        return;
      }
      if (count < separators && this.#pendingLines < ROW_LINES_MAX) {
        this.#pending = joined;
        this.#pendingLines += 1;
        return;
      }
      rows.push(this.#pending);
      this.#pendingLines = 0;
    }
    if (countSeparators(line) >= separators) {
      rows.push(line);
    } else {
      this.#pending = line;
      this.#pendingLines = 1;
    }
  }
}

function countSeparators(line: string): number {
  let count = 0;
  for (let at = line.indexOf(SEPARATOR); at !== -1; at = line.indexOf(SEPARATOR, at + 1)) count += 1;
  return count;
}

const running = new Set<SideRun>();

/** Ends every side that still runs. */
export function stopAll(): void {
  for (const run of running) run.stop();
}

export interface SideOptions {
  /** The command and all its arguments. */
  readonly command: readonly string[];
  readonly columns: number;
  /** Longest silence, while we wait for rows, before the side counts as hung. */
  readonly timeoutSeconds: number;
  readonly environment: NodeJS.ProcessEnv;
}

export class SideRun {
  readonly #child: ChildProcess;
  readonly #chunks: AsyncIterator<string>;
  readonly #splitter: RowSplitter;
  readonly #timeoutMs: number;
  readonly #startedAt = performance.now();
  readonly #exited: Promise<number | null>;
  #stderr = '';
  #hung = false;
  #failure = '';

  constructor(options: SideOptions) {
    const [program, ...rest] = options.command;
    // Its own process group, so that ending a wrapper (npx, sh) ends what it started.
    this.#child = spawn(program ?? '', rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.environment,
      detached: true,
    });
    this.#splitter = new RowSplitter(options.columns);
    this.#timeoutMs = options.timeoutSeconds * 1000;
    running.add(this);
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = error.message;
        resolve(null);
      });
      this.#child.once('close', (status) => resolve(status));
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX);
    });
    const output = this.#child.stdout?.setEncoding('utf8');
    this.#chunks = (output as AsyncIterable<string>)[Symbol.asyncIterator]();
  }

  /** The next rows, or null after the last; a side silent for too long is ended. */
  async next(): Promise<string[] | null> {
    if (this.#hung) return null;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silence'>((resolve) => {
      timer = setTimeout(() => resolve('silence'), this.#timeoutMs);
    });
    const read = this.#chunks.next().catch(() => ({ done: true, value: '' }) as const);
    const chunk = await Promise.race([read, silence]);
    clearTimeout(timer);
    if (chunk === 'silence') {
      this.#hung = true;
      this.stop();
      return null;
    }
    if (!chunk.done) return this.#splitter.push(chunk.value);
    const rows = this.#splitter.finish();
    return rows.length > 0 ? rows : null;
  }

  /** Its stderr (the last few KB). */
  get stderr(): string {
    return this.#stderr;
  }

  async ending(): Promise<Ending> {
    const exit = await this.#exited;
    running.delete(this);
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return { exit, hung: this.#hung, message: this.#failure || errorLine(this.#stderr), seconds };
  }

  /** Ends the side at once, and drops its unread output. */
  stop(): void {
    const { pid, stdout } = this.#child;
    stdout?.destroy();
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}

/**
 * Reads a capture with both sides in parallel and matches rows by frame number as they arrive, so that neither output is
 * held in memory.
 */
import type { Causes } from './causes.ts';
import type { ComparedField } from './fields.ts';
import { type Ending, SEPARATOR, SideRun } from './rows.ts';
import { countLone, countPair, FileTally } from './tally.ts';

/** Rows that our side may print after tshark's end before it is stopped. */
const SURPLUS_ROWS_MAX = 100_000;

export interface SideCommand {
  /** Program and arguments; `{}` is replaced by the file, which is appended otherwise. */
  readonly words: readonly string[];
  /** The fields this side supports; other columns stay empty. */
  readonly known: ReadonlySet<string>;
}

export interface PairOptions {
  readonly theirs: SideCommand;
  readonly ours: SideCommand;
  readonly fields: readonly ComparedField[];
  readonly timeoutSeconds: number;
  readonly environment: NodeJS.ProcessEnv;
}

export interface FileResult {
  readonly file: string;
  readonly tally: FileTally;
  readonly theirs: Ending;
  readonly ours: Ending;
  /** Why the file is not counted; null if it is. */
  readonly leftOut: string | null;
}

/** The command line that prints `fields` of `file`. */
export function sideCommand(side: SideCommand, file: string, fields: readonly string[]): string[] {
  const words = side.words.includes('{}')
    ? side.words.map((word) => (word === '{}' ? file : word))
    : [...side.words, file];
  const asked = fields.filter((field) => side.known.has(field));
  return [
    ...words,
    '-T',
    'fields',
    ...asked.flatMap((field) => ['-e', field]),
    '-E',
    `separator=${SEPARATOR}`,
    '-E',
    'occurrence=a',
  ];
}

/** Expands a row of the supported columns to all columns. */
function widener(fields: readonly ComparedField[], known: ReadonlySet<string>): (row: string) => string {
  if (fields.every((field) => known.has(field.name))) return (row) => row;
  return (row) => {
    const values = row.split(SEPARATOR);
    let next = 0;
    return fields.map((field) => (known.has(field.name) ? (values[next++] ?? '') : '')).join(SEPARATOR);
  };
}

class Cursor {
  readonly run: SideRun;
  readonly #widen: (row: string) => string;
  #rows: string[] = [];
  #at = 0;
  #frame = 0;
  #row: string | null = null;
  count = 0;

  constructor(run: SideRun, widen: (row: string) => string) {
    this.run = run;
    this.#widen = widen;
  }

  /** The current row; null after the last. */
  get row(): string | null {
    return this.#row;
  }

  /** Its frame number; if it does not begin with one, the previous number plus one. */
  get frame(): number {
    return this.#frame;
  }

  /** True if `advance` need not wait, which keeps promises out of the hot loop. */
  get ready(): boolean {
    return this.#at < this.#rows.length;
  }

  step(): void {
    const row = this.#widen(this.#rows[this.#at] as string);
    this.#at += 1;
    this.count += 1;
    const number = Number.parseInt(row, 10);
    this.#frame = Number.isNaN(number) ? this.#frame + 1 : number;
    this.#row = row;
  }

  async advance(): Promise<void> {
    while (!this.ready) {
      const rows = await this.run.next();
      if (rows === null) {
        this.#row = null;
        this.#frame = Number.POSITIVE_INFINITY;
        return;
      }
      this.#rows = rows;
      this.#at = 0;
    }
    this.step();
  }
}

/** Reads a file with both sides and counts agreements. */
export async function comparePair(file: string, options: PairOptions, causes: Causes): Promise<FileResult> {
  const { fields } = options;
  const names = fields.map((field) => field.name);
  const start = (side: SideCommand): Cursor => {
    const columns = names.filter((name) => side.known.has(name)).length;
    const run = new SideRun({
      command: sideCommand(side, file, names),
      columns,
      timeoutSeconds: options.timeoutSeconds,
      environment: options.environment,
    });
    return new Cursor(run, widener(fields, side.known));
  };
  const theirs = start(options.theirs);
  const ours = start(options.ours);
  const tally = new FileTally(file, fields.length);

  await Promise.all([theirs.advance(), ours.advance()]);
  const theyReadIt = theirs.row !== null;
  while (theirs.row !== null || ours.row !== null) {
    const order = theirs.frame - ours.frame;
    if (theyReadIt) {
      if (order === 0) countPair(tally, fields, theirs.row ?? '', ours.row ?? '', causes);
      else if (order < 0) countLone(tally, theirs.row ?? '', 'theirs', causes);
      else countLone(tally, ours.row ?? '', 'ours', causes);
    }
    if (order <= 0) theirs.ready ? theirs.step() : await theirs.advance();
    if (order >= 0) ours.ready ? ours.step() : await ours.advance();
    if (theirs.row === null && ours.count > theirs.count + SURPLUS_ROWS_MAX) {
      ours.run.stop();
      break;
    }
  }
  const [theirEnding, ourEnding] = await Promise.all([theirs.run.ending(), ours.run.ending()]);
  const leftOut = theyReadIt ? null : whyLeftOut(theirEnding, ours.count);
  return { file, tally, theirs: theirEnding, ours: ourEnding, leftOut };
}

function whyLeftOut(theirs: Ending, ourPackets: number): string {
  const theirWord = theirs.hung
    ? 'tshark hung'
    : theirs.exit === 0
      ? 'no packets for tshark'
      : `tshark can't read it (${theirs.message || `exit status ${theirs.exit}`})`;
  return `${theirWord}; ours: ${ourPackets} packets`;
}

// `eyrie read`: what the flags ask for becomes a plan of printers, statistics and a filter.
import type { CaptureReader, Field } from '@eyrie/dissect';
import { fieldNamed, nearestNames } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { type Statistic, statistic } from '../statistics/index.ts';
import { useColours } from '../terminal/colours.ts';
import { Output } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { ColouredLinesPrinter } from './coloured-lines.ts';
import { FieldsPrinter, parseFieldsFormat } from './fields.ts';
import { filterOf } from './filter.ts';
import { EkPrinter, JsonPrinter } from './json.ts';
import { LinesPrinter, TabsPrinter } from './lines.ts';
import { decodeAs, preferences } from './preferences.ts';
import type { Printer } from './printer.ts';
import { type ReadPlan, run } from './run.ts';
import { TextPrinter } from './text.ts';
import { CapturePrinter } from './write.ts';

export interface ReadOptions {
  readonly displayFilter?: string;
  /** Default: fields where fields are named, else text. */
  readonly type?: string;
  readonly field?: readonly string[];
  readonly fieldsOption?: readonly string[];
  readonly statistics?: readonly string[];
  readonly quiet?: boolean;
  readonly count?: string;
  readonly tree?: boolean;
  readonly bytes?: boolean;
  readonly write?: string;
  readonly force?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly option?: readonly string[];
  readonly decodeAs?: readonly string[];
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;

/** What the flags say of how a file is read. @throws UserError */
export function readingOf(options: ReadOptions): Pick<ReadPlan, 'filter' | 'countMax' | 'preferences'> {
  decodeAs(options.decodeAs ?? []);
  return {
    filter: options.displayFilter === undefined ? null : filterOf('-Y', options.displayFilter),
    countMax: count(options.count),
    preferences: preferences(options.option ?? []),
  };
}

/** Resolves to the exit status. @throws UserError */
export async function read(path: string, options: ReadOptions): Promise<number> {
  const out = new Output();
  const reading = readingOf(options);
  const names = options.statistics ?? [];
  const statistics = names.map(statistic);
  const asJson = options.json === true && statistics.length > 0;
  // tshark prints no packets where it writes them, unless told to.
  const isQuiet = asJson || options.quiet === true || (options.write !== undefined && options.print !== true);
  if (isQuiet && !asJson && statistics.length === 1) statistics[0]!.streamTo?.(out);
  const packets = isQuiet ? [] : [packetPrinter(out, options)];
  const result = await run({
    ...reading,
    path,
    printers: async (reader) => [...(await writers(reader, options)), ...packets],
    statistics,
    out,
    progress: hasProgress(isQuiet) ? new Progress(process.stderr) : null,
  });
  if (asJson) out.text(`${statisticsJson(names, statistics)}\n`);
  // The last one asked for comes first, as in tshark.
  else for (const each of statistics.toReversed()) each.print(out);
  out.flush();
  if (result.problem !== null) throw new UserError(result.problem, FAILED);
  return result.isInterrupted ? INTERRUPTED : 0;
}

function statisticsJson(names: readonly string[], statistics: readonly Statistic[]): string {
  return JSON.stringify(Object.fromEntries(statistics.map((each, i) => [names[i]!, each.data()])), null, 2);
}

function hasProgress(isQuiet: boolean): boolean {
  return process.stderr.isTTY === true && (isQuiet || process.stdout.isTTY !== true);
}

function count(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`-c ${text}: say how many packets to read, 1 or more`);
}

async function writers(reader: CaptureReader, options: ReadOptions): Promise<Printer[]> {
  if (options.write === undefined) return [];
  return [await CapturePrinter.open(options.write, reader, options.force === true)];
}

function packetPrinter(out: Output, options: ReadOptions): Printer {
  const fields = fieldsNamed(options.field ?? []);
  const type = options.json === true ? 'json' : (options.type ?? (fields.length > 0 ? 'fields' : 'text'));
  switch (type) {
    case 'fields':
      if (fields.length === 0) throw new UserError('-T fields needs at least one -e FIELD, e.g. -e ip.src');
      return new FieldsPrinter(out, fields, parseFieldsFormat(options.fieldsOption ?? []));
    case 'json':
    case 'jsonraw':
      return new JsonPrinter(out, type, fields);
    case 'ek':
      return new EkPrinter(out, fields);
    case 'tabs':
      return new TabsPrinter(out);
    case 'text':
      if (options.tree || options.bytes) {
        return new TextPrinter(out, {
          // As in tshark: the line of the packet only where -P asks for it.
          summary: options.print === true,
          tree: options.tree === true,
          bytes: options.bytes === true,
        });
      }
      return useColours(options.color) ? new ColouredLinesPrinter(out) : new LinesPrinter(out, null);
    default:
      throw new UserError(`-T ${type} is not known; use text, tabs, fields, json, jsonraw or ek`);
  }
}

/** All names that are none are told at once. */
function fieldsNamed(names: readonly string[]): Field[] {
  const found = names.map((name) => fieldNamed(name));
  const wrong = names.filter((_, i) => found[i] === undefined);
  if (wrong.length === 0) return found as Field[];
  const hints = wrong.map((name) => {
    const near = nearestNames(name);
    return near.length > 0 ? `${name} (did you mean ${near.join(', ')}?)` : name;
  });
  throw new UserError(`-e: no such field: ${hints.join('; ')}; eyrie fields lists all`);
}

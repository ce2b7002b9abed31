// `eyrie read`: turns the flags into a plan of printers, statistics and a filter.
import { isatty } from 'node:tty';
import type { OutputOptions } from '@eyrie/capture';
import { type CaptureReader, nearestOf, TIME_FORMATS, type TimeFormat } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import { type Statistic, statistic } from '../statistics/index.ts';
import { Output } from '../terminal/output.ts';
import { Progress } from '../terminal/progress.ts';
import { type DescriptionFlags, descriptions } from './descriptions.ts';
import { filterOf } from './filter.ts';
import { type LivePlan, type LiveReadOptions, livePlan } from './live.ts';
import { checkNameLetters, Names } from './names.ts';
import { ObjectsPrinter } from './objects.ts';
import { decodeAs, enableProtocols, keyLogs, type ProtocolFlags, preferences } from './preferences.ts';
import type { Printer } from './printer.ts';
import { packetPrinter } from './printers.ts';
import { RingPrinter } from './ring.ts';
import { type ReadPlan, type ReadResult, run } from './run.ts';
import { runShare, runTogether, shareOfThisProcess } from './together.ts';
import { runTwice } from './twice.ts';
import { CapturePrinter, FILE_TYPES, type FileType, outputOptions } from './write.ts';

export interface ReadOptions extends LiveReadOptions, DescriptionFlags, ProtocolFlags {
  readonly displayFilter?: string;
  readonly readFilter?: string;
  /** Default: fields where fields are named, else text. */
  readonly type?: string;
  readonly field?: readonly string[];
  readonly fieldsOption?: readonly string[];
  readonly statistics?: readonly string[];
  readonly quiet?: boolean;
  readonly count?: string;
  readonly tree?: boolean;
  readonly bytes?: boolean;
  readonly hexdump?: readonly string[];
  /** Protocols of -O, separated by commas. */
  readonly details?: string;
  /** -t */
  readonly time?: string;
  readonly exportObjects?: readonly string[];
  readonly force?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
  /** False after --no-duplicate-keys. */
  readonly duplicateKeys?: boolean;
  /** -j and -J: names, with spaces between them */
  readonly protocols?: string;
  readonly protocolsWhole?: string;
  /** -S */
  readonly separator?: string;
  /** -u */
  readonly seconds?: string;
  readonly color?: boolean;
  readonly option?: readonly string[];
  readonly decodeAs?: readonly string[];
  readonly processes?: string;
  /** Letters of -N; none after -n. */
  readonly resolve?: string;
  /** -2 */
  readonly '2'?: boolean;
}

/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;

/** What the flags say of how a file is read. @throws UserError */
export function readingOf(
  path: string,
  options: ReadOptions,
): Pick<
  ReadPlan,
  'live' | 'filter' | 'readFilter' | 'countMax' | 'preferences' | 'keyLogs' | 'timeFormat' | 'isHms'
> {
  decodeAs(options.decodeAs ?? []);
  enableProtocols(options);
  checkNameLetters(options.resolve ?? '');
  const { displayFilter, readFilter } = options;
  const live = livePlan(path, options);
  return {
    live,
    filter: displayFilter === undefined ? null : filterOf('-Y', displayFilter),
    readFilter: readFilter === undefined ? null : filterOf('-R', readFilter),
    countMax: Math.min(count(options.count), live?.packetsMax ?? Number.POSITIVE_INFINITY),
    preferences: preferences(options.option ?? []),
    keyLogs: keyLogs(options.option ?? []),
    timeFormat: timeFormat(options.time ?? 'r'),
    isHms: isHms(options.seconds),
  };
}

function timeFormat(text: string): TimeFormat {
  if (Object.hasOwn(TIME_FORMATS, text)) return text as TimeFormat;
  const known = Object.entries(TIME_FORMATS).map(([name, about]) => `${name} (${about})`);
  throw new UserError(`-t ${text} is not known; use ${known.join(', ')}`);
}

function isHms(text = 's'): boolean {
  if (text === 's' || text === 'hms') return text === 'hms';
  throw new UserError(`-u ${text} is not known; use s (seconds) or hms (hours, minutes and seconds)`);
}

/** Resolves to the exit status. @throws UserError */
export async function read(path: string, options: ReadOptions): Promise<number> {
  const out = new Output();
  const reading = readingOf(path, options);
  const names = options.statistics ?? [];
  let statistics = names.map(statistic);
  const fileType = fileTypeOf(options.fileType);
  const letters = options.resolve ?? '';
  const described = descriptions(options, letters.includes('n'));
  const resolved = letters.includes('n') ? new Names(letters.includes('d'), described.names) : null;
  const asJson = options.json === true && statistics.length > 0;
  // tshark prints no packets where it writes them, unless told to; so with what they carry here.
  const objects = (options.exportObjects ?? []).map((text) => ObjectsPrinter.from(text));
  const isExport = options.write !== undefined || objects.length > 0;
  const isQuiet = asJson || options.quiet === true || (isExport && options.print !== true);
  if (isQuiet && !asJson && statistics.length === 1) statistics[0]!.streamTo?.(out);
  const packets = isQuiet ? [] : [packetPrinter(out, path, options)];
  const processes = options.processes === undefined ? undefined : processCount(options.processes);
  const enough = new AbortController();
  const written = (reader: CaptureReader): Promise<Printer[]> =>
    writers(options, outputOptions(reader, options.force, fileType, described), reading.live, () =>
      enough.abort(),
    );
  const plan: ReadPlan = {
    ...reading,
    path,
    signal: enough.signal,
    printers: async (reader) => [...(await written(reader)), ...objects, ...packets],
    statistics,
    names: resolved,
    out,
    progress: hasProgress(isQuiet) ? new Progress(process.stderr) : null,
  };
  const share = shareOfThisProcess();
  if (share !== null) {
    await runShare(plan, share);
    return 0;
  }
  let result: ReadResult | null = null;
  const isTwice = options['2'] === true;
  const isLive = reading.live !== null;
  if (isTwice && isLive)
    throw new UserError('-2 reads the capture twice, which an interface does not allow: -w saves it');
  if (isQuiet && !isExport && !isTwice && !isLive && resolved === null) {
    // A read by several processes may have to be repeated by one.
    const together = names.map(statistic);
    result = await runTogether({ ...plan, statistics: together }, processes);
    if (result !== null) statistics = together;
  }
  result ??= await (isTwice ? runTwice(plan) : run(plan));
  if (asJson) {
    out.text(`${statisticsJson(names, statistics)}\n`);
    noteLeftOut(names, statistics);
  }
  // The last one asked for comes first, as in tshark.
  else for (const each of statistics.toReversed()) each.print(out);
  out.flush();
  for (const linkType of result.unreadLinkTypes)
    console.error(
      `eyrie: note: packets of link type ${linkType} are shown as data: what it holds is not read here (https://www.tcpdump.org/linktypes.html)`,
    );
  if (result.problem !== null) throw new UserError(result.problem, FAILED);
  return result.isInterrupted ? INTERRUPTED : 0;
}

/** JSON has no room for remarks. */
function noteLeftOut(names: readonly string[], statistics: readonly Statistic[]): void {
  for (const [i, each] of statistics.entries()) {
    const what = each.leftOut?.() ?? '';
    if (what !== '') console.error(`eyrie: note: -z ${names[i]}: ${what}`);
  }
}

function statisticsJson(names: readonly string[], statistics: readonly Statistic[]): string {
  return JSON.stringify(Object.fromEntries(statistics.map((each, i) => [names[i]!, each.data()])), null, 2);
}

function hasProgress(isQuiet: boolean): boolean {
  return isatty(2) && (isQuiet || !isatty(1));
}

function processCount(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`--processes ${text}: say how many processes read a large file, 1 to 99`);
}

function count(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`-c ${text}: say how many packets to read, 1 or more`);
}

/** `end` ends a capture once its files are full. */
async function writers(
  { write }: ReadOptions,
  output: OutputOptions,
  live: LivePlan | null | undefined,
  end: () => void,
): Promise<Printer[]> {
  if (write === undefined) return [];
  const ring = live?.ring ?? null;
  if (ring === null) return [await CapturePrinter.open(write, output, live != null)];
  return [new RingPrinter(write, ring, output, end)];
}

function fileTypeOf(text: string | undefined): FileType | undefined {
  if (text === undefined || Object.hasOwn(FILE_TYPES, text)) return text as FileType | undefined;
  const names = Object.keys(FILE_TYPES);
  const near = nearestOf(text, names)[0];
  throw new UserError(
    `-F ${text}: ${near === undefined ? 'this type is not written' : `did you mean ${near}?`}; there are ${names.join(', ')}`,
  );
}

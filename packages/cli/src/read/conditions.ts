// -a and -b: conditions for the end of a capture and of each of its files.
import { UserError } from '../errors.ts';
import type { RingPlan } from './ring.ts';

/** The conditions of -a and -b, and others that end the capture. */
export interface Conditions {
  /** Limit of the whole capture; Infinity: none. */
  readonly seconds: number;
  readonly packetsMax: number;
  /** Null: a single file without limits. */
  readonly ring: RingPlan | null;
}

/** 24 days: the longest that a timer can wait. */
const SECONDS_MAX = 2_147_483;
const NUMBER_MAX = 2 ** 31 - 1;
/** dumpcap's kB. */
const KILOBYTE = 1000;

const STOPS = ['duration', 'filesize', 'files', 'packets'] as const;
const SWITCHES = ['duration', 'interval', 'filesize', 'files', 'packets'] as const;
const PRINT_NAME = /^printname:(.+)$/s;

/** `-a duration:60 -b filesize:1000 -b files:5 …`; `write` is the name of -w. @throws UserError */
export function conditions(
  stops: readonly string[],
  switches: readonly string[],
  write: string | undefined,
): Conditions {
  const stop = numbersOf('-a', stops, STOPS);
  const printName = switches.map((text) => PRINT_NAME.exec(text)?.[1]).findLast((name) => name !== undefined);
  const change = numbersOf(
    '-b',
    switches.filter((text) => !PRINT_NAME.test(text)),
    SWITCHES,
  );
  const isSeries = switches.length > 0;
  const filesize = change.filesize ?? stop.filesize;
  const none = Number.POSITIVE_INFINITY;
  if (isSeries && (write === undefined || write === '-'))
    throw new UserError('-b goes with -w FILE, whose name those of the files begin with');
  if (isSeries && (filesize ?? change.duration ?? change.interval ?? change.packets) === undefined)
    throw new UserError(
      '-b: say when a file ends: filesize:KB, duration:SECONDS, interval:SECONDS or packets:N',
    );
  if (!isSeries && stop.files !== undefined)
    throw new UserError('-a files: goes with -b, which says when a file ends');
  if (stop.filesize !== undefined && write === undefined)
    throw new UserError('-a filesize: goes with -w, the file whose size it is');
  const ring: RingPlan = {
    isSeries,
    fileBytesMax: (filesize ?? none) * KILOBYTE,
    filePacketsMax: change.packets ?? none,
    fileSeconds: change.duration ?? none,
    intervalSeconds: change.interval ?? none,
    printName: printName ?? null,
    filesKept: change.files ?? none,
    filesMax: isSeries ? (stop.files ?? none) : 1,
  };
  return {
    seconds: stop.duration ?? none,
    packetsMax: stop.packets ?? none,
    ring: isSeries || filesize !== undefined ? ring : null,
  };
}

/** Of repeated conditions the last applies. */
function numbersOf<T extends string>(
  flag: string,
  texts: readonly string[],
  known: readonly T[],
): Partial<Record<T, number>> {
  const found: Partial<Record<T, number>> = {};
  for (const text of texts) {
    const [, name = '', digits = ''] = /^(\w+):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    const key = known.find((each) => each === name);
    const number = Number(digits);
    if (key === undefined)
      throw new UserError(`${flag} ${text}: write it as duration:10; there are ${known.join(', ')}`);
    const isTime = key === 'duration' || key === 'interval';
    if (number <= 0 || number > (isTime ? SECONDS_MAX : NUMBER_MAX) || !(isTime || Number.isInteger(number)))
      throw new UserError(
        `${flag} ${text}: ${isTime ? 'seconds' : 'a whole number'} above 0 and not that large`,
      );
    found[key] = number;
  }
  return found;
}

// Stores capture files, as fast as they can be read, and reports what was stored.

import type { Config } from '@eyrie/services/config';
import { AlreadyStored, type Run, runFile } from '@eyrie/services/pipeline';
import { RefusedBodies } from '@eyrie/services/refused';
import { type CaptureRow, type Store, StoreError } from '@eyrie/store';
import { defaultStoreUrl } from '../base-folders.ts';
import { FAILED } from '../errors.ts';
import { silenceFrom } from '../pipeline/alerts.ts';
import { INTERRUPTED, type Interrupt, listenForInterrupt } from '../pipeline/interrupt.ts';
import { importStore, keyLogFrom, logFor, refusedFolder, storeAt } from '../pipeline/settings.ts';
import { userError } from '../pipeline/user-error.ts';
import { Progress } from '../terminal/progress.ts';
import { shellWord } from '../terminal/shell.ts';
import { durationText, grouped } from '../terminal/units.ts';
import type { ImportOptions } from './command.ts';

interface Imported {
  readonly file: string;
  /** Null: it is stored already, another process stores it now, or it cannot be read. */
  readonly packets: number | null;
  readonly seconds: number;
  /** Null: it is another process's, or there is none. */
  readonly capture: number | null;
  /** Earlier captures of the same file, which were deleted. */
  readonly replaced: readonly number[];
  readonly problem: string | null;
}

/** Resolves to the exit status. @throws UserError */
export async function storeFiles(
  files: readonly string[],
  config: Config,
  options: ImportOptions,
): Promise<number> {
  const keyLog = keyLogFrom(config);
  const silence = silenceFrom(config);
  const interrupt = listenForInterrupt();
  const log = logFor('import', { ...config, log: { ...config.log, level: 'warn' } });
  const store = await storeAt(config.store.url, importStore(config));
  const refused = new RefusedBodies(refusedFolder(config), log);
  refused.sweep();
  const all: Imported[] = [];
  try {
    for (const file of files) {
      if (interrupt.signal.aborted) break;
      const done = await importOne(file, {
        store,
        log,
        refused,
        again: options.again === true,
        rules: options.rules === true,
        silence,
        keyLog,
        interrupt,
      }).catch((error) => unreadable(file, error, files));
      all.push(done);
      if (options.json !== true && done.capture !== null) console.log(lineFor(done, store));
    }
    if (options.json === true) console.log(JSON.stringify(summary(all, store), null, 2));
    else {
      if (all.length > 1) console.log(totalLine(all));
      const isAnyStored = all.some(({ capture }) => capture !== null);
      if (isAnyStored && !interrupt.signal.aborted) console.log(nextLine(store, options));
    }
  } catch (error) {
    userError(error);
  } finally {
    interrupt.end();
    await store.close();
  }
  if (interrupt.signal.aborted) {
    console.error(
      options.again === true
        ? 'eyrie: stopped; eyrie import without --again goes on where it was'
        : 'eyrie: stopped; the same command goes on where it was',
    );
    return INTERRUPTED;
  }
  for (const { file, problem } of all) if (problem !== null) console.error(`eyrie: ${file}: ${problem}`);
  return all.some(({ problem }) => problem !== null) ? FAILED : 0;
}

interface Import {
  readonly store: Store;
  readonly log: ReturnType<typeof logFor>;
  readonly refused: RefusedBodies;
  readonly again: boolean;
  readonly rules: boolean;
  readonly silence: string;
  readonly keyLog: string;
  readonly interrupt: Interrupt;
}

async function importOne(file: string, options: Import): Promise<Imported> {
  const { store, log, refused, again, rules, silence, keyLog, interrupt } = options;
  const started = performance.now();
  const progress = process.stderr.isTTY === true ? new Progress(process.stderr) : null;
  const since = (): number => (performance.now() - started) / 1000;
  let run: Run;
  try {
    run = await runFile(
      file,
      { again },
      {
        store,
        log,
        refused,
        rules,
        silence,
        keyLog,
        onProgress: ({ bytesRead, size, packets }) => progress?.update(bytesRead, size, packets),
      },
    );
  } catch (error) {
    const skipped = { file, packets: null, seconds: since(), replaced: [] };
    if (error instanceof AlreadyStored) return { ...skipped, capture: error.capture.id, problem: null };
    if (isOthers(error)) return { ...skipped, capture: null, problem: error.message };
    throw error;
  }
  const stop = (): void => run.stop();
  interrupt.signal.addEventListener('abort', stop);
  try {
    const problem = await run.finished();
    const { id } = run.capture;
    const isWhole = !interrupt.signal.aborted;
    const seconds = since();
    const capture = isWhole ? await store.endCapture(id, problem) : run.capture;
    // Also without --again: what was resumed may have been begun with it.
    const replaced = isWhole ? await replaceCopies(store, capture) : [];
    return { file, packets: run.packets, seconds, capture: id, replaced, problem };
  } catch (error) {
    if (isOthers(error))
      return {
        ...{ file, packets: run.packets, seconds: since(), capture: run.capture.id, replaced: [] },
        problem: error.message,
      };
    // What is no capture file leaves none behind.
    if (run.packets + run.capture.nextSequence === 0)
      await store.deleteCapture(run.capture.id).catch(() => {});
    throw error;
  } finally {
    progress?.end();
    interrupt.signal.removeEventListener('abort', stop);
  }
}

/** One of several that cannot be read: the others are stored. @throws what is no such error */
function unreadable(file: string, error: unknown, files: readonly string[]): Imported {
  // Those of the parser's thread have lost their class.
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (files.length === 1 || !code.startsWith('ERR_CAPTURE_')) throw error;
  const problem = message.replace(`${file}: `, '');
  return { file, packets: null, seconds: 0, capture: null, replaced: [], problem };
}

/** Another process stores this file. */
function isOthers(error: unknown): error is Error {
  return error instanceof StoreError && error.code === 'ERR_STORE_CLAIMED';
}

/** Deletes what was stored of the same file before, unless that is more. Returns the ids. */
async function replaceCopies(store: Store, { id, hash, packets }: CaptureRow): Promise<number[]> {
  if (hash === null) return [];
  // A DuckDB file has one process: what has not ended was interrupted. In PostgreSQL another may be storing it just now.
  const copies = (await store.captures()).filter(
    (each) =>
      each.id < id &&
      each.hash === hash &&
      each.packets <= packets &&
      (each.ended !== null || store.engine === 'duckdb'),
  );
  const replaced: number[] = [];
  for (const copy of copies) if (await store.deleteCapture(copy.id)) replaced.push(copy.id);
  return replaced;
}

function lineFor({ file, packets, seconds, capture, replaced }: Imported, { place }: Store): string {
  if (packets === null)
    return `${file}: is stored already, as capture ${capture}; --again stores it anew, in its place`;
  const stored = `${grouped(packets)} packets stored in ${durationText(seconds)}, ${rate(packets, seconds)}`;
  const instead = replaced.length === 0 ? '' : `, in place of capture ${replaced.join(', ')}`;
  return `${file}: ${stored}; capture ${capture} in ${place}${instead}`;
}

function totalLine(all: readonly Imported[]): string {
  const packets = all.reduce((sum, each) => sum + (each.packets ?? 0), 0);
  const seconds = all.reduce((sum, each) => sum + each.seconds, 0);
  return `${all.length} files: ${grouped(packets)} packets stored in ${durationText(seconds)}, ${rate(packets, seconds)}`;
}

/** What to do now; rules are not asked for by many who would want them. */
function nextLine({ place }: Store, { rules = false }: ImportOptions): string {
  const store = place === defaultStoreUrl() ? '' : ` --store ${shellWord(place)}`;
  const watched = rules
    ? `; what rules found: eyrie findings${store}`
    : '; intrusion rules look at files only with --rules';
  return `To see it: eyrie up${store}${watched}`;
}

function rate(packets: number, seconds: number): string {
  return `${grouped(perSecond(packets, seconds))} packets/s`;
}

/** 0 of a file that cannot be read, which takes no time. */
function perSecond(packets: number, seconds: number): number {
  return packets === 0 ? 0 : Math.round(packets / seconds);
}

function summary(all: readonly Imported[], { place }: Store): unknown {
  return {
    store: place,
    captures: all.map(({ file, packets, seconds, capture, replaced, problem }) => ({
      ...{
        file,
        capture,
        replaced,
        packets: packets ?? 0,
        stored_before: packets === null && problem === null,
      },
      ...{ seconds, packets_per_second: perSecond(packets ?? 0, seconds), problem },
    })),
  };
}

// Imports a capture file: once, resuming an interrupted import.
import { existsSync } from 'node:fs';
import { type CaptureOrigin, type CaptureRow, type Store, StoreError } from '@eyrie/store';
import { fileOrigin, passingOrigin } from '../capture/origin.ts';
import { FILE_FLOWS } from '../parser/flow-times.ts';
import { isSmallFile, prepareParser } from '../parser/thread/index.ts';
import { type Job, type PipelineOptions, Run, startParsing } from './pipeline.ts';

export interface FileOptions {
  /**
   * Imports the file as a new capture, even if it is stored already, or an import of it was interrupted: that one may have
   * been without rules, or without secrets.
   */
  readonly again?: boolean;
  /** Replay speed: Infinity (default) without pauses; 1 as recorded; 2 twice as fast … */
  readonly speed?: number;
  /** Replays the file in a loop. */
  readonly loop?: boolean;
  /** Display name of the file; default its path. */
  readonly name?: string;
  /** Whether this process is importing the capture: then no second import begins. */
  readonly isRunning?: (capture: number) => boolean;
}

/** The file is stored already. */
export class AlreadyStored extends Error {
  readonly capture: CaptureRow;

  constructor(path: string, capture: CaptureRow) {
    super(
      `${path}: is in the store already, as capture ${capture.id} (${capture.name}); --again stores it anew`,
    );
    this.capture = capture;
  }
}

/** See ParserOptions: a million packets, which take a second. What is replayed in its own time is shown at once. */
const REPORT_EVERY = 8;

/** Longest time before a partial batch is stored. */
const FLUSH_MS = 200;

/** Updates the path of a file that has moved, unless it also still exists at the old one. */
async function placed(capture: CaptureRow, { file }: CaptureOrigin, store: Store): Promise<CaptureRow> {
  if (file === null || capture.file === null || capture.file === file) return capture;
  if (capture.ended !== null && existsSync(capture.file)) return capture;
  return store.moveCapture(capture.id, file);
}

/**
 * The capture as it is once no other process stores it; null: that one has deleted it.
 *
 * @throws AlreadyStored, StoreError
 */
async function claimed({ id }: CaptureRow, path: string, store: Store): Promise<CaptureRow | null> {
  if (!(await store.claimCapture(id)))
    throw new StoreError(
      'ERR_STORE_CLAIMED',
      `another process is storing it just now, as capture ${id}; start again when that has ended`,
    );
  const present = await store.capture(id);
  if (present?.ended === null) return present;
  await store.releaseCapture(id);
  if (present !== null) throw new AlreadyStored(path, present);
  return null;
}

/**
 * Starts to import a file, or standard input if the path is `-`. It is parsed from its beginning while it is hashed, since
 * most files are new.
 *
 * @throws AlreadyStored, StoreError, CaptureError
 */
export async function runFile(path: string, options: FileOptions, pipeline: PipelineOptions): Promise<Run> {
  const job = jobFor(path, options);
  if (job.isSmall !== true) await prepareParser();
  const parsing = startParsing(job, pipeline);
  try {
    const capture = await begin(path, options, pipeline);
    if (capture.nextSequence === 0) return new Run(capture, parsing, pipeline);
    pipeline.log.info(`${path}: going on at packet ${capture.nextSequence + 1}`);
    await parsing.thread.end();
    const { nextSequence: skipTo, reported } = capture;
    const rest = startParsing({ ...job, skipTo, reported: reported ?? skipTo }, pipeline);
    return new Run(capture, rest, pipeline);
  } catch (error) {
    await parsing.thread.end();
    throw error;
  }
}

function jobFor(path: string, { speed = Infinity, loop = false }: FileOptions): Job {
  return {
    source: { kind: 'file', path, speed, loop },
    isSmall: !loop && speed === Infinity && isSmallFile(path),
    skipTo: 0,
    reportEvery: speed === Infinity && path !== '-' ? REPORT_EVERY : 1,
    canGoOn: !isPassing(path, loop),
    streamBase: 0,
    flushMs: speed === Infinity && path !== '-' ? Infinity : FLUSH_MS,
    flows: FILE_FLOWS,
    isLive: false,
  };
}

/** Whether it cannot be read once more from its beginning. */
function isPassing(path: string, loop: boolean): boolean {
  return path === '-' || loop;
}

/** The capture that is this run's to store. */
async function begin(path: string, options: FileOptions, { store }: PipelineOptions): Promise<CaptureRow> {
  const { again = false, loop = false, name, isRunning = () => false } = options;
  const plain = isPassing(path, loop) ? passingOrigin(path) : await fileOrigin(path);
  const origin = { ...plain, name: name ?? plain.name };
  for (;;) {
    const { capture: known, isNew } = await store.beginCapture(origin, { again });
    if (!isNew && (known.ended !== null || isRunning(known.id)))
      throw new AlreadyStored(path, await placed(known, origin, store));
    const present = await claimed(known, path, store);
    if (present !== null) return isNew ? present : placed(present, origin, store);
  }
}

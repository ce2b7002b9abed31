// Imports a capture file: once, resuming an interrupted import.
import { existsSync } from 'node:fs';
import type { CaptureOrigin, CaptureRow, Store } from '@eyrie/store';
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

/** Longest time before a partial batch is stored. */
const FLUSH_MS = 200;

/** Updates the path of a file that has moved, unless it also still exists at the old one. */
async function placed(capture: CaptureRow, { file }: CaptureOrigin, store: Store): Promise<CaptureRow> {
  if (file === null || capture.file === null || capture.file === file) return capture;
  if (capture.ended !== null && existsSync(capture.file)) return capture;
  return store.moveCapture(capture.id, file);
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
    const rest = startParsing({ ...job, skipTo: capture.nextSequence }, pipeline);
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

async function begin(
  path: string,
  { again = false, loop = false, name, isRunning = () => false }: FileOptions,
  { store }: PipelineOptions,
): Promise<CaptureRow> {
  const plain = isPassing(path, loop) ? passingOrigin(path) : await fileOrigin(path);
  const origin = { ...plain, name: name ?? plain.name };
  const { capture: known, isNew } = await store.beginCapture(origin, { again });
  if (isNew) return known;
  const capture = await placed(known, origin, store);
  if (capture.ended !== null || isRunning(capture.id)) throw new AlreadyStored(path, capture);
  return capture;
}

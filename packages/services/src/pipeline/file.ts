// A capture file into the store: once, and resumed where an earlier run was interrupted.
import { existsSync } from 'node:fs';
import type { CaptureOrigin, CaptureRow, Store } from '@eyrie/store';
import { fileOrigin, passingOrigin } from '../capture/origin.ts';
import { FILE_FLOWS } from '../parser/flow-times.ts';
import { prepareParser } from '../parser/thread/index.ts';
import { type PipelineOptions, Run } from './pipeline.ts';

export interface FileOptions {
  /** Stores it once more, as a capture of its own, even if it is there already. */
  readonly again?: boolean;
  /** Infinity (default): as fast as it goes; 1: as it was recorded; 2: twice as fast … */
  readonly speed?: number;
  /** Begins again at the end. */
  readonly loop?: boolean;
  /** What people know the file by; default the path. */
  readonly name?: string;
  /** Whether this process stores the capture now: then no second run is begun. */
  readonly isRunning?: (capture: number) => boolean;
}

/** The file is in the store already. */
export class AlreadyStored extends Error {
  readonly capture: CaptureRow;

  constructor(path: string, capture: CaptureRow) {
    super(
      `${path}: is in the store already, as capture ${capture.id} (${capture.name}); --again stores it once more`,
    );
    this.capture = capture;
  }
}

/** Where packets come slowly, a batch goes out this often. */
const FLUSH_MS = 200;

/** A file known by its bytes may have moved; if it is still at its old path too, that path stays. */
async function placed(capture: CaptureRow, { file }: CaptureOrigin, store: Store): Promise<CaptureRow> {
  if (file === null || capture.file === null || capture.file === file) return capture;
  if (capture.ended !== null && existsSync(capture.file)) return capture;
  return store.moveCapture(capture.id, file);
}

/**
 * Begins to store a file, or standard input if the path is `-`.
 *
 * @throws AlreadyStored, StoreError, CaptureError
 */
export async function runFile(path: string, options: FileOptions, pipeline: PipelineOptions): Promise<Run> {
  const { again = false, speed = Infinity, loop = false, isRunning = () => false } = options;
  // The thread gets ready while the file is hashed.
  prepareParser();
  const plain = path === '-' || loop ? passingOrigin(path) : await fileOrigin(path);
  const origin = { ...plain, name: options.name ?? plain.name };
  const { capture: known, isNew } = await pipeline.store.beginCapture(origin, { again });
  const capture = isNew ? known : await placed(known, origin, pipeline.store);
  if (!isNew && (capture.ended !== null || isRunning(capture.id))) throw new AlreadyStored(path, capture);
  if (!isNew) pipeline.log.info(`${path}: going on at packet ${capture.nextSequence + 1}`);
  return new Run(
    capture,
    {
      source: { kind: 'file', path, speed, loop },
      skipTo: capture.nextSequence,
      canGoOn: origin.hash !== null,
      streamBase: 0,
      flushMs: speed === Infinity && path !== '-' ? Infinity : FLUSH_MS,
      flows: FILE_FLOWS,
      isLive: false,
    },
    pipeline,
  );
}

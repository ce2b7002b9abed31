// A live interface into the store: this thread writes the ring, the parser's thread reads it.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { CaptureError, makeFolder } from '@eyrie/capture';
import { type LiveCapture, type LiveCaptureOptions, startLive } from '../capture/index.ts';
import type { Log } from '../log/index.ts';
import { LIVE_FLOWS } from '../parser/flow-times.ts';
import type { LiveLogsOptions } from '../zeek/index.ts';
import { type PipelineOptions, Run, startParsing } from './pipeline.ts';

/** A batch that is not full goes out after this long. The kernel delivers packets only once a second, if they are few. */
const FLUSH_MS = 500;
const DROPS_MS = 1000;

export interface LiveRun {
  readonly run: Run;
  readonly live: LiveCapture;
  /** Resolves when all that was captured is stored, to why it ended by itself, or null. */
  finished(): Promise<string | null>;
  /** Ends the capture; what was captured is still stored. */
  stop(): Promise<void>;
}

/** Two interfaces must not write into the same files. @throws CaptureError where none can be made */
function logsOf(name: string, { logs = null }: PipelineOptions): LiveLogsOptions | null {
  if (logs === null) return null;
  const folder = join(logs.folder, name.replaceAll(/[^\w.-]/g, '_'));
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it is no folder; move it away, or name another [logs] folder' : message;
    throw new CaptureError(
      'ERR_CAPTURE_NOT_WRITABLE',
      `Zeek's logs of ${name} go to ${folder}: ${why}`,
      error,
    );
  }
  return { ...logs, folder };
}

/** @throws CaptureError, StoreError */
export async function runLive(
  options: LiveCaptureOptions & { log: Log },
  pipeline: PipelineOptions,
): Promise<LiveRun> {
  const logs = logsOf(options.interface, pipeline);
  const live = await startLive(options);
  const over = new Int32Array(new SharedArrayBuffer(4));
  let problem: string | null = null;
  const { capture } = await pipeline.store.beginCapture(live.origin).catch(async (error) => {
    await live.stop();
    throw error;
  });
  const run = new Run(
    capture,
    startParsing(
      {
        source: { kind: 'ring', folder: live.folder, from: 1, over },
        ...{ skipTo: 0, canGoOn: false, streamBase: 0, flushMs: FLUSH_MS },
        ...{ flows: LIVE_FLOWS, isLive: true, logs },
      },
      pipeline,
    ),
    pipeline,
    () => live.clock,
  );
  const reportDrops = (): void => {
    for (const row of live.drops()) run.addDrops(row);
  };
  const timer = setInterval(reportDrops, DROPS_MS);
  const ended = live.ended
    .catch((error: Error) => {
      problem = error.message;
    })
    .finally(() => {
      clearInterval(timer);
      reportDrops();
      Atomics.store(over, 0, 1);
    });
  return {
    run,
    live,
    finished: async () => {
      // No reader is left for further packets.
      const damage = await run.finished().finally(() => live.stop());
      await ended;
      return problem ?? damage;
    },
    stop: () => live.stop(),
  };
}

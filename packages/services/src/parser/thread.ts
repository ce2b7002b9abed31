// A parser in a thread of its own. This file is both ends: who imports it in the main thread can start the thread, and
// the thread runs this same file, so that it is found wherever the sources were put together.
import module from 'node:module';
import { dirname } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { FromParser, ParseJob, ToParser } from './spec.ts';

const ROLE = 'eyrie parser';

interface Start {
  readonly role: typeof ROLE;
  readonly job: ParseJob;
  /** Where this process keeps compiled code; null: nowhere. */
  readonly cache: string | null;
}

export interface ParserThread {
  send(message: ToParser): void;
  /** Resolves when the thread has gone. */
  end(): Promise<void>;
}

/** Starts the thread; `hear` is told all that it says, the last is `end` or `error`. */
export function startParser(job: ParseJob, hear: (message: FromParser) => void): ParserThread {
  // The folder it tells is of this version of Node, within the one that was asked for.
  const folder = module.getCompileCacheDir();
  const cache = folder === undefined ? null : dirname(folder);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { role: ROLE, job, cache } satisfies Start,
  });
  worker.on('message', hear);
  worker.on('error', (error) =>
    hear({ kind: 'error', code: '', message: error.message, stack: error.stack ?? '' }),
  );
  return {
    send: (message) => worker.postMessage(message, message.kind === 'memory' ? [message.memory] : []),
    end: async () => {
      await worker.terminate();
    },
  };
}

if (!isMainThread && (workerData as Start | null)?.role === ROLE) {
  const { job, cache } = workerData as Start;
  // A thread has a cache of its own to switch on, and that before anything large is loaded.
  if (cache !== null) module.enableCompileCache(cache);
  const { ParserWork } = await import('./job.ts');
  const port = parentPort!;
  const work = new ParserWork(job, (message, move) => port.postMessage(message, move));
  port.on('message', (message: ToParser) => work.hear(message));
  await work.run();
}

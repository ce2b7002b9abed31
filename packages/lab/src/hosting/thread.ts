// A host in a thread of this process: code, files and loopback are shared, and each core has peers to run. It is called as a
// host in a process is, and ends with this process whatever happens.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { answer, Caller, type Hosted } from './calls.ts';
import { keepHeapsSmall, YOUNG_MB } from './heap.ts';

interface Start<O> {
  /** Which kind of host: a file may serve several, and is loaded elsewhere too. */
  kind: string;
  options: O;
}

/**
 * Starts a thread that loads `file`, which calls `serveInThread` with the same `kind`.
 *
 * @param name of the host, for what is said of it
 */
export function startThread<H, O>(file: URL, kind: string, name: string, options: O): Hosted<H> {
  keepHeapsSmall();
  const worker = new Worker(file, {
    workerData: { kind, options } satisfies Start<O>,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const caller = new Caller(name, (call) => worker.postMessage(call));
  worker.on('message', (outcome) => caller.hear(outcome));
  worker.once('error', (error) => caller.fail(`failed: ${error.message}`));
  const exit = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      caller.fail(`ended: ${code}`);
      resolve();
    });
  });
  const end = async () => {
    await worker.terminate();
    await exit;
  };
  return { calls: caller.calls(), end };
}

/**
 * In the thread: does what it is told. Elsewhere it does nothing, so that one file can be both ends.
 *
 * @param make loads what the thread runs, which who directs does without
 */
export async function serveInThread<O>(kind: string, make: (options: O) => Promise<object>): Promise<void> {
  const start = workerData as Start<O> | null;
  if (isMainThread || start?.kind !== kind) return;
  const port = parentPort!;
  const host = await make(start.options);
  port.on('message', (call) => answer(host, call, (outcome) => port.postMessage(outcome)));
}

// A host in a thread of this process: threads share code, files and loopback, and use all cores. It is called like a host in
// a process of its own, and always ends with this process.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { answer, Caller, type Hosted } from './calls.ts';
import { keepHeapsSmall, YOUNG_MB } from './heap.ts';

interface Start<O> {
  /** Kind of host: a file may serve several, and is loaded elsewhere too. */
  kind: string;
  options: O;
}

/**
 * Starts a thread that loads `file`, which calls `serveInThread` with the same `kind`.
 *
 * @param name of the host, for error messages
 */
export function startThread<H, O>(file: URL, kind: string, name: string, options: O): Hosted<H> {
  keepHeapsSmall();
  const worker = new Worker(file, {
    workerData: { kind, options } satisfies Start<O>,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const caller = new Caller(name, (call) => worker.postMessage(call));
  worker.on('message', (outcome) => caller.settle(outcome));
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
 * In the thread: executes calls. Elsewhere it does nothing, so that one file can be both ends.
 *
 * @param make loads the code that only the thread needs
 */
export async function serveInThread<O>(kind: string, make: (options: O) => Promise<object>): Promise<void> {
  const start = workerData as Start<O> | null;
  if (isMainThread || start?.kind !== kind) return;
  const port = parentPort!;
  const host = await make(start.options);
  port.on('message', (call) => answer(host, call, (outcome) => port.postMessage(outcome)));
}

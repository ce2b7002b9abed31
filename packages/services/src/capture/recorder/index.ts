// The thread that writes interfaces to the ring and does nothing else, so that neither parsing, nor the store, nor garbage
// collection of the main thread keeps it from emptying the kernel's buffer. One thread serves all interfaces of this
// process. This file is both ends: the main thread imports it to start the thread, which runs the same
// file, so that it is found wherever the sources were bundled.
import { setFlagsFromString } from 'node:v8';
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  SHARE_ENV,
  Worker,
  workerData,
} from 'node:worker_threads';
import type { FromRecorder, RecordJob, ToRecorder } from './spec.ts';

const ROLE = 'eyrie recorder';

export interface Recorder {
  send(message: ToRecorder): void;
}

/** Starts a recording; `onMessage` receives all its messages, of which the last is `end`. */
export function startRecording(job: RecordJob, onMessage: (message: FromRecorder) => void): Recorder {
  const { port1: own, port2: port } = new MessageChannel();
  own.on('message', (message: FromRecorder) => {
    if (message.kind === 'end') release(own);
    onMessage(message);
  });
  recordings.set(own, onMessage);
  thread ??= startThread();
  thread.postMessage({ job, port }, [port]);
  return { send: (message) => own.postMessage(message) };
}

/** The recordings under way, by this thread's end of their channels. */
const recordings = new Map<MessagePort, (message: FromRecorder) => void>();
let thread: Worker | null = null;

function startThread(): Worker {
  // Else each collection of young objects waits for helper threads, which do not have this thread's priority: on a machine with
  // fifteen threads to run for each core, up to a sixth of 50,000 packets/s was lost to that.
  setFlagsFromString('--no-parallel-scavenge');
  const worker = new Worker(new URL(import.meta.url), { workerData: { role: ROLE }, env: SHARE_ENV });
  worker.on('error', ({ message }) => {
    const all = [...recordings];
    for (const [port] of all) release(port);
    for (const [, onMessage] of all) onMessage({ kind: 'end', failure: { code: '', message } });
  });
  return worker;
}

/** The thread ends with the last of them. */
function release(port: MessagePort): void {
  port.close();
  recordings.delete(port);
  if (recordings.size > 0) return;
  void thread?.terminate();
  thread = null;
}

if (!isMainThread && (workerData as { role?: string } | null)?.role === ROLE) {
  const { favourThisThread, record } = await import('./recording.ts');
  favourThisThread();
  parentPort!.on('message', ({ job, port }: { job: RecordJob; port: MessagePort }) => void record(job, port));
}

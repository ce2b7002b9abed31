// A parser in a thread of its own. This file is both ends: the main thread imports it to start the thread, which
// runs the same file, so that it is found wherever the sources were bundled. A thread that has finished its
// job waits for another: to start one and compile all protocols again costs as much as some hundred thousand packets.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, SHARE_ENV, Worker, workerData } from 'node:worker_threads';
import type { FromParser, ParseJob, ToParser } from './spec.ts';

const ROLE = 'eyrie parser';
/** Threads that wait for work, and how long. */
const IDLE_MAX = 2;
const IDLE_MS = 60_000;
/** For so long, a thread may take to end a job of which no more is wanted: it first parses what it has read, a MiB at most. */
const DISCARD_MS = 2000;
/**
 * A thread's heap grows to this many MiB before it is collected as a whole for the first time. Left to itself, the engine
 * does that for every second batch, since the batches' memory counts too: a tenth of the CPU time of an import.
 *
 * Only a flag of the whole process sets it, and V8 refuses code that was compiled under other flags, as all that is in the
 * compile cache: so the thread takes the flag back as soon as it has its heap.
 */
const HEAP_MIB = 128;
/** The same where packets are live: that thread stays for days, and has time to collect. */
const LIVE_HEAP_MIB = 48;
/** And for its young objects, in MiB; the engine would take up to 200. */
const LIVE_YOUNG_MIB = 24;

interface Start {
  readonly role: typeof ROLE;
  /** Where this process keeps compiled code; null: nowhere. */
  readonly cache: string | null;
}

/**
 * Up to this length a file is parsed in the time that a thread takes to load the dissector: 2,000 packets of a scan, which hold
 * up the event loop for 0.15 s with all rules.
 */
const SMALL_BYTES_MAX = 128 << 10;
/** How uncompressed pcap (either byte order, micro- or nanoseconds) and pcapng begin. Compressed, few bytes may be many packets. */
const PLAIN_MAGIC = ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a'];

/** Whether a thread of its own would gain nothing; false for standard input, pipes, and what cannot be read. */
export function isSmallFile(path: string): boolean {
  let file: number | null = null;
  try {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) return false;
    file = openSync(path, 'r');
    const magic = Buffer.alloc(4);
    readSync(file, magic);
    return fstatSync(file).size <= SMALL_BYTES_MAX && PLAIN_MAGIC.includes(magic.toString('hex'));
  } catch {
    return false;
  } finally {
    if (file !== null) closeSync(file);
  }
}

type ToThread = ToParser | { readonly kind: 'job'; readonly job: ParseJob };
type FromThread = FromParser | { readonly kind: 'heap' };

/** A job on a thread. */
export interface ParserThread {
  /** Delivers the job's messages, including earlier ones; the last is `end` or `error`. */
  listen(listener: (message: FromParser) => void): void;
  send(message: ToParser): void;
  /** Resolves when the thread is terminated or idle. */
  end(): Promise<void>;
}

/** Starts a job on a thread. Its messages are kept until there is a listener: `batchesMax` batches, then it waits. */
export function startParser(job: ParseJob): ParserThread {
  const messages = new Mailbox();
  if (job.isSmall === true) return parseHere(job, messages);
  const thread = job.isLive ? new Thread(true) : (idle.pop() ?? new Thread(false));
  thread.work(job, (message) => messages.deliver(message));
  let isEnded = false;
  return {
    listen: (listener) => messages.listen(listener),
    // A late command must not reach the thread's next job.
    send: (message) => {
      if (!isEnded) thread.send(message);
    },
    end: async () => {
      if (isEnded) return;
      isEnded = true;
      await thread.end();
    },
  };
}

/** Keeps messages until there is a listener. */
class Mailbox {
  readonly #kept: FromParser[] = [];
  #listener: ((message: FromParser) => void) | null = null;

  deliver(message: FromParser): void {
    if (this.#listener === null) this.#kept.push(message);
    else this.#listener(message);
  }

  listen(listener: (message: FromParser) => void): void {
    this.#listener = listener;
    for (const message of this.#kept.splice(0)) listener(message);
  }
}

/** Does a small job on this thread: another would take longer to start than the job takes. */
function parseHere(job: ParseJob, messages: Mailbox): ParserThread {
  let isEnded = false;
  const loading = import('./job.ts').then(({ ParserWork }) => {
    // As between threads: transferred memory belongs to the receiver.
    const work = new ParserWork(job, (message, move) => {
      if (!isEnded) messages.deliver(structuredClone(message, { transfer: move }));
    });
    void work.run();
    return work;
  });
  const send = (message: ToParser): void => void loading.then((work) => work.onMessage(message));
  return {
    listen: (listener) => messages.listen(listener),
    send,
    end: async () => {
      isEnded = true;
      send({ kind: 'discard' });
    },
  };
}

/**
 * Starts a thread for work that will come: it gets ready meanwhile. Resolves once this thread may load what it still
 * needs (see HEAP_MIB).
 */
export async function prepareParser(): Promise<void> {
  if (idle.length > 0) return;
  const thread = new Thread(false);
  if (await thread.hasHeap) thread.rest();
}

const idle: Thread[] = [];

class Thread {
  /** Resolves to true when its heap is made, and V8's flags are as before; to false when it could not start. */
  readonly hasHeap: Promise<boolean>;
  readonly #worker: Worker;
  readonly #isLive: boolean;
  #onMessage: (message: FromParser) => void = () => {};
  /** Only a thread that is done with its job can be reused. */
  #state: 'done' | 'busy' | 'failed' = 'done';
  /** Called when the job is done, or has failed. */
  #onDone: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(isLive: boolean) {
    this.#isLive = isLive;
    // The folder it returns is of this version of Node, within the one that was set.
    const folder = module.getCompileCacheDir();
    const cache = folder === undefined ? null : dirname(folder);
    setFlagsFromString(`--initial-heap-size=${isLive ? LIVE_HEAP_MIB : HEAP_MIB}`);
    this.#worker = new Worker(new URL(import.meta.url), {
      workerData: { role: ROLE, cache } satisfies Start,
      // Keys may be given after it was started.
      env: SHARE_ENV,
      resourceLimits: isLive ? { maxYoungGenerationSizeMb: LIVE_YOUNG_MIB } : {},
    });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.hasHeap = promise;
    this.#worker.on('exit', () => resolve(false));
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'heap') return resolve(true);
      if (message.kind === 'end') this.#state = 'done';
      if (message.kind === 'error') this.#state = 'failed';
      this.#onMessage(message);
      if (this.#state !== 'busy') this.#onDone();
    });
    this.#worker.on('error', ({ message, stack = '' }) => {
      this.#state = 'failed';
      this.#removeIdle();
      this.#onMessage({ kind: 'error', code: '', message, stack });
      this.#onDone();
    });
  }

  work(job: ParseJob, onMessage: (message: FromParser) => void): void {
    clearTimeout(this.#timer);
    this.#worker.ref();
    this.#onMessage = onMessage;
    this.#state = 'busy';
    this.send({ kind: 'job', job });
  }

  send(message: ToThread): void {
    this.#worker.postMessage(message, message.kind === 'memory' ? [message.memory] : []);
  }

  async end(): Promise<void> {
    this.#onMessage = () => {};
    if (this.#state === 'busy') await this.#discard();
    if (!this.#isLive && this.#state === 'done' && idle.length < IDLE_MAX) this.rest();
    else await this.#worker.terminate();
  }

  /** Resolves when the job has ended, or has not within its time. */
  async #discard(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onDone = resolve;
    this.send({ kind: 'discard' });
    const timer = setTimeout(resolve, DISCARD_MS);
    await promise;
    clearTimeout(timer);
    this.#onDone = () => {};
  }

  /** Keeps the thread for the next parser for a while, without keeping the process alive. */
  rest(): void {
    idle.push(this);
    this.#worker.unref();
    this.#timer = setTimeout(() => {
      this.#removeIdle();
      void this.#worker.terminate();
    }, IDLE_MS);
    this.#timer.unref();
  }

  #removeIdle(): void {
    clearTimeout(this.#timer);
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
  }
}

if (!isMainThread && (workerData as Start | null)?.role === ROLE) {
  const { cache } = workerData as Start;
  const port = parentPort!;
  setFlagsFromString('--initial-heap-size=0');
  port.postMessage({ kind: 'heap' } satisfies FromThread);
  // A thread has a cache of its own to switch on, and that before anything large is loaded.
  if (cache !== null) module.enableCompileCache(cache);
  const { ParserWork } = await import('./job.ts');
  let work: InstanceType<typeof ParserWork> | null = null;
  port.on('message', (message: ToThread) => {
    if (message.kind !== 'job') return work?.onMessage(message);
    work = new ParserWork(message.job, (posted, move) => port.postMessage(posted, move));
    void work.run();
  });
}

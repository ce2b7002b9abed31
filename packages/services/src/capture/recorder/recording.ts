// One interface to its session of the ring: the work of the recorder's thread.
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { ambientKey, type DropCounts, type LiveSource, openLive, RingWriter } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect/files';
import { backoffMs, pause } from '../../bus/backoff.ts';
import type { FromRecorder, RecordJob, ToRecorder } from './spec.ts';

const RETRY = { firstMs: 500, mostMs: 5000 };

/** The disk counts as recovered after so long without a failure. */
const RECOVERED_MS = 10_000;

/** Longest time that packets stay buffered before they are on disk, where readers see them. */
const FLUSH_MS = 50;

/**
 * The tool writes packet by packet, and this thread would wake for nearly each of them. After a read that brought less
 * than this it sleeps: what comes meanwhile waits in the pipe, which holds more than a millisecond of any traffic
 * that this can follow.
 */
const FEW_BYTES = 8192;
const SLEEP_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Raises the priority of a process or thread above all that compete with it for the CPU, if permitted: only root may. A pipe holds
 * some hundred packets, so that the rate is bound by how soon its two ends run in turn.
 */
function favour(id: () => number): void {
  try {
    setPriority(id(), constants.priority.PRIORITY_HIGH);
  } catch {
    // At the same priority it captures as well, as long as the machine is not overloaded.
  }
}

/** Linux gives each thread a priority of its own; its id is in /proc, which may be missing in a container. */
export function favourThisThread(): void {
  if (process.platform === 'linux') favour(() => Number(basename(readlinkSync('/proc/thread-self'))));
}

class Recording {
  readonly #job: RecordJob;
  readonly #port: MessagePort;
  readonly #stopped = new AbortController();
  readonly #ring: RingWriter;
  #note: string | null;
  #source: LiveSource | null = null;
  /** Drops counted by tools that have ended. */
  #dropsBefore: DropCounts = { kernel: 0, interface: 0 };
  /** Why the tool does not run at present; null: it does. */
  #trouble: string | null = null;
  #disk = { problem: '', untilMs: -Infinity };
  /** The last state posted, as text. */
  #lastState = '';

  /** @throws CaptureError if there should be a key, and it cannot be read */
  constructor(job: RecordJob, port: MessagePort) {
    this.#job = job;
    this.#port = port;
    this.#note = job.note;
    this.#ring = new RingWriter(job.folder, job.ring, () => this.#source?.reader.interfaces[0], {
      key: ambientKey(),
      comment: () => this.#note,
    });
    port.on('message', (message: ToRecorder) => {
      if (message.kind === 'note') this.#note = message.note;
      else {
        this.#stopped.abort();
        void this.#source?.stop();
      }
    });
  }

  /** Resolves when it is stopped and all is written. @throws CaptureError if it cannot begin */
  async run(): Promise<void> {
    let source: LiveSource | null = await this.#open();
    this.#post({ kind: 'begun', tool: source.tool.name });
    const timer = setInterval(() => {
      this.#ring.flush();
      this.#postState();
    }, FLUSH_MS);
    try {
      while (source !== null) source = await this.#pump(source);
    } finally {
      clearInterval(timer);
      this.#ring.close();
      this.#postState();
    }
  }

  async #open(): Promise<LiveSource> {
    const source = await openLive(this.#job.interface, this.#job.live);
    favour(() => source.pid);
    this.#source = source;
    if (this.#stopped.signal.aborted) await source.stop();
    return source;
  }

  /** Resolves to the source that replaces this one after its tool has failed; null: it was stopped. */
  async #pump(source: LiveSource): Promise<LiveSource | null> {
    try {
      await pump(source, this.#ring);
      return null;
    } catch (error) {
      return await this.#reopen((error as Error).message);
    }
  }

  /** The interface may have gone down or away: waits until it is back. */
  async #reopen(reason: string): Promise<LiveSource | null> {
    this.#dropsBefore = this.#drops;
    this.#source = null;
    this.#trouble = `${reason}; tries again until it can`;
    const { signal } = this.#stopped;
    for (let attempt = 1; !signal.aborted; attempt++) {
      await pause(backoffMs(attempt, RETRY), signal);
      try {
        const source = await this.#open();
        this.#trouble = null;
        return source;
      } catch (error) {
        this.#trouble = `${(error as Error).message}; tries again until it can`;
      }
    }
    return null;
  }

  get #drops(): DropCounts {
    const before = this.#dropsBefore;
    const { kernel, interface: nic } = this.#source?.drops ?? { kernel: 0, interface: 0 };
    return { kernel: before.kernel + kernel, interface: before.interface + nic };
  }

  #postState(): void {
    const { packets, bytes, dropped } = this.#ring;
    const state = { ...this.#drops, packets, bytes, dropped, trouble: this.#trouble ?? this.#diskTrouble() };
    const text = JSON.stringify(state);
    if (text === this.#lastState) return;
    this.#lastState = text;
    this.#post({ kind: 'state', state });
  }

  /** A full disk takes packets now and then, as old files are deleted: that is logged once, not twice a second. */
  #diskTrouble(): string | null {
    const { problem } = this.#ring;
    const now = performance.now();
    if (problem !== null) this.#disk = { problem, untilMs: now + RECOVERED_MS };
    return now < this.#disk.untilMs ? this.#disk.problem : null;
  }

  #post(message: FromRecorder): void {
    this.#port.postMessage(message);
  }
}

/** Runs a job; posts `end` last. */
export async function record(job: RecordJob, port: MessagePort): Promise<void> {
  let failure: FromRecorder & { kind: 'end' } = { kind: 'end', failure: null };
  try {
    await new Recording(job, port).run();
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    failure = { kind: 'end', failure: { code, message } };
  }
  port.postMessage(failure);
  port.close();
}

async function pump(source: LiveSource, ring: RingWriter): Promise<void> {
  const frame = newFrame();
  let bytesBefore = 0;
  for await (const reader of source.chunks()) {
    while (reader.next(frame)) ring.write(frame);
    if (source.bytesRead - bytesBefore < FEW_BYTES) Atomics.wait(sleeper, 0, 0, SLEEP_MS);
    bytesBefore = source.bytesRead;
  }
}

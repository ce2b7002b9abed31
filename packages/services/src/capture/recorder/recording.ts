// One interface to its session of the ring: the work of the recorder's thread.
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { ambientKey, type LiveSource, openLive, RingWriter } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect/files';
import type { FromRecorder, RecordJob, ToRecorder } from './spec.ts';

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
export function favour(id: number): void {
  try {
    setPriority(id, constants.priority.PRIORITY_HIGH);
  } catch {
    // At the same priority it captures as well, as long as the machine is not overloaded.
  }
}

/** Linux gives each thread a priority of its own. */
export function favourThisThread(): void {
  if (process.platform === 'linux') favour(Number(basename(readlinkSync('/proc/thread-self'))));
}

export class Recording {
  readonly #port: MessagePort;
  #note: string | null;
  #source: LiveSource | null = null;
  #isStopped = false;
  /** The state told last, as text. */
  #told = '';

  constructor({ note }: RecordJob, port: MessagePort) {
    this.#note = note;
    this.#port = port;
    port.on('message', (message: ToRecorder) => {
      if (message.kind === 'note') this.#note = message.note;
      else {
        this.#isStopped = true;
        void this.#source?.stop();
      }
    });
  }

  /** Says `end` last. */
  async run(job: RecordJob): Promise<void> {
    try {
      await this.#record(job);
      this.#say({ kind: 'end', failure: null });
    } catch (error) {
      const { message, code = '' } = error as NodeJS.ErrnoException;
      this.#say({ kind: 'end', failure: { code, message } });
    }
    this.#port.close();
  }

  async #record({ interface: name, live, folder, ring: limits }: RecordJob): Promise<void> {
    const key = ambientKey();
    const source = await openLive(name, live);
    this.#source = source;
    favour(source.pid);
    if (this.#isStopped) await source.stop();
    this.#say({ kind: 'begun', tool: source.tool.name });
    const ring = new RingWriter(folder, limits, () => source.reader.interfaces[0], {
      key,
      comment: () => this.#note,
    });
    const timer = setInterval(() => {
      ring.flush();
      this.#tellState(source, ring);
    }, FLUSH_MS);
    try {
      await pump(source, ring);
    } finally {
      clearInterval(timer);
      ring.close();
      this.#tellState(source, ring);
    }
  }

  #tellState({ drops }: LiveSource, { packets, dropped, problem }: RingWriter): void {
    const state = { ...drops, packets, dropped, problem };
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#say({ kind: 'state', state });
  }

  #say(message: FromRecorder): void {
    this.#port.postMessage(message);
  }
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

// Captures an interface to its ring: packets are written to disk first, and readers read them from there.
import { join, resolve } from 'node:path';
import { CaptureError, type CaptureErrorCode, type LiveOptions, type RingLimits } from '@eyrie/capture';
import type { CaptureOrigin, ClockReading, DropRow } from '@eyrie/store';
import type { Log } from '../log/index.ts';
import { liveKey, sessionName } from './origin.ts';
import { type Recorder, startRecording } from './recorder/index.ts';
import type { FromRecorder, RecordState } from './recorder/spec.ts';

export interface LiveCaptureOptions extends LiveOptions {
  readonly interface: string;
  /** Folder of all rings. */
  readonly ringFolder: string;
  readonly ring: RingLimits;
  readonly log: Log;
  /** Offset of this machine's clock from the mesh clock, for comparing packets of several machines; null: unknown. */
  readonly meshClock?: MeshClock | undefined;
}

export type MeshClock = () => Promise<MeshReading | null>;

/** A reading of the clocks at the present time. */
export type MeshReading = Omit<ClockReading, 'time'>;

/** Interval between clock comparisons. */
const CLOCK_MS = 60_000;

export class LiveCapture {
  readonly folder: string;
  state: RecordState = { kernel: 0, interface: 0, packets: 0, bytes: 0, dropped: 0, trouble: null };
  /** Resolves when the last packet is written. @throws CaptureError when the capture tool failed */
  readonly ended: Promise<void>;
  isOver = false;
  /** The newest clock comparison. */
  clock: ClockReading | null;
  readonly #recorder: Recorder;
  /** Resolves to the tool's name once it captures; rejects as `ended` does. */
  readonly #begun = Promise.withResolvers<string>();
  readonly #end = Promise.withResolvers<void>();
  readonly #log: Log;
  readonly #origin: CaptureOrigin;
  /** What `drops` has returned so far. */
  #reported = { kernel: 0, interface: 0, queue: 0 };

  constructor(options: LiveCaptureOptions, clock: ClockReading | null) {
    const { interface: name, ringFolder, ring, log, meshClock, ...live } = options;
    const key = liveKey(name, new Date());
    this.clock = clock;
    this.folder = join(ringFolder, sessionName(key)!);
    this.#origin = { key, kind: 'live', name, file: resolve(this.folder), hash: null };
    this.#log = log;
    const job = { interface: name, live, folder: this.folder, ring, note: noteOf(clock) };
    this.#recorder = startRecording(job, (message) => this.#onMessage(message));
    const timer = setInterval(() => {
      void readingOf(meshClock).then((now) => {
        this.clock = now;
        this.#recorder.send({ kind: 'note', note: noteOf(now) });
      });
    }, CLOCK_MS);
    this.ended = this.#end.promise.finally(() => {
      clearInterval(timer);
      this.isOver = true;
    });
    this.ended.catch(() => {});
  }

  /** Resolves to the capture tool's name once it runs. @throws CaptureError */
  begun(): Promise<string> {
    return this.#begun.promise;
  }

  get origin(): CaptureOrigin {
    return { ...this.#origin, clock: this.clock };
  }

  /** Packets lost since the last call, by place of loss. */
  drops(): DropRow[] {
    const { kernel, interface: nic, dropped } = this.state;
    const now = { kernel, interface: nic, queue: dropped };
    const before = this.#reported;
    this.#reported = now;
    const time = Date.now() / 1000;
    return (['kernel', 'interface', 'queue'] as const)
      .map((where) => ({ where, packets: now[where] - before[where], time }))
      .filter(({ packets }) => packets > 0);
  }

  /** Stops the capture tool and writes its remaining packets. */
  async stop(): Promise<void> {
    this.#recorder.send({ kind: 'stop' });
    await this.ended.catch(() => {});
  }

  #onMessage(message: FromRecorder): void {
    if (message.kind === 'begun') this.#begun.resolve(message.tool);
    else if (message.kind === 'state') this.#setState(message.state);
    else if (message.failure === null) this.#end.resolve();
    else {
      const { code, message: text } = message.failure;
      const error = code === '' ? new Error(text) : new CaptureError(code as CaptureErrorCode, text);
      this.#begun.reject(error);
      this.#end.reject(error);
    }
  }

  #setState(state: RecordState): void {
    const { trouble } = this.state;
    this.state = state;
    if (state.trouble === trouble) return;
    if (state.trouble === null) this.#log.info(`captures on ${this.#origin.name} again`);
    else this.#log.warn(state.trouble);
  }
}

/** @throws CaptureError */
export async function startLive(options: LiveCaptureOptions): Promise<LiveCapture> {
  const clock = await readingOf(options.meshClock);
  const live = new LiveCapture(options, clock);
  options.log.info(`captures on ${options.interface} with ${await live.begun()}`);
  const note = noteOf(clock);
  if (note !== null) options.log.info(note);
  return live;
}

async function readingOf(meshClock: MeshClock | undefined): Promise<ClockReading | null> {
  const reading = (await meshClock?.().catch(() => null)) ?? null;
  return reading === null ? null : { ...reading, time: Date.now() / 1000 };
}

/** The comment in the header of each ring file; null: none. */
function noteOf(clock: MeshReading | null): string | null {
  if (clock === null) return null;
  const { mesh, aheadSeconds, uncertaintySeconds } = clock;
  return `clock ${aheadSeconds.toFixed(6)} s ahead of the time of mesh ${mesh}, ± ${uncertaintySeconds.toFixed(6)} s`;
}

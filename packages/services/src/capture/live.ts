// Captures an interface to its ring: packets are written to disk first, and readers read them from there.
import { join } from 'node:path';
import {
  ambientKey,
  type LiveOptions,
  type LiveSource,
  openLive,
  type RingLimits,
  RingWriter,
} from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import type { CaptureOrigin, ClockReading, DropRow } from '@eyrie/store';
import type { Log } from '../log/index.ts';
import { liveOrigin, sessionName } from './origin.ts';

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

/** Longest time that packets stay buffered before they are on disk, where readers see them. */
const FLUSH_MS = 50;

export class LiveCapture {
  readonly folder: string;
  readonly source: LiveSource;
  readonly ring: RingWriter;
  /** Resolves when the last packet is written. @throws CaptureError when the capture tool failed */
  readonly ended: Promise<void>;
  isOver = false;
  readonly #log: Log;
  #told = { kernel: 0, interface: 0, queue: 0 };
  #trouble: string | null = null;
  readonly #origin: CaptureOrigin;
  /** The newest clock comparison. */
  clock: ClockReading | null;

  constructor(source: LiveSource, options: LiveCaptureOptions, clock: ClockReading | null) {
    const { interface: name, ringFolder, ring, log, meshClock } = options;
    this.clock = clock;
    const started = new Date();
    this.folder = join(ringFolder, sessionName(name, started));
    this.#origin = liveOrigin(name, started, this.folder);
    this.source = source;
    this.#log = log;
    this.ring = new RingWriter(this.folder, ring, () => source.reader.interfaces[0], {
      key: ambientKey(),
      comment: () => (this.clock === null ? null : noteOf(this.clock)),
    });
    const timer = setInterval(() => {
      void readingOf(meshClock).then((clock) => {
        this.clock = clock;
      });
    }, CLOCK_MS);
    this.ended = this.#pump().finally(() => {
      clearInterval(timer);
      this.isOver = true;
    });
    this.ended.catch(() => {});
  }

  get origin(): CaptureOrigin {
    return { ...this.#origin, clock: this.clock };
  }

  /** Packets lost since the last call, by place of loss. */
  drops(): DropRow[] {
    const { kernel, interface: nic } = this.source.drops;
    const now = { kernel, interface: nic, queue: this.ring.dropped };
    const before = this.#told;
    this.#told = now;
    const time = Date.now() / 1000;
    return (['kernel', 'interface', 'queue'] as const)
      .map((where) => ({ where, packets: now[where] - before[where], time }))
      .filter(({ packets }) => packets > 0);
  }

  /** Stops the capture tool and writes its remaining packets. */
  async stop(): Promise<void> {
    await this.source.stop();
    await this.ended.catch(() => {});
  }

  async #pump(): Promise<void> {
    const frame = newFrame();
    const timer = setInterval(() => this.#flush(), FLUSH_MS);
    try {
      for await (const reader of this.source.chunks())
        while (reader.next(frame)) if (!this.ring.write(frame)) await this.ring.drained();
    } finally {
      clearInterval(timer);
      await this.ring.close();
    }
  }

  #flush(): void {
    this.ring.flush();
    const { problem } = this.ring;
    if (problem === this.#trouble) return;
    this.#trouble = problem;
    if (problem === null) this.#log.info('the ring takes packets again');
    else this.#log.warn(`packets are dropped: ${problem}`, { dropped: this.ring.dropped });
  }
}

/** @throws CaptureError */
export async function startLive(options: LiveCaptureOptions): Promise<LiveCapture> {
  const source = await openLive(options.interface, options);
  options.log.info(`captures on ${options.interface} with ${source.tool.name}`);
  const clock = await readingOf(options.meshClock);
  if (clock !== null) options.log.info(noteOf(clock));
  return new LiveCapture(source, options, clock);
}

async function readingOf(meshClock: MeshClock | undefined): Promise<ClockReading | null> {
  const reading = (await meshClock?.().catch(() => null)) ?? null;
  return reading === null ? null : { ...reading, time: Date.now() / 1000 };
}

/** The comment in the header of each ring file. */
function noteOf({ mesh, aheadSeconds, uncertaintySeconds }: MeshReading): string {
  return `clock ${aheadSeconds.toFixed(6)} s ahead of the time of mesh ${mesh}, ± ${uncertaintySeconds.toFixed(6)} s`;
}

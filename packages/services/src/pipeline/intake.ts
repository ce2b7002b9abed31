// All imports and captures of this process: files and interfaces, several at the same time.
import { join } from 'node:path';
import {
  CaptureError,
  type LiveOptions as CaptureOptions,
  findTool,
  listInterfaces,
  type RingLimits,
} from '@eyrie/capture';
import type { PacketBatch } from '@eyrie/dissect';
import type { CaptureRow, DropRow, Store, StoreError } from '@eyrie/store';
import type {
  Begun,
  Counters,
  Intake,
  InterfaceList,
  LiveOptions,
  Queue,
  Running,
  Service,
} from '../analyzer/intake.ts';
import { type LiveCapture, type MeshClock, sessionName } from '../capture/index.ts';
import type { Log } from '../log/index.ts';
import type { RefusedBodies } from '../refused/index.ts';
import { AlreadyStored, type FileOptions, runFile } from './file.ts';
import { runLive } from './live.ts';
import type { PipelineOptions, Run } from './pipeline.ts';

export interface IntakeOptions {
  readonly store: Store;
  readonly log: Log;
  /** For batches that the store refuses for good; default: they are only counted. */
  readonly refused?: RefusedBodies | undefined;
  readonly ring: RingLimits;
  readonly ringFolder: string;
  /** Defaults for live captures. */
  readonly live: CaptureOptions;
  /** Whether intrusion rules are applied. */
  readonly rules: boolean;
  /** Which findings they do not make: an expression; empty, the default: none. */
  readonly silence?: string | undefined;
  /** A file of TLS secrets, which may grow; empty, the default: none. */
  readonly keyLog?: string | undefined;
  /** Zeek's logs of live traffic; null, the default: none. */
  readonly logs?: PipelineOptions['logs'];
  /** Called with the findings of a batch once it is stored; `capture` is its name. */
  readonly onFindings?: PipelineOptions['onFindings'];
  readonly meshClock?: MeshClock | undefined;
  /** Captures at the same time, files and interfaces; more are refused, because each has a thread. Default: 8. */
  readonly activeMax?: number | undefined;
}

interface Active {
  readonly run: Run;
  /** Null: a file. */
  readonly live: LiveCapture | null;
  readonly filter: string | null;
  readonly meter: Meter;
  stop(): void;
  /** Resolves when it is stored, and ended in the store, to why it ended early; null: it is whole, or was stopped. */
  readonly ended: Promise<string | null>;
}

const ACTIVE_MAX = 8;

export class PipelineIntake implements Intake {
  readonly #options: IntakeOptions;
  readonly #active = new Map<number, Active>();
  #beginning: Promise<unknown> = Promise.resolve();
  #packets = 0;
  #bytes = 0;
  #drops = 0;
  readonly #protocols = new Map<string, number>();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** `isNew` is false for a file that is stored already, or being stored. */
  importFile(path: string, options: FileOptions): Promise<Begun> {
    return this.#begin(() => this.#importFile(path, options));
  }

  startLive(options: LiveOptions): Promise<Begun> {
    return this.#begin(() => this.#startLive(options));
  }

  async #importFile(path: string, options: FileOptions): Promise<Begun> {
    this.#checkRoom();
    const isRunning = (capture: number): boolean => this.#active.has(capture);
    try {
      const run = await runFile(path, { ...options, isRunning }, this.#pipeline());
      this.#follow(run, null, null, () => run.stop(), run.finished());
      return { capture: run.capture.id, isNew: true };
    } catch (error) {
      if (error instanceof AlreadyStored) return { capture: error.capture.id, isNew: false };
      throw error;
    }
  }

  async #startLive({ interface: name, filter, snapLength }: LiveOptions): Promise<Begun> {
    this.#checkRoom();
    const { live, ring, ringFolder, log, meshClock } = this.#options;
    const own = {
      filter: filter === '' ? (live.filter ?? null) : filter,
      ...(snapLength === null ? {} : { snapLength }),
    };
    const begun = await runLive(
      { ...live, ...own, interface: name, ring, ringFolder, log, meshClock },
      this.#pipeline(),
    );
    const { run, live: source } = begun;
    this.#follow(run, source, own.filter || null, () => void begun.stop(), begun.finished());
    return { capture: run.capture.id, isNew: true };
  }

  async stop(capture: number): Promise<boolean> {
    const active = this.#active.get(capture);
    if (active === undefined) return false;
    active.stop();
    await active.ended;
    return true;
  }

  async interfaces(): Promise<InterfaceList> {
    try {
      const found = await listInterfaces(findTool(this.#options.live.tool));
      const items = found.map(({ description, ...each }) => ({ ...each, description: description || null }));
      return { items, problem: null };
    } catch (error) {
      if (error instanceof CaptureError) return { items: [], problem: error.message };
      throw error;
    }
  }

  sessionFolder(key: string): string | null {
    const name = sessionName(key);
    return name === null ? null : join(this.#options.ringFolder, name);
  }

  running(): Running[] {
    return [...this.#active.values()].map(({ run, filter, meter }) => ({
      capture: run.capture.id,
      packets: run.packets,
      packetsPerSecond: meter.rate(run.packets),
      bytesRead: run.progress.bytesRead,
      bytesTotal: run.progress.size,
      filter,
    }));
  }

  counters(): Counters {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      drops: this.#drops,
      protocols: Object.fromEntries(this.#protocols),
    };
  }

  queues(): Queue[] {
    const { filesMax, fileBytesMax } = this.#options.ring;
    return [...this.#active.values()].flatMap(({ run, live }) => {
      const { id } = run.capture;
      const batches = { name: `batches of capture ${id}`, depth: run.waiting, capacity: run.capacity };
      if (live === null) return [batches];
      const ring = { name: `bytes in the ring of capture ${id}`, capacity: filesMax * fileBytesMax };
      return [{ ...ring, depth: behind(run, live) }, batches];
    });
  }

  services(): Service[] {
    const all = [...this.#active.values()];
    const trouble = all.map(({ run }) => run.trouble).find((each) => each !== null) ?? null;
    const cannot = all.map(({ live }) => live?.state.trouble ?? null).find((each) => each !== null) ?? null;
    const state = all.length === 0 ? 'idle' : 'running';
    return [
      {
        name: 'capture',
        state: cannot === null ? state : 'failing',
        note: cannot ?? (all.length === 0 ? null : `${all.length} running`),
      },
      { name: 'parser', state, note: null },
      { name: 'persistor', state: trouble === null ? state : 'failing', note: trouble },
    ];
  }

  /** Ends all captures, and stores what they have. Resolves to the packets stored since the start. */
  async close(): Promise<number> {
    await this.#beginning;
    for (const { stop } of this.#active.values()) stop();
    await Promise.all([...this.#active.values()].map(({ ended }) => ended));
    return this.#packets;
  }

  /** Resolves when the capture has ended, to why it ended early, or null; at once if it does not run. */
  async ended(capture: number): Promise<string | null> {
    return (await this.#active.get(capture)?.ended) ?? null;
  }

  /** Bytes of live packets in rings that are not stored yet. */
  get bytesBehind(): number {
    const all = [...this.#active.values()];
    return all.reduce((sum, { run, live }) => sum + (live === null ? 0 : behind(run, live)), 0);
  }

  #pipeline(): PipelineOptions {
    const { store, log, rules, silence, keyLog, logs = null, refused, onFindings } = this.#options;
    const watching = { rules, silence, keyLog, logs, onFindings };
    return { store, log, refused, ...watching, onStored: (packets, drops) => this.#count(packets, drops) };
  }

  /** One after the other, so that the checks for room and for runs under way hold until it has begun. */
  #begin(work: () => Promise<Begun>): Promise<Begun> {
    const begun = this.#beginning.then(work);
    this.#beginning = begun.catch(() => {});
    return begun;
  }

  #checkRoom(): void {
    const { activeMax = ACTIVE_MAX } = this.#options;
    if (this.#active.size >= activeMax)
      throw new CaptureError(
        'ERR_CAPTURE_BUSY',
        `${activeMax} captures run already; end one of them, or wait until a file is stored`,
      );
  }

  #follow(
    run: Run,
    live: LiveCapture | null,
    filter: string | null,
    stop: () => void,
    finished: Promise<string | null>,
  ): void {
    const { id } = run.capture;
    let isStopped = false;
    const ended = this.#end(run.capture, finished, () => isStopped);
    this.#active.set(id, {
      ...{ run, live, filter, ended, meter: new Meter() },
      stop: () => {
        isStopped = true;
        stop();
      },
    });
    void ended.finally(() => this.#active.delete(id));
  }

  async #end(
    capture: CaptureRow,
    finished: Promise<string | null>,
    isStopped: () => boolean,
  ): Promise<string | null> {
    const { store, log } = this.#options;
    let problem: string | null;
    let isOthers = false;
    try {
      problem = await finished;
      if (problem !== null) log.warn(`${capture.name}: ${problem}`);
    } catch (error) {
      problem = (error as Error).message;
      isOthers = (error as StoreError).code === 'ERR_STORE_CLAIMED';
      // Errors of files name them already.
      log.error(problem.startsWith(capture.name) ? problem : `${capture.name}: ${problem}`);
    }
    // A file that was stopped in the middle can be resumed: its capture stays open.
    if (isOthers || (isStopped() && capture.hash !== null && problem === null)) {
      await store.releaseCapture(capture.id);
      return problem;
    }
    await store.endCapture(capture.id, problem).catch((error: Error) => log.error(error.message));
    return problem;
  }

  #count({ length, wireLength, protocol, texts }: PacketBatch, drops: readonly DropRow[]): void {
    const counts = new Uint32Array(texts.length);
    let bytes = 0;
    for (let i = 0; i < length; i++) {
      bytes += wireLength[i]!;
      counts[protocol[i]!]!++;
    }
    this.#packets += length;
    this.#bytes += bytes;
    for (const { packets } of drops) this.#drops += packets;
    counts.forEach((count, place) => {
      if (count > 0) this.#protocols.set(texts[place]!, (this.#protocols.get(texts[place]!) ?? 0) + count);
    });
  }
}

function behind({ progress }: Run, { state }: LiveCapture): number {
  return Math.max(0, state.bytes - progress.bytesRead);
}

/** Packets a second, over the last second or a little more. */
class Meter {
  #sinceMs = performance.now();
  #before = 0;
  #rate = 0;

  rate(packets: number): number {
    const ms = performance.now() - this.#sinceMs;
    if (ms < 1000 && this.#rate > 0) return this.#rate;
    this.#rate = ((packets - this.#before) * 1000) / Math.max(1, ms);
    this.#sinceMs += ms;
    this.#before = packets;
    return this.#rate;
  }
}

// Parser and persistor in one process: the parser has a thread of its own (but for a small file), batches are transferred
// without a copy, and this thread writes the store. A batch's memory returns to the parser once it is stored, so there are
// never more than `batchesMax` in flight: beyond that a file waits, and a live capture waits in its ring.
import { PacketBatch } from '@eyrie/dissect';
import type { CaptureOrigin, CaptureRow, ClockReading, DropRow, FindingRow, Store } from '@eyrie/store';
import { addDrop } from '../capture/drop-rows.ts';
import { LossLog } from '../capture/loss.ts';
import type { Log } from '../log/index.ts';
import { BATCH_PACKETS } from '../parser/packet-parser.ts';
import { type ParserThread, startParser } from '../parser/thread/index.ts';
import type { FromParser, ParsedMessage, ParseJob } from '../parser/thread/spec.ts';
import { Persistor } from '../persistor/persistor.ts';
import { RefusedBodies } from '../refused/index.ts';
import type { LiveLogsOptions } from '../zeek/index.ts';

export interface PipelineOptions {
  readonly store: Store;
  readonly log: Log;
  /** For batches that the store refuses for good; default: they are only counted. */
  readonly refused?: RefusedBodies | undefined;
  /** Packets a batch at most; default BATCH_PACKETS_MAX. */
  readonly batchPackets?: number;
  /** Batches in flight; default 3: one filled, one stored, one waiting. */
  readonly batchesMax?: number;
  /** Whether intrusion rules are applied; default false: they take longer than everything else together. */
  readonly rules?: boolean;
  /** Which findings they do not make: an expression; empty, the default: none. */
  readonly silence?: string | undefined;
  /** A file of TLS secrets, which may grow; empty, the default: none. */
  readonly keyLog?: string | undefined;
  /** Zeek's logs of live traffic, within this folder in one of the interface's name; null, the default: none. */
  readonly logs?: LiveLogsOptions | null;
  /** Called after each stored batch. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called with what rules and the expert found in a batch, once it is stored; `capture` is its name. */
  readonly onFindings?: ((findings: readonly FindingRow[], capture: string) => void) | undefined;
  /** Called with each stored batch, which is borrowed: its memory is reused. */
  readonly onStored?: (packets: PacketBatch, drops: readonly DropRow[]) => void;
}

/**
 * A batch of this size is a complete row group of DuckDB: it is written once, compressed, where smaller ones
 * go to the write-ahead log first, which costs twice as much. At 110 bytes a packet, three of them take 40 MB.
 */
const BATCH_PACKETS_MAX = 122_880;
const BATCHES_MAX = 3;

export interface RunProgress {
  readonly capture: CaptureRow;
  readonly bytesRead: number;
  /** Bytes; null if unknown, as of a pipe. */
  readonly size: number | null;
  /** Stored in this run. */
  readonly packets: number;
}

/** A parse job, without the settings that the pipeline decides. */
export type Job = Omit<
  ParseJob,
  'batchPackets' | 'firstPackets' | 'batchesMax' | 'rules' | 'silence' | 'keyLog'
>;

/** A job that a parser works on. */
export interface Parsing {
  readonly thread: ParserThread;
  /** Batches in flight at most. */
  readonly batchesMax: number;
  /** A later run may resume this one. */
  readonly canGoOn: boolean;
}

export function startParsing(job: Job, options: Omit<PipelineOptions, 'store' | 'log'>): Parsing {
  const {
    batchPackets = BATCH_PACKETS_MAX,
    batchesMax = BATCHES_MAX,
    rules = false,
    silence,
    keyLog,
  } = options;
  // Small, so that storing begins while V8 still compiles the dissectors, and live packets are seen soon.
  const firstPackets = Math.min(BATCH_PACKETS, batchPackets);
  const thread = startParser({ ...job, batchPackets, firstPackets, batchesMax, rules, silence, keyLog });
  return { thread, batchesMax, canGoOn: job.canGoOn };
}

/** The parser could not go on; `code` is that of a CaptureError, else ''. */
export class ParserError extends Error {
  readonly code: string;

  constructor({ code, message, stack }: { code: string; message: string; stack: string }) {
    super(message);
    this.code = code;
    this.stack = stack;
  }
}

/** One capture being stored. */
export class Run {
  /** Stored in this run. */
  packets = 0;
  /** Refused by the store in this run, and put aside. */
  refused = 0;
  /** Progress in the input; `size` is null where it is not known. */
  progress: { readonly bytesRead: number; readonly size: number | null } = { bytesRead: 0, size: null };
  /** Batches that wait for the store, and how many may. */
  waiting = 0;
  readonly capacity: number;
  readonly capture: CaptureRow;
  readonly #origin: CaptureOrigin;
  /** Present state of the clock that dates the packets. */
  readonly #clock: () => ClockReading | null;
  readonly #options: PipelineOptions;
  readonly #persistor: Persistor;
  readonly #thread: ParserThread;
  readonly #ended: Promise<string | null>;
  #settle: { resolve(problem: string | null): void; reject(error: unknown): void } | null = null;
  /** Resolves when all batches so far are stored. */
  #storing: Promise<void> = Promise.resolve();
  #drops: DropRow[] = [];
  /** Drops of refused batches, and those batches' packets: they are reported with the next accepted one. */
  readonly #pendingDrops: DropRow[] = [];
  /** Sequences of the last refused batch, and of the last batch. */
  #missingSequence = 0;
  #lastSequence = 0;
  #isRefusedAtAll = false;
  /** A later run may resume this one. */
  readonly #canGoOn: boolean;
  #isStopped = false;
  /** A batch could not be stored: later ones would leave a gap. */
  #hasFailed = false;
  readonly #loss: LossLog;

  constructor(
    capture: CaptureRow,
    { thread, batchesMax, canGoOn }: Parsing,
    options: PipelineOptions,
    clock: () => ClockReading | null = () => null,
  ) {
    this.capture = capture;
    this.#clock = clock;
    const { key, kind, name, file, hash } = capture;
    this.#origin = { key, kind, name, file, hash };
    this.#options = options;
    this.#canGoOn = canGoOn;
    this.#loss = new LossLog(options.log, name);
    this.#persistor = new Persistor(options.store, {
      log: options.log,
      refused: options.refused ?? new RefusedBodies(null, options.log),
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.capacity = batchesMax;
    this.#thread = thread;
    thread.listen((message) => this.#onMessage(message));
  }

  /** Resolves when all is stored, to what is wrong with the input, or null. @throws StoreError, ParserError */
  async finished(): Promise<string | null> {
    try {
      const problem = await this.#ended;
      await this.#storing;
      await this.#writePendingDrops();
      return this.#withRefused(problem);
    } finally {
      this.#loss.flush();
      await this.#thread.end();
    }
  }

  /** Why the store takes nothing at present; null: it does. */
  get trouble(): string | null {
    return this.#persistor.trouble;
  }

  /** Stops reading; what was read is still stored. */
  stop(): void {
    this.#isStopped = true;
    this.#thread.send({ kind: 'stop' });
  }

  /** Ends at once; batches in flight may or may not be stored. */
  abandon(): void {
    this.#persistor.abandon();
    this.stop();
  }

  /** Packets lost before the parser; reported with the next batch. */
  addDrops(row: DropRow): void {
    addDrop(this.#drops, row);
  }

  #onMessage(message: FromParser): void {
    if (message.kind === 'batch') {
      if (this.#hasFailed) return;
      const stored = this.#store(message);
      this.#storing = this.#storing.then(() => stored);
      // finished() reports the error; until it is awaited, neither rejection may count as unhandled.
      stored.catch((error) => {
        this.#hasFailed = true;
        this.#settle!.reject(error);
      });
      this.#storing.catch(() => {});
    } else if (message.kind === 'end') this.#settle!.resolve(message.problem);
    else if (message.kind === 'trouble') this.#options.log.warn(`${this.capture.name}: ${message.trouble}`);
    else this.#settle!.reject(new ParserError(message));
  }

  async #store({ sequence, memory, progress, drops, ...parsed }: ParsedMessage): Promise<void> {
    const packets = new PacketBatch(parsed.capacity, [], memory);
    packets.length = parsed.length;
    packets.texts.push(...parsed.texts);
    const { flows, names, findings, reported } = parsed;
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
    const allDrops = [...drops, ...this.#drops];
    this.#drops = [];
    this.#loss.add(allDrops);
    this.waiting++;
    const batch = {
      source: this.capture.key,
      sequence,
      origin: { ...this.#origin, clock: this.#clock() },
      packets: packets.length > 0 ? packets : null,
      ...{
        flows: [],
        flowColumns: flows,
        names,
        findings,
        reported,
        drops: [...this.#pendingDrops.splice(0), ...allDrops],
      },
    };
    const written = await this.#persistor.write(batch);
    this.waiting--;
    if (written === null) this.#countRefused(sequence, batch.drops, packets.length);
    else if (written.applied) {
      this.packets += written.packets;
      if (written.packets === packets.length) this.#options.onStored?.(packets, allDrops);
      else this.#noteRefused(packets.length);
      if (findings.length > 0) this.#options.onFindings?.(findings, this.capture.name);
    }
    this.#thread.send({ kind: 'memory', memory });
    const { bytesRead, size } = progress;
    this.progress = { bytesRead, size };
    this.#options.onProgress?.({ capture: this.capture, bytesRead, size, packets: this.packets });
  }

  #countRefused(sequence: number, drops: readonly DropRow[], packets: number): void {
    this.#missingSequence = sequence;
    this.#noteRefused(packets);
    for (const row of drops) addDrop(this.#pendingDrops, row);
    if (packets > 0) addDrop(this.#pendingDrops, { where: 'refused', packets, time: Date.now() / 1000 });
  }

  #noteRefused(packets: number): void {
    this.#isRefusedAtAll = true;
    this.refused += packets;
  }

  /**
   * Drops that no batch has reported get a batch of their own, after all others, so that a refused one can still be resent. If
   * the run can be resumed, it takes the sequence of the refused batch: one of its own would count as one more packet.
   */
  async #writePendingDrops(): Promise<void> {
    if (this.#pendingDrops.length === 0) return;
    const rest = { flows: [], names: [], findings: [], drops: this.#pendingDrops.splice(0), packets: null };
    const { key: source } = this.capture;
    const sequence = this.#isStopped && this.#canGoOn ? this.#missingSequence : this.#lastSequence + 1;
    await this.#persistor.write({ source, sequence, origin: this.#origin, ...rest });
  }

  /** Adds what the store refused to the capture's `problem`. */
  #withRefused(problem: string | null): string | null {
    if (!this.#isRefusedAtAll) return problem;
    const what = this.refused > 0 ? `${this.refused} packets` : 'its last conversations';
    const refused = `the store refused ${what}`;
    return problem === null ? refused : `${problem}; ${refused}`;
  }
}

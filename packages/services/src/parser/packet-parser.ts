// Frames in, batches out: packets as columns, conversations that have ended or are due, names, findings.
import { unpack } from '@eyrie/capture';
import {
  type CaptureInterface,
  type DecryptionSecrets,
  Dissector,
  type Flow,
  FlowBook,
  type FlowColumns,
  type FlowOptions,
  FlowRecords,
  type Frame,
  NONE,
  noFlows,
  PacketBatch,
  shapeOf,
} from '@eyrie/dissect';
import type { FindingRow, NameRow } from '@eyrie/store';
import { NAME_TEXT_MAX } from '../bus/schemas.ts';
import { Rules } from '../detect/index.ts';
import { LiveLogs, type LiveLogsOptions } from '../zeek/index.ts';
import { Findings } from './findings.ts';
import { Names } from './names.ts';

/** Packets per batch of a source that keeps pace; some thousands, to amortise the cost of a batch. */
export const BATCH_PACKETS = 8192;

/** So many rows are not held back any longer. */
const HELD_FLOWS_MAX = 16_384;
const HELD_NAMES_MAX = 4096;
const HELD_FINDINGS_MAX = 256;

export interface ParserOptions extends FlowOptions {
  /**
   * Conversations, names and findings of the expert are reported with each so many-th batch, as most of them go on for several, and
   * the store writes a row anew each time. Default 1.
   */
  readonly reportEvery?: number;
  /** Packets of a batch at most. Default BATCH_PACKETS. */
  readonly batchPackets?: number;
  /** Packets of the first batch; while the parser is behind, each that follows may hold twice as many. Default `batchPackets`. */
  readonly firstPackets?: number;
  /**
   * Added to stream numbers. A parser that begins in the middle of a capture, without the context before it, takes
   * the number of frames before: there cannot have been more streams.
   */
  readonly streamBase?: number;
  /** Whether intrusion rules are applied, which takes longer than everything else together. Default false. */
  readonly rules?: boolean;
  /** Which findings they do not make: an expression; empty, the default: none. */
  readonly silence?: string | undefined;
  /** Whether packets come now, and never end. Default false. */
  readonly isLive?: boolean;
  /** Zeek's logs of the packets; default: none. */
  readonly logs?: LiveLogsOptions | null;
  /** Called with a line on each failure beside the parsing, such as a log that cannot be written. */
  readonly onTrouble?: (trouble: string) => void;
}

/** The result of parsing some frames. The memory of `packets` is to be returned, for reuse. */
export interface Parsed {
  readonly packets: PacketBatch;
  readonly flows: FlowColumns;
  readonly names: NameRow[];
  readonly findings: FindingRow[];
  /** See StoreBatch. */
  readonly reported: number | null;
}

/** The packets of one capture, in their order. */
export class PacketParser {
  /** frame.number of the last packet seen, 0 before the first. */
  lastFrame = 0;
  readonly #dissector: Dissector;
  readonly #records: FlowRecords;
  readonly #names = new Names();
  readonly #findings = new Findings();
  readonly #rules: Rules | null;
  readonly #logs: LiveLogs | null;
  readonly #batchPackets: number;
  readonly #firstPackets: number;
  /** Packets that the last batch begun may hold, 0 before the first; and the size of its memory. */
  #capacity = 0;
  #capacityBytes = 0;
  readonly #streamBase: number;
  #batch: PacketBatch | null = null;
  /** Packets were skipped since the last batch was begun. */
  #isBehind = false;
  readonly #flows: FlowBook;
  readonly #reportEvery: number;
  /** Batches since the last report, and the last packet that it was about. */
  #held = 0;
  #reported = 0;

  constructor(options: ParserOptions = {}) {
    const {
      batchPackets = BATCH_PACKETS,
      firstPackets = batchPackets,
      streamBase = 0,
      rules = false,
      reportEvery = 1,
    } = options;
    this.#reportEvery = reportEvery;
    this.#batchPackets = batchPackets;
    this.#firstPackets = Math.min(firstPackets, batchPackets);
    this.#streamBase = streamBase;
    this.#flows = new FlowBook(streamBase);
    // Neither result goes into a batch, and the two take a third of the time.
    this.#dissector = new Dissector({ unpack, matchReplies: false, timesConversations: false });
    this.#records = new FlowRecords(this.#dissector.session, (flow) => this.#addFlow(flow), {
      ...options,
      communityIds: true,
    });
    this.#rules = rules ? new Rules(this.#dissector.session, options) : null;
    const { logs = null, onTrouble = () => {} } = options;
    this.#logs = logs === null ? null : new LiveLogs(this.#dissector.session, logs, onTrouble);
  }

  /** The interfaces of the capture: a list that may grow. */
  set interfaces(list: readonly CaptureInterface[]) {
    this.#dissector.session.interfaces = list;
  }

  /**
   * Secrets that the capture itself holds, and others: lists that may grow. What they decrypt is stored as plaintext.
   *
   * @param isExpecting whether some may come that are not there yet
   */
  useSecrets(isExpecting: boolean, ...lists: (readonly DecryptionSecrets[])[]): void {
    const { keyLog } = this.#dissector.session;
    keyLog.watch(...lists);
    keyLog.isExpecting = isExpecting;
  }

  get names(): Names {
    return this.#names;
  }

  /**
   * Begins a batch.
   *
   * @param buffer the memory of an earlier one, which is reused if it fits
   * @param isBehind whether more packets are there than one batch takes: large batches cost the store less for each
   */
  begin(buffer?: ArrayBuffer, isBehind = true): void {
    const capacity = isBehind
      ? Math.min(this.#batchPackets, Math.max(this.#firstPackets, this.#capacity * 2))
      : this.#firstPackets;
    const isFitting = capacity === this.#capacity && buffer?.byteLength === this.#capacityBytes;
    this.#batch = new PacketBatch(capacity, [], isFitting ? buffer : undefined);
    if (isFitting) this.#batch.clear();
    this.#capacity = capacity;
    this.#capacityBytes = this.#batch.buffer.byteLength;
    // Findings of packets that are stored already are stored, too.
    if (this.#isBehind) this.#rules?.take();
    this.#isBehind = false;
  }

  get hasBatch(): boolean {
    return this.#batch !== null;
  }

  get isFull(): boolean {
    return this.#batch?.isFull ?? false;
  }

  /** Packets that wait in the batch. */
  get waiting(): number {
    return this.#batch?.length ?? 0;
  }

  /** A batch must have been begun, and not be full. */
  add(frame: Frame): void {
    const p = this.#dissector.dissect(frame);
    const shape = shapeOf(p);
    this.lastFrame = frame.number;
    this.#batch!.add(p, shape);
    this.#records.add(p);
    this.#names.add(p, shape);
    this.#findings.add(p, shape);
    this.#rules?.add(p);
    this.#logs?.add(p);
  }

  /**
   * For packets that are stored already: updates the context that later packets need, without any rows but those of packets after
   * `reported`, which were held back.
   */
  skip(frame: Frame, reported = Infinity): void {
    const p = this.#dissector.dissect(frame);
    this.lastFrame = frame.number;
    this.#records.add(p);
    if (frame.number <= reported) {
      this.#flows.clear();
      this.#names.take();
      this.#reported = frame.number;
    } else {
      const shape = shapeOf(p);
      this.#names.add(p, shape);
      this.#findings.add(p, shape);
    }
    this.#rules?.add(p);
    this.#isBehind = true;
  }

  /** Emits conversations that have ended or are due at this time (seconds since 1970), when no packet comes. */
  sweep(now: number): void {
    this.#records.sweep(now);
    this.#rules?.advance(now);
    this.#logs?.advance(now);
  }

  /** Ends all conversations; their rows are in the next batch. */
  end(): void {
    this.#records.end();
    this.#rules?.end();
    this.#logs?.end();
  }

  /** After the last batch was taken. */
  close(): void {
    this.#logs?.close();
  }

  /**
   * Everything since the last call, but for what is held back; the batch then belongs to the caller.
   *
   * @param isLast nothing is held back
   */
  take(isLast = false): Parsed {
    const packets = this.#batch ?? new PacketBatch(0);
    this.#batch = null;
    if (this.#streamBase > 0) moveStreams(packets, this.#streamBase);
    const found = this.#rules?.take() ?? [];
    this.#logs?.addFindings(found);
    if (!isLast && this.#isHolding()) {
      this.#names.endBatch();
      this.#findings.endBatch();
      return { packets, flows: noFlows(), names: [], findings: found, reported: this.#reported };
    }
    this.#held = 0;
    this.#reported = this.lastFrame;
    return {
      packets,
      flows: this.#flows.take(),
      names: this.#names.take(),
      findings: [...this.#findings.take(), ...found],
      reported: null,
    };
  }

  #isHolding(): boolean {
    return (
      ++this.#held < this.#reportEvery &&
      this.#flows.size < HELD_FLOWS_MAX &&
      this.#names.size < HELD_NAMES_MAX &&
      this.#findings.size < HELD_FINDINGS_MAX
    );
  }

  #addFlow(flow: Flow): void {
    this.#names.addFlow(flow);
    const { serverName } = flow;
    // What is longer is no name.
    const isName = serverName === null || serverName.length <= NAME_TEXT_MAX;
    this.#flows.add(isName ? flow : { ...flow, serverName: null });
  }
}

function moveStreams({ stream, length }: PacketBatch, by: number): void {
  for (let i = 0; i < length; i++) if (stream[i] !== NONE) stream[i]! += by;
}

// State of one source that sends to a parser: dissection context, expected batch, and parsed batches that the persistor
// has not accepted yet. Requests are serialised. Batches that the persistor refuses permanently are set aside.
import { type Frame, flowRows, type PacketBatch } from '@eyrie/dissect';
import type { CaptureOrigin, ClockReading, DropRow, StoreBatch } from '@eyrie/store';
import { BATCH_TYPE, encodeStoreBody, type StoreRequest } from '../bus/batch-body.ts';
import type { BusClient } from '../bus/client.ts';
import { BusError, type Expected } from '../bus/errors.ts';
import type { Frames } from '../bus/frames-body.ts';
import { addDrop } from '../capture/drop-rows.ts';
import type { RefusedBodies } from '../refused/index.ts';
import { FILE_FLOWS, LIVE_FLOWS } from './flow-times.ts';
import { BATCH_PACKETS, PacketParser } from './packet-parser.ts';
import { sequenceOf } from './run.ts';

export interface InboxOptions {
  readonly origin: CaptureOrigin;
  readonly persistor: BusClient;
  /** Packets of this source stored already. */
  readonly stored: number;
  /** Of those, the last one whose conversations, names and findings are stored, too; null: all. */
  readonly reported: number | null;
  /** Whether the source resends from its first packet, so that the dissection context can be rebuilt. */
  readonly rewinds: boolean;
  /** Whether intrusion rules are applied. */
  readonly rules: boolean;
  /** Expression that silences findings; empty, the default: none. */
  readonly silence?: string | undefined;
  readonly refused: RefusedBodies;
}

/** The outcome of a delivery. */
export interface Taken {
  /** False: the batch had been applied before. */
  readonly applied: boolean;
  readonly packets: number;
  /** Packets set aside since the last answer, of this delivery or an earlier one. */
  readonly refused?: number;
}

/** A body for the persistor. */
interface Unsent {
  readonly body: Uint8Array;
  readonly sequence: number;
  readonly packets: number;
  readonly end: StoreRequest['end'];
  /** It has neither packets nor rows. */
  readonly isBare: boolean;
  /** What it was made of, but for its packets. */
  readonly batch: StoreBatch;
  /** It is what was left of one that was refused and could not be put aside. */
  readonly isRest: boolean;
}

/** One received batch of frames. */
export interface Delivery {
  /** Null: the next in sequence. */
  readonly sequence: number | null;
  /** frame.number of the first frame; null: the parser numbers them. */
  readonly first: number | null;
  readonly frames: Frames;
  readonly drops: readonly DropRow[];
  /** State of the clock that timestamped them. */
  readonly clock?: ClockReading | null;
  readonly end: StoreRequest['end'];
}

/** Conversations per body at the end of a capture: tens of megabytes. */
const FLOWS_MAX = 20_000;

export class Inbox {
  /** The next batch. */
  expect: Expected;
  readonly #options: InboxOptions;
  readonly #parser: PacketParser;
  /** An error in the middle of a batch: how far it got is unknown, so nothing more is accepted. */
  #failure: unknown = null;
  /** Bodies to send to the persistor, in order. */
  readonly #unsent: Unsent[] = [];
  /** Sent after all bodies before it are delivered. */
  #end: StoreRequest['end'] = null;
  /** Packets set aside: in total, and not yet reported to the sender. */
  #refused = { all: 0, unreported: 0 };
  #memory: ArrayBuffer | undefined;
  #clock: ClockReading | null = null;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: InboxOptions) {
    this.#options = options;
    const { rewinds, stored, origin, rules, silence } = options;
    const isLive = origin.kind === 'live';
    this.expect = { sequence: 0, frame: rewinds ? 1 : stored + 1 };
    this.#parser = new PacketParser({
      ...{ rules, silence, isLive },
      streamBase: rewinds ? 0 : stored,
      ...(isLive ? LIVE_FLOWS : FILE_FLOWS),
    });
  }

  /** Resolves once the persistor has the batch. @throws BusError */
  take(delivery: Delivery): Promise<Taken> {
    // Serialised, also after a failure.
    const taken = this.#busy.then(() => this.#take(delivery));
    this.#busy = taken.catch(() => {});
    return taken;
  }

  get isBroken(): boolean {
    return this.#failure !== null;
  }

  get key(): string {
    return this.#options.origin.key;
  }

  async #take(delivery: Delivery): Promise<Taken> {
    if (this.isBroken)
      throw new BusError('ERR_NEXT_AWAY', 'the parser begins anew with what is stored of this source');
    try {
      const taken = await this.#takeWhole(delivery);
      const refused = this.#refused.unreported;
      this.#refused.unreported = 0;
      return refused === 0 ? taken : { ...taken, refused };
    } catch (error) {
      // An unavailable persistor or an out-of-sequence batch leaves the state unchanged.
      if (!(error instanceof BusError)) this.#failure = error;
      throw error;
    }
  }

  async #takeWhole(delivery: Delivery): Promise<Taken> {
    const { frames, drops, end } = delivery;
    const { expect } = this;
    const sequence = delivery.sequence ?? expect.sequence;
    const first = delivery.first ?? expect.frame;
    if (sequence < expect.sequence) {
      // A repeated batch: deliver what was left undelivered the first time.
      await this.#deliver();
      return { applied: false, packets: 0 };
    }
    // Only a live source may skip packets: it may have lost them.
    const isNext = first === expect.frame || (first > expect.frame && !this.#options.rewinds);
    if (sequence > expect.sequence || !isNext)
      throw new BusError(
        'ERR_SEQUENCE',
        `batch ${expect.sequence} comes next, from packet ${expect.frame}`,
        expect,
      );
    await this.#deliver();
    this.#clock = delivery.clock ?? null;
    let last = expect.frame - 1;
    let packets = 0;
    frames((frame) => {
      if (delivery.first === null) frame.number = first + packets;
      this.#see(frame);
      last = frame.number;
      packets++;
    });
    this.#pack(drops);
    this.#end = end;
    this.expect = { sequence: sequence + 1, frame: last + 1 };
    await this.#deliver();
    return { applied: true, packets };
  }

  #see(frame: Frame): void {
    const parser = this.#parser;
    if (frame.number <= this.#options.stored) {
      parser.skip(frame, this.#options.reported ?? Infinity);
      return;
    }
    if (!parser.hasBatch) parser.begin(this.#takeMemory());
    parser.add(frame);
    if (parser.waiting >= BATCH_PACKETS) this.#pack([]);
  }

  #finish(end: NonNullable<StoreRequest['end']>): void {
    const parser = this.#parser;
    // The final rows are split by fixed sizes and names, independent of the batches before.
    parser.end();
    const { flows: columns, names, findings } = parser.take();
    const flows = flowRows(columns);
    const drops = this.#drops.splice(0);
    const parts = Math.max(1, Math.ceil(flows.length / FLOWS_MAX));
    for (let part = 0; part < parts; part++) {
      const isLast = part === parts - 1;
      const batch = {
        ...{
          source: this.key,
          sequence: sequenceOf(parser.lastFrame, 0) + part,
          origin: this.#origin,
        },
        packets: null,
        flows: flows.slice(part * FLOWS_MAX, (part + 1) * FLOWS_MAX),
        ...(isLast ? { names, findings, drops } : { names: [], findings: [], drops: [] }),
        ...this.#reported(),
      };
      this.#push(batch, null, isLast ? this.#withRefused(end) : null);
    }
  }

  /** Packs parsed rows and drops into a body for the persistor. */
  #pack(drops: readonly DropRow[]): void {
    const parser = this.#parser;
    if (parser.waiting === 0) {
      for (const row of drops) addDrop(this.#drops, row);
      return;
    }
    const { packets, flows, names, findings } = parser.take();
    const origin = this.#origin;
    const batch = {
      source: origin.key,
      sequence: sequenceOf(parser.lastFrame, packets.length),
      ...{ origin, flows: flowRows(flows), names, findings, packets: null },
      drops: [...this.#drops.splice(0), ...drops],
      ...this.#reported(),
    };
    this.#push(batch, packets, null);
    this.#memory = packets.buffer;
  }

  /** Nothing is held back here: what was, is in the first batch. */
  #reported(): Pick<StoreBatch, 'reported'> {
    return this.#options.reported === null ? {} : { reported: null };
  }

  get #origin(): CaptureOrigin {
    return { ...this.#options.origin, clock: this.#clock };
  }

  /** Drop rows that wait for a batch with packets. */
  readonly #drops: DropRow[] = [];

  #push(batch: StoreBatch, packets: PacketBatch | null, end: StoreRequest['end']): void {
    const body = encodeStoreBody(batch, packets, end);
    const { sequence } = batch;
    const isBare = packets === null && !hasRows(batch);
    this.#unsent.push({ body, sequence, packets: packets?.length ?? 0, end, isBare, batch, isRest: false });
  }

  /** Sends all pending bodies in order. @throws BusError */
  async #deliver(): Promise<void> {
    for (;;) {
      const next = this.#unsent[0];
      if (next === undefined) {
        if (this.#end === null) return;
        this.#finish(this.#end);
        this.#end = null;
        continue;
      }
      try {
        await this.#options.persistor.once('POST', '/store', BATCH_TYPE, next.body);
        // That the store takes rows does not mean that it takes packets.
        if (!next.isRest) this.#options.refused.taken();
      } catch (error) {
        if (error instanceof BusError && error.code === 'ERR_SEQUENCE') {
          // Another process stores this source, too: the sender resumes after what is stored by now.
          this.#failure = error;
          throw new BusError('ERR_NEXT_AWAY', error.message);
        }
        if (!(error instanceof BusError && error.isForGood)) throw error;
        if (next.isRest) for (const row of next.batch.drops) addDrop(this.#drops, row);
        else this.#putAside(next, error.message);
      }
      this.#unsent.shift();
    }
  }

  /**
   * Sets a body aside, so that the source continues; an end that it carried is sent separately. If it cannot be kept, its rows are
   * sent without its packets, which count as drops.
   *
   * @throws BusError if the store refuses everything: then the body stays
   */
  #putAside({ body, sequence, packets, end, isBare, batch }: Unsent, reason: string): void {
    const { refused, origin } = this.#options;
    const fate = refused.add({ source: this.key, sequence, packets, body: () => body, reason });
    if (fate === 'retry') throw new BusError('ERR_NEXT_AWAY', refused.trouble ?? reason);
    this.#refused.all += packets;
    this.#refused.unreported += packets;
    const drops = [...batch.drops];
    if (packets > 0) drops.push({ where: 'refused', packets, time: Date.now() / 1000 });
    if (fate === 'lost' && packets > 0 && hasRows(batch)) {
      const rest = { ...batch, drops };
      const unsent = { sequence, packets: 0, end: null, isBare: false, batch: rest, isRest: true };
      // Next, behind the refused one.
      this.#unsent.splice(1, 0, { ...unsent, body: encodeStoreBody(rest, null, null) });
      return;
    }
    for (const row of drops) addDrop(this.#drops, row);
    if (end === null || isBare) return;
    const rest = { flows: [], names: [], findings: [], drops: this.#drops.splice(0), packets: null };
    const problem = end.problem ?? `its last conversations were refused: ${reason}`;
    // Under a sequence number of its own, so that the refused body can still be resent.
    this.#push({ source: this.key, sequence: sequence + 1, origin, ...rest }, null, { problem });
  }

  /** Adds the number of refused packets to the capture's end. */
  #withRefused({ problem }: NonNullable<StoreRequest['end']>): StoreRequest['end'] {
    if (this.#refused.all === 0) return { problem };
    const refused = `the store refused ${this.#refused.all} packets`;
    return { problem: problem === null ? refused : `${problem}; ${refused}` };
  }

  #takeMemory(): ArrayBuffer | undefined {
    const memory = this.#memory;
    this.#memory = undefined;
    return memory;
  }
}

function hasRows({ flows, names, findings }: StoreBatch): boolean {
  return flows.length + names.length + findings.length > 0;
}

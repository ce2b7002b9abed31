// State of one source that sends to a parser: the dissector's context, the expected batch, and batches that were parsed
// but not yet accepted by the persistor. One request at a time. What the persistor refuses for good is put aside.
import type { Frame, PacketBatch } from '@eyrie/dissect';
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
  /** Packets of this source that are stored already. */
  readonly stored: number;
  /** Whether the source sends from its first packet, so that all of its context can be had again. */
  readonly rewinds: boolean;
  /** Whether intrusion rules look at the packets. */
  readonly rules: boolean;
  /** Which findings they do not make: an expression; empty, the default: none. */
  readonly silence?: string | undefined;
  readonly refused: RefusedBodies;
}

/** The outcome of a delivery. */
export interface Taken {
  /** False: it had been taken before. */
  readonly applied: boolean;
  readonly packets: number;
  /** Packets that were put aside meanwhile, of this delivery or one before it. */
  readonly refused?: number;
}

/** A body for the persistor. */
interface Unsent {
  readonly body: Uint8Array;
  readonly sequence: number;
  readonly packets: number;
  readonly end: StoreRequest['end'];
  /** Neither packets nor rows. */
  readonly isBare: boolean;
  readonly drops: readonly DropRow[];
}

/** One batch of frames as it came. */
export interface Delivery {
  /** Null: the next one. */
  readonly sequence: number | null;
  /** frame.number of the first; null: they are numbered here, as they come. */
  readonly first: number | null;
  readonly frames: Frames;
  readonly drops: readonly DropRow[];
  /** How the clock that dated them stands. */
  readonly clock?: ClockReading | null;
  readonly end: StoreRequest['end'];
}

/** Conversations in one body at the end of a capture: some ten megabytes. */
const FLOWS_MAX = 20_000;

export class Inbox {
  /** What comes next. */
  expect: Expected;
  readonly #options: InboxOptions;
  readonly #parser: PacketParser;
  /** The error that interrupted a batch: its extent is not known, so nothing more is accepted. */
  #failure: unknown = null;
  /** Bodies for the persistor, in order. */
  readonly #unsent: Unsent[] = [];
  /** Told once all before it is delivered. */
  #end: StoreRequest['end'] = null;
  /** Packets put aside: in all, and not told to the sender yet. */
  #refused = { all: 0, untold: 0 };
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

  /** Resolves once the persistor has it. @throws BusError */
  take(delivery: Delivery): Promise<Taken> {
    // One after the other, whether or not the one before failed.
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
      const refused = this.#refused.untold;
      this.#refused.untold = 0;
      return refused === 0 ? taken : { ...taken, refused };
    } catch (error) {
      // A persistor that is away, or a batch that is not the next, changes nothing here.
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
      // It came before; what was not delivered then is delivered now.
      await this.#deliver();
      return { applied: false, packets: 0 };
    }
    // A live source may have lost packets on its side; a file has not.
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
      parser.skip(frame);
      return;
    }
    if (!parser.hasBatch) parser.begin(this.#takeMemory());
    parser.add(frame);
    if (parser.waiting >= BATCH_PACKETS) this.#pack([]);
  }

  #finish(end: NonNullable<StoreRequest['end']>): void {
    const parser = this.#parser;
    // Rows at the end come in parts of fixed size and name, however packets were cut into batches before.
    parser.end();
    const { flows, names, findings } = parser.take();
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
      };
      this.#push(batch, null, isLast ? this.#withRefused(end) : null);
    }
  }

  /** Puts together what was parsed, and drops, for the persistor. */
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
      ...{ origin, flows, names, findings, packets: null },
      drops: [...this.#drops.splice(0), ...drops],
    };
    this.#push(batch, packets, null);
    this.#memory = packets.buffer;
  }

  get #origin(): CaptureOrigin {
    return { ...this.#options.origin, clock: this.#clock };
  }

  /** Rows of drops that wait for a packet. */
  readonly #drops: DropRow[] = [];

  #push(batch: StoreBatch, packets: PacketBatch | null, end: StoreRequest['end']): void {
    const body = encodeStoreBody(batch, packets, end);
    const { sequence, flows, names, findings, drops } = batch;
    const isBare = packets === null && flows.length + names.length + findings.length === 0;
    this.#unsent.push({ body, sequence, packets: packets?.length ?? 0, end, isBare, drops });
  }

  /** Sends what is not sent, in order. @throws BusError */
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
        this.#options.refused.taken();
      } catch (error) {
        if (!(error instanceof BusError && error.isForGood)) throw error;
        this.#putAside(next, error.message);
      }
      this.#unsent.shift();
    }
  }

  /**
   * Without it the source goes on; an end that it carried is told by itself.
   *
   * @throws BusError where it waits: the store refuses all
   */
  #putAside({ body, sequence, packets, end, isBare, drops }: Unsent, reason: string): void {
    const { refused, origin } = this.#options;
    if (!refused.add({ source: this.key, sequence, packets, body: () => body, reason }))
      throw new BusError('ERR_NEXT_AWAY', refused.trouble ?? reason);
    this.#refused.all += packets;
    this.#refused.untold += packets;
    for (const row of drops) addDrop(this.#drops, row);
    if (packets > 0) addDrop(this.#drops, { where: 'refused', packets, time: Date.now() / 1000 });
    if (end === null || isBare) return;
    const rest = { flows: [], names: [], findings: [], drops: this.#drops.splice(0), packets: null };
    const problem = end.problem ?? `its last conversations were refused: ${reason}`;
    // By a number of its own: what was refused can still be sent again.
    this.#push({ source: this.key, sequence: sequence + 1, origin, ...rest }, null, { problem });
  }

  /** The end of a capture some of whose packets are missing says so. */
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

// What a parser remembers of one source that sends to it: the packets' context, which batch comes next, and what was parsed
// and not yet taken by the persistor. One request at a time.
import type { Frame } from '@eyrie/dissect';
import type { CaptureOrigin, DropRow } from '@eyrie/store';
import { BATCH_TYPE, encodeStoreBody, type StoreRequest } from '../bus/batch-body.ts';
import type { BusClient } from '../bus/client.ts';
import { BusError, type Expected } from '../bus/errors.ts';
import type { Frames } from '../bus/frames-body.ts';
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
}

/** One batch of frames as it came. */
export interface Delivery {
  /** Null: the next one. */
  readonly sequence: number | null;
  /** frame.number of the first; null: they are numbered here, as they come. */
  readonly first: number | null;
  readonly frames: Frames;
  readonly drops: readonly DropRow[];
  readonly end: StoreRequest['end'];
}

/** Conversations without a packet for so long are over, those that go on are reported so often. By the packets' clock. */
const IDLE_SECONDS = 300;
const ACTIVE_SECONDS = 600;
const ACTIVE_SECONDS_LIVE = 10;

export class Inbox {
  /** What comes next. */
  expect: Expected;
  readonly #options: InboxOptions;
  readonly #parser: PacketParser;
  /** Bodies for the persistor, in order. */
  readonly #unsent: Uint8Array[] = [];
  #memory: ArrayBuffer | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: InboxOptions) {
    this.#options = options;
    const { rewinds, stored, origin, rules } = options;
    this.expect = { sequence: 0, frame: rewinds ? 1 : stored + 1 };
    this.#parser = new PacketParser({
      rules,
      streamBase: rewinds ? 0 : stored,
      idleSeconds: IDLE_SECONDS,
      activeSeconds: origin.kind === 'live' ? ACTIVE_SECONDS_LIVE : ACTIVE_SECONDS,
    });
  }

  /** Resolves once the persistor has it. @throws BusError */
  take(delivery: Delivery): Promise<{ applied: boolean; packets: number }> {
    // One after the other, whatever became of the one before.
    const taken = this.#busy.then(() => this.#take(delivery));
    this.#busy = taken.catch(() => {});
    return taken;
  }

  async #take(delivery: Delivery): Promise<{ applied: boolean; packets: number }> {
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
    let last = expect.frame - 1;
    let packets = 0;
    frames((frame) => {
      if (delivery.first === null) frame.number = first + packets;
      this.#see(frame);
      last = frame.number;
      packets++;
    });
    this.#pack(drops, null);
    if (end !== null) this.#finish(end);
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
    if (parser.waiting >= BATCH_PACKETS) this.#pack([], null);
  }

  #finish(end: StoreRequest['end']): void {
    if (!this.#parser.hasBatch) this.#parser.begin(this.#takeMemory());
    this.#parser.end();
    this.#pack([], end);
  }

  /** Puts together what was parsed, and drops, for the persistor. */
  #pack(drops: readonly DropRow[], end: StoreRequest['end']): void {
    const parser = this.#parser;
    if (parser.waiting === 0 && end === null) {
      if (drops.length > 0) this.#drops.push(...drops);
      return;
    }
    const { packets, flows, names, findings } = parser.take();
    const { origin } = this.#options;
    const batch = {
      source: origin.key,
      sequence: sequenceOf(parser.lastFrame, packets.length),
      ...{ origin, flows, names, findings, packets: null },
      drops: [...this.#drops.splice(0), ...drops],
    };
    this.#unsent.push(encodeStoreBody(batch, packets.length > 0 ? packets : null, end));
    if (packets.capacity > 0) this.#memory = packets.buffer;
  }

  /** Rows of drops that wait for a packet. */
  readonly #drops: DropRow[] = [];

  /** Sends what is not sent, in order. @throws BusError */
  async #deliver(): Promise<void> {
    while (this.#unsent.length > 0) {
      await this.#options.persistor.once('POST', '/store', BATCH_TYPE, this.#unsent[0]!);
      this.#unsent.shift();
    }
  }

  #takeMemory(): ArrayBuffer | undefined {
    const memory = this.#memory;
    this.#memory = undefined;
    return memory;
  }
}

// Sends frames to a parser over HTTP, in batches, each until it is accepted. If the parser expects another packet,
// as after a restart of either side, reads the source again from there.
import type { FrameReader, FrameSource } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import type { CaptureOrigin, ClockReading, DropRow } from '@eyrie/store';
import { pause } from '../bus/backoff.ts';
import type { BusClient } from '../bus/client.ts';
import { BusError, type Expected } from '../bus/errors.ts';
import { FRAMES_TYPE, FramesGatherer } from '../bus/frames-body.ts';
import type { Taken } from '../parser/inbox.ts';
import type { ParseProgress } from '../parser/sources.ts';

export interface SendOptions {
  readonly origin: CaptureOrigin;
  /** State of the clock that timestamps the packets; null or absent: unknown. */
  readonly clock?: () => ClockReading | null;
  readonly parser: BusClient;
  /** Whether the source can be rewound to its first packet. */
  readonly rewinds: boolean;
  /** Opens the source at this packet, or earlier: packets before it are skipped. */
  readonly open: (frame: number) => Promise<FrameSource> | FrameSource;
  /** Packets lost since the last call. */
  readonly drops: () => DropRow[];
  /** Longest time before a partial batch is sent, in milliseconds. */
  readonly flushMs: number;
  readonly batchPackets?: number;
  readonly onProgress?: (sent: number, source: FrameSource) => void;
  /** Ends the run after the packets that were read; a later run can resume. */
  readonly signal: AbortSignal;
}

export interface Sent {
  /** Packets sent and stored in this run. */
  readonly packets: number;
  /** Packets that the store refused and the parser set aside. */
  readonly refused: number;
  /** The whole source had been stored before. */
  readonly wasStored: boolean;
  /** Why the input ended early; null: it is intact. */
  readonly problem: string | null;
}

const BATCH_PACKETS = 8192;
const BATCH_BYTES = 4 << 20;

/** @throws BusError, CaptureError */
export async function sendAll(options: SendOptions): Promise<Sent> {
  const { origin, parser, signal } = options;
  let packets = 0;
  let refused = 0;
  const pendingDrops: DropRow[] = [];
  for (let turn = 0; !signal.aborted; turn++) {
    const { expect, ended } = await progress(parser, origin.key);
    if (ended) return { packets, refused, wasStored: turn === 0, problem: null };
    const sending = new Sending(options, expect, pendingDrops);
    try {
      const problem = await sending.run();
      return {
        packets: packets + sending.packets,
        refused: refused + sending.refused,
        ...{ wasStored: false, problem },
      };
    } catch (error) {
      packets += sending.packets;
      refused += sending.refused;
      if (!(error instanceof BusError) || error.code !== 'ERR_SEQUENCE') throw error;
    }
  }
  return { packets, refused, wasStored: false, problem: null };
}

async function progress(parser: BusClient, key: string): Promise<ParseProgress> {
  const path = `/parse/progress?source=${encodeURIComponent(key)}`;
  return (await parser.get(path)) as ParseProgress;
}

/** One run over the source, from a given packet until the end or until the parser expects another packet. */
class Sending {
  packets = 0;
  refused = 0;
  readonly #options: SendOptions;
  readonly #gatherer = new FramesGatherer();
  readonly #frame = newFrame();
  #sequence: number;
  #nextFrame: number;
  /** Lost packets that no accepted batch has reported yet. */
  readonly #pendingDrops: DropRow[];
  /** `#frame` is read but belongs to the next batch, because the ring has overwritten the packets before it. */
  #holds = false;

  constructor(options: SendOptions, { sequence, frame }: Expected, pendingDrops: DropRow[]) {
    this.#options = options;
    this.#pendingDrops = pendingDrops;
    this.#sequence = sequence;
    this.#nextFrame = frame;
  }

  async run(): Promise<string | null> {
    const { signal, open, rewinds } = this.#options;
    const source = await open(this.#nextFrame);
    const stop = (): void => void source.close();
    signal.addEventListener('abort', stop);
    try {
      await this.#sendFrames(source);
      const problem = source.reader.problem?.message ?? null;
      // An aborted source that can be rewound is resumed later.
      if (!(signal.aborted && rewinds)) await this.#send({ problem });
      return problem;
    } finally {
      signal.removeEventListener('abort', stop);
      await source.close();
    }
  }

  async #sendFrames(source: FrameSource): Promise<void> {
    const { flushMs, signal, onProgress } = this.#options;
    const chunks = source.chunks();
    let sentMs = performance.now();
    let coming = chunks.next();
    // Handled by the next iteration; until then a rejection must not be reported as unhandled.
    const next = (): typeof coming => {
      const promise = chunks.next();
      promise.catch(() => {});
      return promise;
    };
    for (;;) {
      const isWaiting = this.#gatherer.count > 0 && flushMs !== Infinity;
      const step = isWaiting ? await Promise.race([coming, pause(flushMs).then(() => null)]) : await coming;
      if (step?.done === true) break;
      if (step !== null) {
        while (this.#fill(step.value)) await this.#send(null);
        onProgress?.(this.packets, source);
        if (signal.aborted) break;
        coming = next();
      }
      if (step !== null && performance.now() - sentMs < flushMs) continue;
      if (this.#gatherer.count > 0) await this.#send(null);
      sentMs = performance.now();
    }
    if (this.#gatherer.count > 0) await this.#send(null);
  }

  /** Returns true if the batch must be sent first: it is full, or packets are missing after it. */
  #fill(reader: FrameReader): boolean {
    const { batchPackets = BATCH_PACKETS } = this.#options;
    const gatherer = this.#gatherer;
    const frame = this.#frame;
    if (this.#holds) gatherer.add(frame);
    this.#holds = false;
    while (gatherer.count < batchPackets && gatherer.bytes < BATCH_BYTES) {
      if (!reader.next(frame)) return false;
      if (frame.number < this.#nextFrame) continue;
      if (gatherer.count > 0 && frame.number !== gatherer.first + gatherer.count) {
        this.#holds = true;
        return true;
      }
      gatherer.add(frame);
    }
    return true;
  }

  async #send(end: { problem: string | null } | null): Promise<void> {
    const { origin, clock, rewinds, drops, parser } = this.#options;
    const gatherer = this.#gatherer;
    const { count } = gatherer;
    this.#pendingDrops.push(...drops());
    const head = {
      origin: clock === undefined ? origin : { ...origin, clock: clock() },
      sequence: this.#sequence,
      rewinds,
      drops: this.#pendingDrops,
      ...(end === null ? {} : { end }),
    };
    const next = count === 0 ? this.#nextFrame : gatherer.first + count;
    const body = gatherer.take(head, this.#nextFrame);
    const taken = (await parser.deliver('/parse', FRAMES_TYPE, body)) as Taken | null;
    this.#pendingDrops.length = 0;
    this.#sequence++;
    this.#nextFrame = next;
    const refused = taken?.refused ?? 0;
    this.packets += count - refused;
    this.refused += refused;
  }
}

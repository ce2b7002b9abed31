// A capture read from its beginning, packet after packet: what its conversations, fragments and announcements were up to
// then is known exactly. It stands still between visits, so that scrolling on costs no more than what lies between.
import { stat } from 'node:fs/promises';
import {
  type FrameReader,
  type FrameSource,
  type KeyLogFile,
  openCapture,
  RingReader,
  unpack,
} from '@eyrie/capture';
import { Dissector, type Frame, newFrame, type Packet, type Session } from '@eyrie/dissect';

export class Walk {
  readonly #source: FrameSource;
  readonly #dissector = new Dissector({ unpack });
  readonly #frame: Frame = newFrame();
  readonly #chunks: AsyncGenerator<FrameReader, void, void>;
  #chunk: FrameReader | null = null;

  readonly #keyLog: KeyLogFile | null;

  private constructor(source: FrameSource, keyLog: KeyLogFile | null) {
    this.#source = source;
    this.#keyLog = keyLog;
    const secrets = this.#dissector.session.keyLog;
    secrets.watch(source.reader.secrets, keyLog?.blocks ?? []);
    secrets.isExpecting = keyLog !== null;
    this.#chunks = source.chunks();
  }

  /** @throws CaptureError */
  static async open(path: string, keyLog: KeyLogFile | null): Promise<Walk> {
    const isRing = (await stat(path).catch(() => null))?.isDirectory() === true;
    return new Walk(isRing ? new RingReader(path) : await openCapture(path), keyLog);
  }

  /** The last packet visited; only later ones can be visited next. */
  get number(): number {
    return this.#frame.number;
  }

  get session(): Session {
    return this.#dissector.session;
  }

  /**
   * Goes on to each of these packets, whose numbers rise. False: the file ended before the last of them.
   *
   * @param onPacket `i` is the index in `numbers`; the packet is borrowed until it returns
   * @param goOn asked before each chunk of the file; it may wait, or reject to end the visit
   */
  async visit(
    numbers: readonly number[],
    onPacket: (p: Packet, frame: Frame, i: number) => void,
    goOn?: () => Promise<void>,
  ): Promise<boolean> {
    let i = 0;
    this.#keyLog?.refresh();
    while (i < numbers.length) {
      await goOn?.();
      if (this.#chunk !== null) i = this.#takeChunk(this.#chunk, numbers, i, onPacket);
      if (i < numbers.length && !(await this.#nextChunk())) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#source.close();
    // A ring has the file open that it was in.
    await this.#chunks.return();
  }

  #takeChunk(
    reader: FrameReader,
    numbers: readonly number[],
    from: number,
    onPacket: (p: Packet, frame: Frame, i: number) => void,
  ): number {
    const frame = this.#frame;
    const { session } = this.#dissector;
    session.interfaces = this.#source.reader.interfaces;
    let i = from;
    while (i < numbers.length && reader.next(frame)) {
      const p = this.#dissector.dissect(frame);
      // The oldest packets of a ring may have been overwritten.
      while (numbers[i]! < frame.number) i++;
      if (frame.number === numbers[i]) onPacket(p, frame, i++);
      // As in a list without a filter, every packet is displayed.
      session.display(p);
    }
    return i;
  }

  async #nextChunk(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    this.#chunk = done === true ? null : value;
    return this.#chunk !== null;
  }
}

/** Walks kept; each may hold some ten MiB of unfinished messages. */
const WALKS_MAX = 3;

/** Walks by path. Who comes while a walk is on its way waits. */
export class Walks {
  readonly #keyLog: KeyLogFile | null;
  readonly #walks = new Map<string, Walk>();
  readonly #queues = new Map<string, Promise<unknown>>();

  /** @param keyLog secrets of TLS beside those that captures hold */
  constructor(keyLog: KeyLogFile | null = null) {
    this.#keyLog = keyLog;
  }

  /** As Walk.visit; a packet may be visited twice, if the file has grown since it was opened. */
  async visit(
    path: string,
    numbers: readonly number[],
    onPacket: (p: Packet, frame: Frame, i: number) => void,
  ): Promise<boolean> {
    const before = this.#queues.get(path) ?? Promise.resolve();
    const mine = before.then(() => this.#visit(path, numbers, onPacket));
    const settled = mine.catch(() => {});
    this.#queues.set(path, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(path) === settled) this.#queues.delete(path);
    }
  }

  /** Lets go of a file, which is about to be deleted or was changed. */
  async evict(path: string): Promise<void> {
    const walk = this.#walks.get(path);
    this.#walks.delete(path);
    await walk?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()]);
    for (const path of [...this.#walks.keys()]) await this.evict(path);
  }

  async #visit(
    path: string,
    numbers: readonly number[],
    onPacket: (p: Packet, frame: Frame, i: number) => void,
  ): Promise<boolean> {
    const known = this.#walks.get(path);
    if (known !== undefined && known.number < numbers[0]!) {
      if (await this.#go(known, path, numbers, onPacket)) return true;
    } else await this.evict(path);
    return this.#go(await Walk.open(path, this.#keyLog), path, numbers, onPacket);
  }

  async #go(
    walk: Walk,
    path: string,
    numbers: readonly number[],
    onPacket: (p: Packet, frame: Frame, i: number) => void,
  ): Promise<boolean> {
    this.#walks.delete(path);
    this.#walks.set(path, walk);
    if (this.#walks.size > WALKS_MAX) await this.evict(this.#walks.keys().next().value!);
    try {
      const isWhole = await walk.visit(numbers, onPacket);
      if (!isWhole) await this.evict(path);
      return isWhole;
    } catch (error) {
      await this.evict(path);
      throw error;
    }
  }
}

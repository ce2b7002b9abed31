// Stored packets dissected again from their bytes, with as much of what came before them as is affordable.
import { DEFAULT_PREFERENCES, Dissector, type Frame, type Packet, type Preferences } from '@eyrie/dissect';
import type { CaptureRow, PacketRow, Store } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import { CaptureFile } from './capture-file.ts';
import { UnpackedFiles } from './unpacked.ts';
import { Walks } from './walk.ts';

/** Called in the order of the rows; the packet is borrowed until it returns. */
export type Visit = (p: Packet, row: PacketRow, frame: Frame) => void;

/** What was dissected before the packets that were asked for. */
export interface Context {
  /** `capture`: all from the beginning; `conversation`: no more than what their own conversations said. */
  readonly kind: 'capture' | 'conversation';
  readonly packets: number;
  readonly isWhole: boolean;
}

/** A packet up to this number is reached from the beginning of its capture: about a million packets a second. */
export const WALK_PACKETS_MAX = 20_000;
/** Earlier packets of its conversation that are dissected before a packet further on: the last ones, and how it began. */
const LATEST_PACKETS_MAX = 300;
const FIRST_PACKETS_MAX = 20;

/** Without the beginning of its conversation, a segment's numbers are what stands in it, and nothing is missing. */
const OUT_OF_CONTEXT: Preferences = {
  ...DEFAULT_PREFERENCES,
  'tcp.relative_sequence_numbers': false,
  'tcp.analyze_sequence_numbers': false,
};

/** Open files kept. */
const FILES_MAX = 16;
const AHEAD_BYTES = 256 << 10;

const TRANSPORT_NAMES: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 33: 'dccp', 132: 'sctp' };

export class Redissector {
  readonly #store: Store;
  readonly #walks = new Walks();
  readonly #unpacked = new UnpackedFiles();
  readonly #files = new Map<string, OpenFile>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Visits packets of one capture, whose numbers rise.
   *
   * @param walkMax how far into the capture to go from its beginning; further on, the rows are each other's only context
   * @throws ApiError if the bytes are gone
   */
  async each(
    capture: CaptureRow,
    rows: readonly PacketRow[],
    visit: Visit,
    walkMax: number,
  ): Promise<Context> {
    if (rows.length === 0) return { kind: 'capture', packets: 0, isWhole: true };
    const last = rows.at(-1)!.number;
    if (last <= walkMax) {
      const numbers = rows.map(({ number }) => number);
      const isReached = await this.#walks.visit(pathOf(capture), numbers, (p, frame, i) =>
        visit(p, rows[i]!, frame),
      );
      if (isReached) return { kind: 'capture', packets: last - 1, isWhole: true };
      throw new ApiError('bytes_gone', `packet ${last} is no longer in ${capture.name}`);
    }
    await this.reading(
      capture,
      async (file, dissector) => {
        for (const row of rows) {
          const frame = await file.frame(row, AHEAD_BYTES);
          visit(dissector.dissect(frame), row, frame);
        }
      },
      OUT_OF_CONTEXT,
    );
    return { kind: 'conversation', packets: 0, isWhole: false };
  }

  /** One packet, with its conversation where the beginning of the capture is too far away. */
  async one(capture: CaptureRow, row: PacketRow, visit: Visit): Promise<Context> {
    if (row.number <= WALK_PACKETS_MAX) return this.each(capture, [row], visit, WALK_PACKETS_MAX);
    const [earlier, isWhole] = await this.#conversation(capture, row);
    const before = await this.#store.packet(row.id - 1);
    await this.reading(capture, async (file, dissector) => {
      const { session } = dissector;
      if (row.stream !== null && row.transport !== null) session.flows.startAt(row.transport, row.stream);
      for (const each of earlier) dissector.dissect(await file.frame(each, AHEAD_BYTES));
      if (before?.packet.number === row.number - 1 && before.capture.id === capture.id)
        pretendBefore(dissector, before.packet.time);
      const frame = await file.frame(row);
      visit(dissector.dissect(frame), row, frame);
    });
    return { kind: 'conversation', packets: earlier.length, isWhole };
  }

  /** Reads in a capture's file as one likes, with a dissector that knows nothing of what came before. */
  async reading<T>(
    capture: CaptureRow,
    read: (file: CaptureFile, dissector: Dissector) => Promise<T>,
    preferences: Preferences = DEFAULT_PREFERENCES,
  ): Promise<T> {
    const path = pathOf(capture);
    const open = this.#open(path);
    open.users++;
    try {
      const file = await open.file;
      return await read(file, newDissector(capture, file, preferences));
    } finally {
      open.users--;
      if (open.users === 0 && this.#files.get(path) !== open) await closeQuietly(open);
    }
  }

  /** Lets go of a capture's file. */
  async forget(path: string): Promise<void> {
    await this.#walks.forget(path);
    const open = this.#files.get(path);
    this.#files.delete(path);
    // Who reads in it still closes it in the end.
    if (open?.users === 0) await closeQuietly(open);
  }

  async close(): Promise<void> {
    await this.#walks.close();
    for (const path of [...this.#files.keys()]) await this.forget(path);
    await this.#unpacked.close();
  }

  /** The packets of the conversation before this one, oldest first, and whether these are all. */
  async #conversation(capture: CaptureRow, row: PacketRow): Promise<[PacketRow[], boolean]> {
    const transport = TRANSPORT_NAMES[row.transport ?? 0];
    if (transport === undefined || row.stream === null) return [[], false];
    const query = {
      capture: capture.id,
      filter: `${transport}.stream == ${row.stream} && frame.number < ${row.number}`,
    };
    const latest = await this.#store.packets({ ...query, order: 'newest', limit: LATEST_PACKETS_MAX });
    const rows = latest.items.toReversed().filter((each) => isSameFlow(each, row));
    if (latest.next === null) return [rows, true];
    // The handshake tells numbers, windows and keys apart from all that was between.
    const first = await this.#store.packets({ ...query, limit: FIRST_PACKETS_MAX });
    const latestId = rows[0]?.id ?? row.id;
    return [[...first.items.filter((each) => each.id < latestId && isSameFlow(each, row)), ...rows], false];
  }

  #open(path: string): OpenFile {
    let open = this.#files.get(path);
    if (open !== undefined) return open;
    const oldest = this.#files.size >= FILES_MAX ? this.#files.keys().next().value : undefined;
    if (oldest !== undefined) void this.forget(oldest);
    open = { file: CaptureFile.open(path, this.#unpacked), users: 0 };
    this.#files.set(path, open);
    // One that could not be opened is tried anew next time.
    open.file.catch(() => this.#files.delete(path));
    return open;
  }
}

/** Where columns can't decide, the store gives more rows than it was asked for. */
export function isSameFlow(a: Pick<PacketRow, 'stream' | 'transport'>, b: typeof a): boolean {
  return a.stream === b.stream && a.transport === b.transport;
}

interface OpenFile {
  readonly file: Promise<CaptureFile>;
  users: number;
}

async function closeQuietly({ file }: OpenFile): Promise<void> {
  await (await file.catch(() => undefined))?.close();
}

function newDissector(capture: CaptureRow, file: CaptureFile, preferences: Preferences): Dissector {
  const dissector = new Dissector({ preferences });
  const { session } = dissector;
  session.interfaces = file.interfaces;
  if (capture.firstTime !== null)
    [session.firstSeconds, session.firstNanoseconds] = secondsOf(capture.firstTime);
  return dissector;
}

/** Spans since the packet before count from its time, though it was not dissected. */
function pretendBefore({ session, packet }: Dissector, time: string): void {
  [session.lastSeconds, session.lastNanoseconds] = secondsOf(time);
  [packet.seconds, packet.nanoseconds] = secondsOf(time);
  session.display(packet);
}

function secondsOf(time: string): [number, number] {
  const dot = time.indexOf('.');
  return [Number(time.slice(0, dot)), Number(time.slice(dot + 1))];
}

function pathOf(capture: CaptureRow): string {
  if (capture.file !== null) return capture.file;
  throw new ApiError('bytes_gone', `no file is kept of ${capture.name}`, {
    hint: 'what came over a pipe or the network is not kept; import a file',
  });
}

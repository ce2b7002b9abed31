// Dissects stored packets again from their bytes, with as many of the earlier packets as is affordable.
import { KeyLogFile, unpack } from '@eyrie/capture';
import { DEFAULT_PREFERENCES, Dissector, type Frame, type Packet, type Preferences } from '@eyrie/dissect';
import type { CaptureRow, FoundPacket, PacketRow, SequenceBase, Store } from '@eyrie/store';
import { ApiError } from '../errors.ts';
import { type Frames, openFrames } from './frames.ts';
import { UnpackedFiles } from './unpacked.ts';
import { Walk, Walks } from './walk.ts';

/** Called in the order of the rows; the packet is borrowed until it returns. */
export type Visit = (p: Packet, row: PacketRow, frame: Frame) => void;

/** What was dissected before the packets that were asked for. */
export interface Context {
  /** `capture`: all from the beginning; `conversation`: only the packets of their own conversations. */
  readonly kind: 'capture' | 'conversation';
  readonly packets: number;
  readonly isWhole: boolean;
}

/**
 * How far into a capture one goes from its beginning: a small one is walked through whole, at about a million packets a
 * second, a large one only near its beginning.
 */
const SMALL_PACKETS_MAX = 50_000;
const NEAR_PACKETS_MAX = 2000;
/** Earlier packets of its conversation that are dissected before a packet further on: the last ones, and how it began. */
const LEAD_PACKETS = { first: 12, latest: 100 };

/** Without the beginning of its conversation, a segment's numbers are what stands in it; the store has the rest. */
const OUT_OF_CONTEXT: Preferences = {
  ...DEFAULT_PREFERENCES,
  'tcp.relative_sequence_numbers': false,
  'tcp.analyze_sequence_numbers': false,
};

const TCP = 6;
/** Within a TCP header (RFC 9293 §3.1). */
const FLAGS = 13;
const ACK = 0x10;

/** Protocols, in frame.protocols, that a file's secrets decrypt. */
const ENCRYPTED = /:(tls|dtls|quic)(:|$)/;

/** Open files kept. */
const FILES_MAX = 16;
/** Packets whose bytes are read at once. */
const FRAMES_MAX = 128;
/** Conversations that single packets are looked at with. */
const FLOWS_MAX = 1024;

export class Redissector {
  readonly #store: Store;
  readonly #keyLog: KeyLogFile | null;
  readonly #walks: Walks;
  readonly #unpacked = new UnpackedFiles();
  readonly #files = new Map<string, OpenFile>();

  /** @param keyLog a file of TLS secrets beside those that captures hold; empty: none @throws CaptureError if it can't be read */
  constructor(store: Store, keyLog = '') {
    this.#store = store;
    this.#keyLog = keyLog === '' ? null : new KeyLogFile(keyLog);
    this.#walks = new Walks(this.#keyLog);
  }

  /**
   * Visits packets of one capture, whose numbers rise.
   *
   * @param isPatient goes through the whole capture if it must; else, far in a large one, the rows have no context but
   *   each other
   * @throws ApiError if the bytes are gone
   */
  async each(
    capture: CaptureRow,
    rows: readonly PacketRow[],
    visit: Visit,
    isPatient: boolean,
  ): Promise<Context> {
    if (rows.length === 0) return { kind: 'capture', packets: 0, isWhole: true };
    const last = rows.at(-1)!.number;
    if (isPatient || isNear(capture, last)) {
      const numbers = rows.map(({ number }) => number);
      const isReached = await this.#walks.visit(pathOf(capture), numbers, (p, frame, i) =>
        visit(p, rows[i]!, frame),
      );
      if (isReached) return { kind: 'capture', packets: last - 1, isWhole: true };
      throw gone(capture, last);
    }
    await this.dissecting(
      capture,
      mayBeEncrypted(rows),
      async (file, dissector) => {
        for (let at = 0; at < rows.length; at += FRAMES_MAX) {
          const some = rows.slice(at, at + FRAMES_MAX);
          const [frames, bases] = await Promise.all([
            file.frames(some),
            this.#store.sequenceBases(capture.id, streamsOf(some)),
          ]);
          for (const [i, frame] of frames.entries()) {
            const p = dissector.dissect(frame);
            countFromBase(p, some[i]!, bases);
            // The stored result: without the conversation, TCP analysis here is incomplete.
            p.analysis = p.tcpLayer < 0 ? 0 : some[i]!.tcpAnalysis;
            dissector.session.tcp.duplicatedFrame = 0;
            visit(p, some[i]!, frame);
          }
        }
      },
      OUT_OF_CONTEXT,
    );
    return { kind: 'conversation', packets: 0, isWhole: false };
  }

  /** One packet, with its conversation where the beginning of the capture is too far away. */
  async one(found: FoundPacket, visit: Visit): Promise<Context> {
    const { capture, packet: row, previous } = found;
    if (isNear(capture, row.number)) return this.#near(capture, row, visit);
    const { packets: earlier, isWhole } = await this.#store.leadOf(row, LEAD_PACKETS);
    const before = previous?.number === row.number - 1 ? previous : null;
    await this.dissecting(capture, mayBeEncrypted([row]), async (file, dissector) => {
      const { session } = dissector;
      if (row.stream !== null && row.transport !== null) session.flows.startAt(row.transport, row.stream);
      const frames = await file.frames([...earlier, row]);
      const frame = frames.pop()!;
      for (const each of frames) dissector.dissect(each);
      if (before !== null) pretendBefore(dissector, before.time);
      visit(dissector.dissect(frame), row, frame);
    });
    return { kind: 'conversation', packets: earlier.length, isWhole };
  }

  /**
   * Dissects packets of a capture's file, with a dissector without the context of earlier packets.
   *
   * @param withSecrets also those behind the first packet: to find them, the whole file is read once
   */
  dissecting<T>(
    capture: CaptureRow,
    withSecrets: boolean,
    dissect: (file: Frames, dissector: Dissector) => Promise<T>,
    preferences: Preferences = DEFAULT_PREFERENCES,
  ): Promise<T> {
    return this.reading(capture, async (file) => {
      if (withSecrets) await file.findSecrets();
      this.#keyLog?.refresh();
      return dissect(file, newDissector(capture, file, preferences, this.#keyLog));
    });
  }

  /** Reads in a capture's file as one likes. */
  async reading<T>(capture: CaptureRow, read: (file: Frames) => Promise<T>): Promise<T> {
    const path = pathOf(capture);
    const open = this.#open(path);
    open.users++;
    try {
      return await read(await open.file);
    } finally {
      open.users--;
      if (open.users === 0 && this.#files.get(path) !== open) await closeQuietly(open);
    }
  }

  /** A walk of the caller's own, from the capture's first packet; the caller closes it. @throws ApiError, CaptureError */
  walk(capture: CaptureRow): Promise<Walk> {
    return Walk.open(pathOf(capture), this.#keyLog);
  }

  /** Lets go of a capture's file. */
  async evict(path: string): Promise<void> {
    await this.#walks.evict(path);
    const open = this.#files.get(path);
    this.#files.delete(path);
    // Who reads in it still closes it in the end.
    if (open?.users === 0) await closeQuietly(open);
  }

  async close(): Promise<void> {
    await this.#walks.close();
    for (const path of [...this.#files.keys()]) await this.evict(path);
    await this.#unpacked.close();
  }

  async #near(capture: CaptureRow, row: PacketRow, visit: Visit): Promise<Context> {
    let isThere = false;
    const see: Visit = (p, seen, frame) => {
      isThere = true;
      visit(p, seen, frame);
    };
    const context = await this.each(capture, [row], see, false);
    if (!isThere) throw gone(capture, row.number);
    return context;
  }

  #open(path: string): OpenFile {
    let open = this.#files.get(path);
    if (open !== undefined) return open;
    const oldest = this.#files.size >= FILES_MAX ? this.#files.keys().next().value : undefined;
    if (oldest !== undefined) void this.evict(oldest);
    open = { file: openFrames(path, this.#unpacked), users: 0 };
    this.#files.set(path, open);
    // One that could not be opened is tried anew next time.
    open.file.catch(() => this.#files.delete(path));
    return open;
  }
}

function streamsOf(rows: readonly PacketRow[]): number[] {
  return rows.flatMap(({ transport, stream }) => (transport === TCP && stream !== null ? [stream] : []));
}

/** Makes a segment's sequence and acknowledgment numbers relative, as if its conversation had been dissected from the beginning. */
function countFromBase(p: Packet, row: PacketRow, bases: ReadonlyMap<number, SequenceBase>): void {
  const base = row.transport === TCP && p.tcpLayer >= 0 ? bases.get(row.stream ?? -1) : undefined;
  if (base === undefined) return;
  const { client, clientSequence, serverSequence } = base;
  const isFromClient = row.srcPort === client.port && row.src === client.address;
  const [own, other] = isFromClient ? [clientSequence, serverSequence] : [serverSequence, clientSequence];
  const hasAck = (p.bufferOf(p.tcpLayer)[p.start[p.tcpLayer]! + FLAGS]! & ACK) !== 0;
  if (own !== null) p.relativeSeq = (p.relativeSeq - own) >>> 0;
  if (other !== null && hasAck) p.relativeAck = (p.relativeAck - other) >>> 0;
}

function isNear({ packets }: CaptureRow, number: number): boolean {
  return number <= (packets <= SMALL_PACKETS_MAX ? SMALL_PACKETS_MAX : NEAR_PACKETS_MAX);
}

function gone({ name }: CaptureRow, number: number): ApiError {
  return new ApiError('bytes_gone', `the bytes of packet ${number} are no longer kept for ${name}`, {
    hint: 'the file was changed since it was imported, or the ring has gone on; a larger ring keeps them longer',
  });
}

interface OpenFile {
  readonly file: Promise<Frames>;
  users: number;
}

async function closeQuietly({ file }: OpenFile): Promise<void> {
  await (await file.catch(() => undefined))?.close();
}

function mayBeEncrypted(rows: readonly PacketRow[]): boolean {
  return rows.some(({ path }) => ENCRYPTED.test(path));
}

function newDissector(
  capture: CaptureRow,
  file: Frames,
  preferences: Preferences,
  keyLog: KeyLogFile | null,
): Dissector {
  const dissector = new Dissector({ preferences, maxFlows: FLOWS_MAX, unpack });
  const { session } = dissector;
  session.interfaces = file.interfaces;
  session.keyLog.watch(file.secrets, keyLog?.blocks ?? []);
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

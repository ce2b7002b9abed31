// The loop of `eyrie read`: frames from the source are dissected, filtered, and passed to printers and statistics.
import { type CaptureBytes, CaptureError, openCapture, unpack } from '@eyrie/capture';
import {
  type Ahead,
  type CaptureReader,
  Dissector,
  type FlowPartition,
  type Frame,
  isLinkTypeRead,
  newFrame,
  type Predicate,
  type Preferences,
  type Session,
  type TimeFormat,
} from '@eyrie/dissect';
import { exitStatusOf, FAILED, UserError } from '../errors.ts';
import type { Statistic } from '../statistics/index.ts';
import type { Output } from '../terminal/output.ts';
import type { Progress } from '../terminal/progress.ts';
import { type LivePlan, openInterface, tellEnd } from './live.ts';
import type { Names } from './names.ts';
import type { Printer } from './printer.ts';
import { vendorLookup } from './vendors.ts';

export interface ReadPlan {
  /** Path of the file, or name of the interface. */
  readonly path: string;
  /** A live capture, instead of a file. */
  readonly live?: LivePlan | null;
  /** The read filter (-R): packets that fail it are neither counted nor seen by statistics. Null: all pass. */
  readonly readFilter: Predicate | null;
  /** The display filter (-Y): which packets are printed and written. */
  readonly filter: Predicate | null;
  /** Creates the printers; a writer of packets needs the reader's interfaces. */
  readonly printers: (reader: CaptureReader) => Promise<readonly Printer[]>;
  /** As in tshark, statistics see all packets, whatever the display filter. */
  readonly statistics: readonly Statistic[];
  /** Stop after this many packets read; Infinity for all. */
  readonly countMax: number;
  readonly preferences: Preferences;
  /** Secrets of TLS sessions, as SSLKEYLOGFILE has them. */
  readonly keyLogs: readonly string[];
  readonly timeFormat: TimeFormat;
  /** Times since another packet in hours, minutes and seconds (-u hms). */
  readonly isHms: boolean;
  /** With -2: results of the first pass for the second one. */
  readonly ahead?: Ahead;
  /** Names of addresses (-N); null: none are shown. */
  readonly names?: Names | null;
  readonly out: Output;
  readonly progress: Progress | null;
  /** This process's share of the frames, if several processes read; null: all. */
  readonly share?: Share | null;
  /** Ends the reading, as Ctrl-C does; of an interface, at this very packet. */
  readonly signal?: AbortSignal;
  /** Called periodically while the file is read. */
  readonly watch?: (session: Session) => void;
}

/** One of several readers of a capture: its number, from 0. */
export interface Share {
  readonly partition: FlowPartition;
  readonly reader: number;
}

export interface ReadResult {
  /** Ended by Ctrl-C; a live capture has no other end. */
  readonly isInterrupted: boolean;
  /** The error after the last readable packet; null without one. */
  readonly problem: string | null;
  readonly frameCount: number;
  /** What the reader of the file remembers of its packets. */
  readonly session: Session;
  /** The file holds keys of TLS sessions. */
  readonly hasSecrets: boolean;
  /** Link types of the file whose packets are data here. */
  readonly unreadLinkTypes: readonly number[];
}

/** @throws UserError when the file can't be opened, or output can't be written: then nothing is left half written. */
export async function run(plan: ReadPlan): Promise<ReadResult> {
  const { live = null } = plan;
  const listener = live?.options == null ? null : await openInterface(plan.path, live.options);
  const source = listener ?? (await open(plan.path));
  // Packets that the interface has delivered by then are still read.
  const interrupt = listenForInterrupt(() => (listener === null ? source.close() : listener.stop()), plan);
  let printers: readonly Printer[] = [];
  let session: Session;
  try {
    printers = await plan.printers(source.reader);
    session = await readAll(source, plan, printers, interrupt);
    for (const printer of printers) await printer.finish();
  } catch (error) {
    for (const printer of printers) await printer.abandon?.();
    throw error instanceof CaptureError ? new UserError(error.message, FAILED) : error;
  } finally {
    plan.progress?.end();
    interrupt.end();
    await source.close();
  }
  const { problem, interfaces, frameCount, secrets } = source.reader;
  if (listener !== null) tellEnd(listener, frameCount);
  const linkTypes = new Set(interfaces.map(({ linkType }) => linkType));
  return {
    frameCount,
    session,
    hasSecrets: secrets.length > 0,
    unreadLinkTypes: [...linkTypes].filter((linkType) => linkType >= 0 && !isLinkTypeRead(linkType)),
    isInterrupted: interrupt.isSignal && listener === null,
    problem: problem === null ? null : `${named(plan.path)}: ${problem.message}`,
  };
}

async function readAll(
  source: CaptureBytes,
  plan: ReadPlan,
  printers: readonly Printer[],
  interrupt: Interrupt,
): Promise<Session> {
  const { reader } = source;
  const filters = [plan.filter, plan.readFilter].filter((filter) => filter !== null);
  const lookers = [...filters, ...printers, ...plan.statistics];
  const dissector = new Dissector({
    preferences: plan.preferences,
    timeFormat: plan.timeFormat,
    isHms: plan.isHms,
    unpack,
    timesConversations: lookers.some((each) => each.isTimed === true),
    matchReplies: plan.ahead !== undefined || !lookers.every((each) => each.seesLayersOnly),
    ...(plan.ahead !== undefined && { ahead: plan.ahead }),
  });
  dissector.session.interfaces = reader.interfaces;
  dissector.session.addressNames = plan.names?.byAddress ?? null;
  dissector.session.vendorOf = vendorLookup();
  dissector.session.keyLog.watch(reader.secrets);
  for (const text of plan.keyLogs) dissector.session.keyLog.add(text);
  for (const statistic of plan.statistics) statistic.begin?.(dissector.session, source);
  const frame = newFrame();
  const kept = { count: 0 };
  for await (const _ of source.chunks()) {
    if (
      (interrupt.came && plan.live?.options == null) ||
      !pump(reader, frame, dissector, plan, printers, kept)
    )
      break;
    for (const printer of printers) await printer.drain?.();
    // Output for a pipe or an interface is flushed, not kept until a buffer is full.
    if (source.size === null) plan.out.flush();
    plan.progress?.update(source.bytesRead, source.size, frame.number);
    plan.watch?.(dissector.session);
  }
  return dissector.session;
}

/** All packets that the reader has now; false once enough were read. A function of its own, because this is the hot loop. */
function pump(
  reader: CaptureReader,
  frame: Frame,
  dissector: Dissector,
  { filter, readFilter, countMax, statistics, names = null, share = null, live = null, signal }: ReadPlan,
  printers: readonly Printer[],
  kept: { count: number },
): boolean {
  while (reader.next(frame)) {
    if (share !== null && share.partition.of(frame) !== share.reader) {
      dissector.advanceClock(frame);
      continue;
    }
    const { number } = frame;
    if (readFilter !== null) frame.number = kept.count + 1;
    const p = dissector.dissect(frame);
    names?.learn(p, reader);
    if (readFilter === null || readFilter(p)) {
      kept.count++;
      for (let i = 0; i < statistics.length; i++) statistics[i]!.see(p, frame);
      if (filter === null || filter(p)) {
        for (let i = 0; i < printers.length; i++) printers[i]!.see(p, frame);
        dissector.session.display(p);
      }
    }
    // Stops right after the last packet: the next one of a pipe may not come for long.
    if (number === countMax || (live !== null && signal?.aborted === true)) return false;
  }
  return true;
}

interface Interrupt {
  came: boolean;
  /** Ended by the user rather than a time limit. */
  isSignal: boolean;
  end(): void;
}

/** Ctrl-C or the time limit ends the reading, and results so far are shown. A second Ctrl-C ends at once. */
function listenForInterrupt(endSource: () => void, { signal, live }: ReadPlan): Interrupt {
  const end = (isSignal: boolean): void => {
    interrupt.came = true;
    interrupt.isSignal ||= isSignal;
    endSource();
  };
  const onInterrupt = (): void => end(true);
  const onEnough = (): void => end(false);
  const timer = Number.isFinite(live?.seconds) ? setTimeout(onEnough, live!.seconds * 1000) : undefined;
  const forget = (): void => {
    clearTimeout(timer);
    process.removeListener('SIGINT', onInterrupt);
    signal?.removeEventListener('abort', onEnough);
  };
  const interrupt = { came: false, isSignal: false, end: forget };
  process.once('SIGINT', onInterrupt);
  signal?.addEventListener('abort', onEnough);
  if (signal?.aborted === true) onEnough();
  return interrupt;
}

async function open(path: string): Promise<CaptureBytes> {
  try {
    return await openCapture(path);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const message = path === '-' ? error.message.replace(/^-: /, `${named(path)}: `) : error.message;
    throw new UserError(message, exitStatusOf(error));
  }
}

function named(path: string): string {
  return path === '-' ? 'standard input' : path;
}

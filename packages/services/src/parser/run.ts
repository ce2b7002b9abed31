// The loop of the parser: turns a source's frames into batches, and passes them to `out`.
import type { FrameReader, FrameSource, KeyLogFile } from '@eyrie/capture';
import { type Frame, newFrame } from '@eyrie/dissect';
import type { PacketParser, Parsed } from './packet-parser.ts';

export interface BatchOut {
  /** Memory for the next batch; waits while too many are in flight. */
  memory(): ArrayBuffer | undefined | Promise<ArrayBuffer | undefined>;
  /** Whether batches wait for the store. */
  isBusy(): boolean;
  emit(parsed: Parsed): void;
}

export interface RunOptions {
  /** Packets up to this number are stored already: only their context is kept. */
  readonly skipTo?: number;
  /** Of those, the last one whose conversations are stored, too. Default `skipTo`. */
  readonly reported?: number;
  /**
   * A batch that is not full goes out after this long, unless more packets are there already, or others wait for the store.
   * Infinity: only at the end, and the source is always ahead.
   */
  readonly flushMs?: number;
  /** Milliseconds since 1970, for live sources: decides which conversations are due. */
  readonly now?: () => number;
  /** True once it should stop; checked between two batches. */
  readonly isStopped?: () => boolean;
  /** Whether a stopped run may be resumed: then the rows of the end are left to the resumed run. */
  readonly canGoOn?: boolean;
  /** TLS secrets beside those of the source; read again whenever packets arrive. */
  readonly keyLog?: KeyLogFile | null;
}

/** Resolves when the source has ended, with its last batch out. */
export async function parseSource(
  source: FrameSource,
  parser: PacketParser,
  out: BatchOut,
  {
    skipTo = 0,
    reported = skipTo,
    flushMs = Infinity,
    now,
    isStopped = () => false,
    canGoOn = false,
    keyLog = null,
  }: RunOptions = {},
): Promise<void> {
  const frame = newFrame();
  const isBehind = (): boolean => flushMs === Infinity || source.isAhead === true;
  const flush = (): void => {
    if (now !== undefined) parser.sweep(now() / 1000);
    // Rows without packets wait for packets: batches are numbered by their last packet.
    if (parser.waiting > 0 && !out.isBusy() && !isBehind()) out.emit(parser.take());
  };
  parser.useSecrets(keyLog !== null, source.reader.secrets, keyLog?.blocks ?? []);
  const timer = flushMs === Infinity ? undefined : setInterval(flush, flushMs);
  try {
    for await (const reader of source.chunks()) {
      parser.interfaces = source.reader.interfaces;
      keyLog?.refresh();
      if (parser.lastFrame < skipTo) skip(reader, parser, frame, skipTo, reported);
      for (;;) {
        if (!parser.hasBatch) parser.begin(await out.memory(), isBehind());
        if (!fill(reader, parser, frame)) break;
        out.emit(parser.take(isStopped()));
        if (isStopped()) break;
      }
      if (isStopped()) break;
    }
  } finally {
    clearInterval(timer);
  }
  if (parser.waiting > 0) out.emit(parser.take(true));
  if (isStopped() && canGoOn) return;
  if (!parser.hasBatch) parser.begin(await out.memory());
  // The rows of the end are a batch of their own, which does not depend on how the packets before were cut.
  for (const record of source.reader.names) parser.names.addRecord(record, frame.seconds);
  parser.end();
  out.emit(parser.take(true));
}

/** True: the batch is full, and there may be more frames. A function of its own, because this is the hot loop. */
function fill(reader: FrameReader, parser: PacketParser, frame: Frame): boolean {
  while (reader.next(frame)) {
    parser.add(frame);
    if (parser.isFull) return true;
  }
  return false;
}

function skip(reader: FrameReader, parser: PacketParser, frame: Frame, to: number, reported: number): void {
  while (parser.lastFrame < to && reader.next(frame)) parser.skip(frame, reported);
}

/**
 * A batch is numbered by its last packet, counted from 0: so the store's `nextSequence` is the number of packets it has,
 * and a resumed run knows where to go on, however packets are cut into batches then. The rows after the
 * last packet count as one packet more.
 */
export function sequenceOf(lastFrame: number, packets: number): number {
  return packets > 0 ? lastFrame - 1 : lastFrame;
}

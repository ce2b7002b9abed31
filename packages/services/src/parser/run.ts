// The loop of the parser: a source's frames become batches, which go where `out` says.
import type { FrameReader, FrameSource } from '@eyrie/capture';
import { type Frame, newFrame } from '@eyrie/dissect';
import type { PacketParser, Parsed } from './packet-parser.ts';

export interface BatchOut {
  /** Memory for the next batch; waits while too many are on their way. */
  memory(): ArrayBuffer | undefined | Promise<ArrayBuffer | undefined>;
  emit(parsed: Parsed): void;
}

export interface RunOptions {
  /** Packets up to this number are stored already: they are only remembered. */
  readonly skipTo?: number;
  /** A batch that is not full goes out after this long; Infinity: only at the end. */
  readonly flushMs?: number;
  /** Milliseconds since 1970, for sources whose packets come now: tells which conversations are due. */
  readonly now?: () => number;
  /** True once no more is wanted; looked at between two batches. */
  readonly isStopped?: () => boolean;
  /** Whether somebody may go on after a stop: what is only told at the end is left for them then. */
  readonly canGoOn?: boolean;
}

/** Resolves when the source has ended, with its last batch out. */
export async function parseSource(
  source: FrameSource,
  parser: PacketParser,
  out: BatchOut,
  { skipTo = 0, flushMs = Infinity, now, isStopped = () => false, canGoOn = false }: RunOptions = {},
): Promise<void> {
  const frame = newFrame();
  const flush = (): void => {
    if (now !== undefined) parser.sweep(now() / 1000);
    // Rows without packets wait for some: batches are named by their last packet.
    if (parser.waiting > 0) out.emit(parser.take());
  };
  const timer = flushMs === Infinity ? undefined : setInterval(flush, flushMs);
  try {
    for await (const reader of source.chunks()) {
      parser.interfaces = source.reader.interfaces;
      if (parser.lastFrame < skipTo) skip(reader, parser, frame, skipTo);
      for (;;) {
        if (!parser.hasBatch) parser.begin(await out.memory());
        if (!fill(reader, parser, frame)) break;
        out.emit(parser.take());
        if (isStopped()) break;
      }
      if (isStopped()) break;
    }
  } finally {
    clearInterval(timer);
  }
  if (parser.waiting > 0) out.emit(parser.take());
  if (isStopped() && canGoOn) return;
  if (!parser.hasBatch) parser.begin(await out.memory());
  // What is told at the end is a batch of its own, which is the same however the packets before were cut.
  for (const record of source.reader.names) parser.names.addRecord(record, frame.seconds);
  parser.end();
  out.emit(parser.take());
}

/** True: the batch is full, and there may be more. A function of its own: this is the hot loop. */
function fill(reader: FrameReader, parser: PacketParser, frame: Frame): boolean {
  while (reader.next(frame)) {
    parser.add(frame);
    if (parser.isFull) return true;
  }
  return false;
}

function skip(reader: FrameReader, parser: PacketParser, frame: Frame, to: number): void {
  while (parser.lastFrame < to && reader.next(frame)) parser.skip(frame);
}

/**
 * A batch is named by its last packet, counted from 0: so the store's `nextSequence` is the number of packets that it has,
 * and whoever goes on after a break knows where, however the packets are cut into batches then. What is told after the
 * last packet counts as one packet more.
 */
export function sequenceOf(lastFrame: number, packets: number): number {
  return packets > 0 ? lastFrame - 1 : lastFrame;
}

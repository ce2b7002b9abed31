// The loop of `eyrie read`: frames from the source, dissected, filtered, and shown to the printers.
import { CaptureError, type CaptureSource, openCapture } from '@eyrie/capture';
import { type CaptureReader, Dissector, newFrame, type Packet } from '@eyrie/dissect';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import type { Printer } from './printer.ts';

export interface ReadPlan {
  readonly path: string;
  readonly filter: ((p: Packet) => boolean) | null;
  /** Given the reader, since a writer of packets needs its interfaces. */
  readonly printers: (reader: CaptureReader) => Promise<readonly Printer[]>;
  /** Stop after this many packets read; Infinity for all. */
  readonly countMax: number;
  /** Told now and then how far the work is. */
  readonly progress: ((source: CaptureSource, packets: number) => void) | null;
}

export async function run(plan: ReadPlan): Promise<void> {
  const source = await open(plan.path);
  const { reader } = source;
  const dissector = new Dissector();
  dissector.session.interfaces = reader.interfaces;
  const printers = await plan.printers(reader);
  const frame = newFrame();
  for await (const _ of source.chunks()) {
    if (!pump(reader, frame, dissector, plan, printers)) break;
    for (const printer of printers) await printer.drain?.();
    plan.progress?.(source, frame.number);
  }
  for (const printer of printers) await printer.finish();
  if (reader.problem !== null) throw new UserError(`${plan.path}: ${reader.problem.message}`, FAILED);
}

/** All packets that the reader has now; false once enough were read. A function of its own: this is the hot loop. */
function pump(
  reader: CaptureReader,
  frame: ReturnType<typeof newFrame>,
  dissector: Dissector,
  { filter, countMax }: ReadPlan,
  printers: readonly Printer[],
): boolean {
  while (reader.next(frame)) {
    if (frame.number > countMax) return false;
    const p = dissector.dissect(frame);
    if (filter !== null && !filter(p)) continue;
    for (let i = 0; i < printers.length; i++) printers[i]!.see(p, frame);
  }
  return true;
}

async function open(path: string): Promise<CaptureSource> {
  try {
    return await openCapture(path);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const isUsage = error.code === 'ERR_CAPTURE_NOT_FOUND' || error.code === 'ERR_CAPTURE_UNKNOWN_FORMAT';
    throw new UserError(error.message, isUsage ? BAD_USAGE : FAILED);
  }
}

// The loop of `eyrie read`: frames from the source, dissected, filtered, and shown to the printers.
import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureReader, Dissector, newFrame, type Packet } from '@eyrie/dissect';
import { FAILED, UserError } from '../errors.ts';
import type { Printer } from './printer.ts';

export interface ReadPlan {
  readonly path: string;
  readonly filter: ((p: Packet) => boolean) | null;
  readonly printers: readonly Printer[];
  /** Stop after this many packets read; Infinity for all. */
  readonly countMax: number;
}

const CHUNK_BYTES = 1 << 20;

export function run(plan: ReadPlan): void {
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  dissector.session.interfaces = reader.interfaces;
  const { filter, printers } = plan;
  const fd = openSync(plan.path, 'r');
  const chunk = new Uint8Array(CHUNK_BYTES);
  let isDone = false;
  while (!isDone) {
    const length = readSync(fd, chunk);
    if (length === 0) {
      reader.finish();
      isDone = true;
    } else reader.feed(chunk.subarray(0, length));
    while (reader.next(frame)) {
      if (frame.number > plan.countMax) {
        isDone = true;
        break;
      }
      const p = dissector.dissect(frame);
      if (filter !== null && !filter(p)) continue;
      for (let i = 0; i < printers.length; i++) printers[i]!.see(p);
    }
  }
  closeSync(fd);
  for (const printer of printers) printer.finish();
  if (reader.problem !== null) throw new UserError(`${plan.path}: ${reader.problem.message}`, FAILED);
}

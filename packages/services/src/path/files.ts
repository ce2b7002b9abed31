// Reads the sightings of a capture file.
import { openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import { newSighting, sightingOf } from './sighting.ts';
import { FILE_SIGHTINGS_MAX, Sightings } from './sightings.ts';

export interface FileSightings {
  readonly sightings: Sightings;
  readonly packets: number;
  /** Packets skipped: not IP, truncated, or without a time. */
  readonly unread: number;
  /** Why the file ended early; null: it is intact. */
  readonly problem: string | null;
}

/** @throws CaptureError */
export async function fileSightings(path: string): Promise<FileSightings> {
  const source = await openCapture(path);
  const frame = newFrame();
  const seen = newSighting();
  let sightings: Sightings | null = null;
  let [packets, unread] = [0, 0];
  for await (const reader of source.chunks()) {
    while (reader.next(frame)) {
      packets++;
      if (!frame.hasTime || !sightingOf(frame, seen)) {
        unread++;
        continue;
      }
      sightings ??= new Sightings(
        BigInt(frame.seconds) * 1_000_000_000n,
        FILE_SIGHTINGS_MAX,
        Number.POSITIVE_INFINITY,
      );
      const seconds = frame.seconds - Number(sightings.baseNs / 1_000_000_000n);
      sightings.add(seen, seconds * 1e9 + frame.nanoseconds);
    }
  }
  const problem = source.reader.problem?.message ?? null;
  return { sightings: sightings ?? new Sightings(0n, 1), packets, unread, problem };
}

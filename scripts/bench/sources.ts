/** Loads the real captures that the benchmark's mixes are made from. */
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { CaptureReader, newFrame } from '@eyrie/dissect/files';

const BYTES_MAX = 256 * 1024 * 1024;

/** Link type of the mixes: a classic pcap file has only one. */
export const LINKTYPE_ETHERNET = 1;

/** Longer pauses (idle hours, merged captures) are shortened to this, so that the traffic is dense. */
const GAP_SECONDS_MAX = 0.2;

export interface SourcePacket {
  /** Seconds after the capture's first packet. */
  readonly at: number;
  readonly wireLength: number;
  readonly bytes: Uint8Array;
}

/** The Ethernet packets of a capture up to any damage, in file order, with non-decreasing times. */
export function readPackets(path: string): SourcePacket[] {
  const reader = new CaptureReader();
  const frame = newFrame();
  const packets: SourcePacket[] = [];
  let elapsed = 0;
  let previous: number | null = null;
  const take = (): void => {
    while (reader.next(frame)) {
      if (frame.linkType !== LINKTYPE_ETHERNET) continue;
      const time = frame.seconds + frame.nanoseconds / 1e9;
      elapsed += Math.min(Math.max(time - (previous ?? time), 0), GAP_SECONDS_MAX);
      previous = time;
      const bytes = frame.data.slice(frame.start, frame.end);
      packets.push({ at: elapsed, wireLength: frame.wireLength, bytes });
    }
  };
  reader.feed(readWhole(path));
  take();
  reader.finish();
  take();
  return packets;
}

function readWhole(path: string): Uint8Array {
  const file = readFileSync(path);
  if (path.endsWith('.gz')) return gunzipSync(file, { maxOutputLength: BYTES_MAX });
  if (path.endsWith('.zst')) return zstdDecompressSync(file, { maxOutputLength: BYTES_MAX });
  return file;
}

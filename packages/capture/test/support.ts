// Capture files for tests, in temporary folders.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type CaptureProblem,
  type CaptureReader,
  type Frame,
  newFrame,
  PcapWriter,
} from '@eyrie/dissect/files';
import { type CaptureSource, openCapture } from '../src/index.ts';

/** A folder that is removed after the test. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-capture-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Frame number `i` of the generated files; its bytes contain the number. */
export function frameNumber(i: number, bytes = 60): Frame {
  const data = new Uint8Array(bytes);
  new DataView(data.buffer).setUint32(0, i);
  return { ...newFrame(), data, end: bytes, wireLength: bytes, seconds: i, linkType: 1, number: i + 1 };
}

/** A pcap file of `count` packets. */
export function pcapBytes(count: number, bytes = 60): Uint8Array {
  const writer = new PcapWriter({ linkType: 1 });
  for (let i = 0; i < count; i++) writer.write(frameNumber(i, bytes));
  return writer.take();
}

export interface Read {
  source: CaptureSource;
  reader: CaptureReader;
  /** The number in each packet's bytes. */
  numbers: number[];
  problem: CaptureProblem | null;
}

export async function readFile(path: string): Promise<Read> {
  const source = await openCapture(path);
  const { reader } = source;
  const frame = newFrame();
  const numbers: number[] = [];
  for await (const _ of source.chunks()) {
    while (reader.next(frame)) {
      numbers.push(new DataView(frame.data.buffer, frame.data.byteOffset).getUint32(frame.start));
    }
  }
  return { source, reader, numbers, problem: reader.problem };
}

export function upTo(count: number): number[] {
  return [...Array(count).keys()];
}

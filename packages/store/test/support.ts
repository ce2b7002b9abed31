// What the tests of the store share: real captures as batches, and what the dissector itself says of them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CaptureReader,
  compileFilter,
  Dissector,
  FlowRecords,
  newFrame,
  type Packet,
  PacketBatch,
} from '@eyrie/dissect';
import type { CaptureOrigin, FlowRow, StoreBatch } from '../src/rows.ts';

export const OFFICE_HOUR = new URL('../../../samples/office-hour.pcapng', import.meta.url).pathname;
export const PORT_SCAN = new URL('../../../samples/port-scan.pcapng', import.meta.url).pathname;

/** Enough of a file for tests. */
const PACKETS_MAX = 6000;

/** The packets of a file, one after the other, borrowed. */
export function* packetsOf(path: string): Generator<Packet> {
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  reader.feed(readFileSync(path));
  reader.finish();
  for (let count = 0; count < PACKETS_MAX && reader.next(frame); count++) yield dissector.dissect(frame);
}

export function originOf(path: string): CaptureOrigin {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { key: `sha256:${hash}`, kind: 'file', name: path.split('/').at(-1)!, file: path, hash };
}

export function batchOf(source: string, sequence: number, more: Partial<StoreBatch> = {}): StoreBatch {
  return { source, sequence, packets: null, flows: [], names: [], findings: [], drops: [], ...more };
}

/** A capture as the pipeline would send it. */
export function batchesOf(path: string, capacity = 1000): StoreBatch[] {
  const origin = originOf(path);
  const made: StoreBatch[] = [];
  const flows: FlowRow[] = [];
  let batch = new PacketBatch(capacity);
  let records: FlowRecords | null = null;
  const send = (): void => {
    made.push(batchOf(origin.key, made.length, { origin, packets: batch, flows: flows.splice(0) }));
    batch = new PacketBatch(capacity);
  };
  for (const p of packetsOf(path)) {
    records ??= new FlowRecords(p.session, (flow) => flows.push(flow));
    records.add(p);
    batch.add(p);
    if (batch.isFull) send();
  }
  records?.end();
  send();
  return made;
}

const known = new Map<string, number[]>();

/** frame.number of the packets that a filter passes, by the predicate. */
export function passing(path: string, filter: string): number[] {
  const key = `${path} ${filter}`;
  if (!known.has(key)) passingEach(path, [filter]);
  return known.get(key)!;
}

/** The same of many filters, in one pass over the file; `passing` then knows. */
export function passingEach(path: string, filters: readonly string[]): void {
  const tests = filters
    .filter((filter) => !known.has(`${path} ${filter}`))
    .map((filter) => {
      const found: number[] = [];
      known.set(`${path} ${filter}`, found);
      return { test: compileFilter(filter), found };
    });
  if (tests.length === 0) return;
  for (const p of packetsOf(path)) for (const { test, found } of tests) if (test(p)) found.push(p.number);
}

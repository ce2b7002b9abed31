// What the tests of the store share: real captures as batches, and what the dissector itself says of them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CaptureReader,
  compileFilter,
  Dissector,
  FlowRecords,
  newFrame,
  outerText,
  type Packet,
  PacketBatch,
} from '@eyrie/dissect';
import type { CaptureOrigin, FlowRow, StoreBatch } from '../src/rows.ts';
import type { Store } from '../src/store.ts';

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

const sent = new Map<string, readonly StoreBatch[]>();

/** A capture as the pipeline would send it; made once, for all tests of a process. */
export function batchesOf(path: string, capacity = 1000): readonly StoreBatch[] {
  const key = `${capacity} ${path}`;
  const batches = sent.get(key) ?? newBatchesOf(path, capacity);
  sent.set(key, batches);
  return batches;
}

/**
 * The same for one test alone, which changes them.
 *
 * @param from packets before that are left out
 */
export function newBatchesOf(path: string, capacity = 1000, from = 0): StoreBatch[] {
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
    if (p.number <= from) continue;
    batch.add(p);
    if (batch.isFull) send();
  }
  records?.end();
  send();
  return made;
}

/** As services number them: by their last packet, counted from 0. */
export function numbered(batches: readonly StoreBatch[]): StoreBatch[] {
  return batches.map((batch) => ({
    ...batch,
    sequence: batch.packets!.number[batch.packets!.length - 1]! - 1,
  }));
}

/** Packets whose columns have the least and the greatest values that they may have. */
export function strangeBatch(): StoreBatch {
  const packets = new PacketBatch(3);
  packets.length = 3;
  packets.number.set([0, 2 ** 32 + 1, 2 ** 40 - 1]);
  packets.seconds.set([-1, 0, 4e9]);
  packets.nanoseconds.set([999_999_999, 0, 1]);
  packets.wireLength.set([0, 2 ** 31, 2 ** 32 - 1]);
  packets.capturedLength.set([2 ** 32 - 1, 2 ** 31, 0]);
  packets.fileOffset.set([0, 2 ** 33 + 7, 2 ** 53 - 1]);
  packets.interfaceId.set([-1, 0, 2 ** 31 - 2]);
  packets.addressKind.set([1, 2, 3]);
  packets.source.fill(0xfe);
  packets.transport.set([0, 6, 255]);
  packets.sourcePort.set([0, 32_768, 65_535]);
  packets.destinationPort.set([65_535, 1, 32_768]);
  packets.stream.set([-1, 0, 2 ** 31 - 1]);
  packets.tcpFlags.set([65_535, 0, 0xfff]);
  packets.tcpAnalysis.set([0, 65_535, 32_768]);
  packets.tcpLength.set([0, 2 ** 31, 2 ** 32 - 1]);
  packets.marks.set([0, 7, 4]);
  packets.texts.push(
    'eth:ethertype:ip',
    'The end of it',
    outerText({ sources: ['192.0.2.9'], destinations: [] }),
  );
  packets.outer.set([-1, -1, 2]);
  const summary = new Int32Array([1, -1, 1]);
  return batchOf('file:strange', 0, { packets: Object.assign(packets, { summary }) });
}

/** What a store says of its packets, its counts, and what filters of each column find. */
export async function allOf(store: Store): Promise<unknown> {
  const filters = [
    'frame.number == 4294967297',
    'frame.len > 2147483647',
    'frame.cap_len > 2147483647',
    'frame.interface_id >= 0',
    'frame.time_epoch < 0',
    'tcp.srcport == 32768',
    'tcp.flags.syn == 1',
    'tcp.analysis.flags',
    'tcp.len > 1000',
    'tcp.stream == 3',
    'ip.addr == 192.0.2.9',
    'dns',
  ];
  const [{ items }, summary, tree] = [
    await store.packets({ limit: 10_000 }),
    await store.protocolSummary(),
    await store.hierarchy({ filter: 'frame' }),
  ];
  const found: unknown[] = [];
  for (const filter of filters) {
    const page = await store.packets({ filter, limit: 10_000 });
    found.push([filter, page.exact, page.items.map(({ id, isCandidate }) => [id, isCandidate])]);
  }
  return { items, summary, tree, found };
}

/** A store of an older version with the first 3000 packets of the office hour takes the rest; then it is closed. */
export async function migratedAndGoingOn(store: Store): Promise<void> {
  const filter = 'ip.addr == 10.20.0.47';
  const page = await store.packets({ filter, limit: 10_000 });
  assert.ok(!page.exact && page.items.some((item) => item.isCandidate));
  await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
  assert.equal((await store.protocolSummary({ filter: 'frame' })).packets, 5125);
  assert.equal((await store.protocolSummary()).packets, 5125);
  const { items } = await store.packets({ filter: `frame.number > 3000 && ${filter}`, limit: 10_000 });
  assert.ok(items.length > 0 && items.every((item) => !item.isCandidate));
  assert.deepEqual(
    items.map(({ number }) => number),
    passing(OFFICE_HOUR, `frame.number > 3000 && ${filter}`),
  );
  // Of one path there are two rows now.
  const names = (await store.hierarchy()).tree.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  await store.close();
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

// What is held back of conversations and names is neither lost nor told twice, wherever an import was broken off.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openReplay } from '@eyrie/capture';
import { flowRows } from '@eyrie/dissect';
import type { FindingRow, FlowRow, NameRow } from '@eyrie/store';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import { PacketParser, type Parsed } from '../src/parser/packet-parser.ts';
import { parseSource, sequenceOf } from '../src/parser/run.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const BATCH = 300;

/** What a store has of it. */
class Kept {
  next = 0;
  reported: number | null = null;
  readonly flows: FlowRow[] = [];
  readonly names: NameRow[] = [];
  readonly findings: FindingRow[] = [];

  add({ packets, flows, names, findings, reported }: Parsed, lastFrame: number): void {
    const sequence = sequenceOf(lastFrame, packets.length);
    // The rows of the end, once more.
    if (sequence < this.next) return;
    this.next = sequence + 1;
    this.reported = reported;
    this.flows.push(...flowRows(flows));
    this.names.push(...names);
    this.findings.push(...findings);
  }

  /** In sum, as the store would merge them. */
  get sums() {
    const flows = new Map<string, number[]>();
    for (const { transport, stream, toServer, toClient } of this.flows) {
      const sum = flows.get(`${transport} ${stream}`) ?? [0, 0, 0, 0];
      const more = [toServer.packets, toServer.bytes, toClient.packets, toClient.bytes];
      flows.set(
        `${transport} ${stream}`,
        sum.map((value, i) => value + more[i]!),
      );
    }
    const findings = new Map<string, number>();
    for (const { severity, group, protocol, message, count } of this.findings) {
      const key = `${severity} ${group} ${protocol} ${message}`;
      findings.set(key, (findings.get(key) ?? 0) + count);
    }
    const names = new Set(this.names.map(({ address, name, source }) => `${address} ${name} ${source}`));
    return { flows, findings, names };
  }
}

class Killed extends Error {}

/** Goes on with what is kept, until so many batches more are kept. */
async function goOn(kept: Kept, reportEvery: number, batches: number): Promise<void> {
  const parser = new PacketParser({ batchPackets: BATCH, reportEvery, ...FILE_FLOWS });
  let left = batches;
  const emit = (parsed: Parsed): void => {
    if (left-- === 0) throw new Killed();
    kept.add(parsed, parser.lastFrame);
  };
  const source = await openReplay(SAMPLE, { speed: Infinity, loop: false });
  const out = { memory: () => undefined, isBusy: () => false, emit };
  const from = { skipTo: kept.next, reported: kept.reported ?? kept.next, canGoOn: true };
  try {
    await parseSource(source, parser, out, from);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  } finally {
    await source.close();
  }
}

test('an import that holds back conversations, killed after any batch, stores the same as one that does not', async () => {
  const whole = new Kept();
  await goOn(whole, 1, Infinity);
  assert.ok(whole.flows.length > 0 && whole.names.length > 0 && whole.findings.length > 0);
  for (const batches of [1, 3, 4, 6, 9, 17]) {
    const kept = new Kept();
    await goOn(kept, 4, batches);
    // The second one is killed, too, and the last one holds nothing back, as one in its own time.
    await goOn(kept, 3, 2);
    await goOn(kept, 1, Infinity);
    assert.deepEqual(kept.sums, whole.sums, `${batches} batches`);
  }
});

test('conversations that are held back are reported with every so many-th batch, and with the last one', async () => {
  const [often, seldom] = [new Kept(), new Kept()];
  await goOn(often, 1, Infinity);
  await goOn(seldom, 8, Infinity);
  assert.deepEqual(seldom.sums, often.sums);
  assert.ok(seldom.flows.length < often.flows.length && seldom.names.length < often.names.length);
  assert.equal(seldom.reported, null);
});

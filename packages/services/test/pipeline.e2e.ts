// Files into a store by a parser thread: all of each once, whatever happens in between.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { RING_DEFAULTS, RingWriter, ringFiles } from '@eyrie/capture';
import { newFrame, newInterface } from '@eyrie/dissect/files';
import { decodeStoreBody } from '../src/bus/batch-body.ts';
import { silentLog } from '../src/log/index.ts';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import {
  AlreadyStored,
  ParserError,
  PipelineIntake,
  Run,
  runFile,
  startParsing,
} from '../src/pipeline/index.ts';
import { RefusedBodies } from '../src/refused/index.ts';
import { counts, MemoryStore, sums } from './support/memory-store.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-pipeline-'));
after(() => rmSync(folder, { recursive: true }));
// Each test starts a thread or several: the first fills the cache for the others.
module.enableCompileCache(join(folder, 'compile'));

async function importInto(memory: MemoryStore, path: string, again = false): Promise<string | null> {
  const run = await runFile(path, { again }, { store: memory.store, log: silentLog, batchPackets: 256 });
  const problem = await run.finished();
  await memory.store.endCapture(run.capture.id, problem);
  return problem;
}

function oneToN(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

const whole = new MemoryStore();

describe('a file into the store', () => {
  it('brings each packet once, in order, and each packet of a conversation in its record', async () => {
    assert.equal(await importInto(whole, SAMPLE), null);
    const { numbers, flows, names, findings, streams } = [...whole.kept.values()][0]!;
    assert.ok(numbers.length > 1000);
    assert.deepEqual(numbers, oneToN(numbers.length));
    const inFlows = [...sums(flows).values()].reduce((sum, count) => sum + count, 0);
    assert.equal(inFlows, streams.filter((stream) => !stream.startsWith('0 ')).length);
    assert.ok(names.some(({ name, source }) => source === 'dns' && name.endsWith('office.example')));
    assert.ok(findings.every(({ severity }) => severity !== 'chat'));
  });

  it('with rules finds who scans ports, once, also when it is broken off', async () => {
    const scan = join(import.meta.dirname, '../../../samples/port-scan.pcapng');
    const found = async (stops: readonly number[]) => {
      const memory = new MemoryStore();
      const pipeline = {
        store: memory.store,
        log: silentLog,
        batchPackets: 1000,
        batchesMax: 2,
        rules: true,
      };
      for (const stopAt of [...stops, Infinity]) {
        let batches = 0;
        const run = await runFile(
          scan,
          {},
          { ...pipeline, onProgress: () => ++batches === stopAt && run.stop() },
        );
        await run.finished();
      }
      const rules = [...memory.kept.values()][0]!.findings.filter(({ finder }) => finder === 'rule');
      const counts = new Map<string, number>();
      for (const { message, count } of rules) counts.set(message, (counts.get(message) ?? 0) + count);
      return counts;
    };
    const whole = await found([]);
    assert.ok([...whole.keys()].some((message) => /scan/i.test(message)));
    assert.deepEqual(await found([2]), whole);
  });

  it('with again is read from its first packet, though an import of it without rules was broken off', async () => {
    const scan = join(import.meta.dirname, '../../../samples/port-scan.pcapng');
    const memory = new MemoryStore();
    const pipeline = { store: memory.store, log: silentLog, batchPackets: 1000, batchesMax: 2 };
    const first = await runFile(scan, {}, { ...pipeline, onProgress: () => first.stop() });
    await first.finished();
    const second = await runFile(scan, { again: true }, { ...pipeline, rules: true });
    await second.finished();
    const [, kept] = [...memory.kept.values()];
    assert.deepEqual(kept?.numbers, oneToN(kept!.numbers.length));
    assert.ok(kept.findings.some(({ finder, message }) => finder === 'rule' && /scan/i.test(message)));
  });

  it('a second time is refused, but not with again', async () => {
    await assert.rejects(importInto(whole, SAMPLE), AlreadyStored);
    await importInto(whole, SAMPLE, true);
    const [first, second] = [...whole.kept.values()];
    assert.deepEqual(second!.numbers, first!.numbers);
  });

  it('that was broken off goes on where it was, and comes to the same', async () => {
    const { numbers, flows, streams } = [...whole.kept.values()][0]!;
    const memory = new MemoryStore();
    let batches = 0;
    const pipeline = { store: memory.store, log: silentLog, batchPackets: 100, batchesMax: 2 };
    for (const stopAt of [2, 5]) {
      batches = 0;
      const run = await runFile(
        SAMPLE,
        {},
        { ...pipeline, onProgress: () => ++batches === stopAt && run.stop() },
      );
      await run.finished();
    }
    assert.ok(memory.rows[0]!.packets < numbers.length);
    await importInto(memory, SAMPLE);
    const [kept] = [...memory.kept.values()];
    assert.deepEqual(kept!.numbers, numbers);
    assert.deepEqual(kept!.streams, streams);
    assert.deepEqual(sums(kept!.flows), sums(flows));
  });

  it('waits for a store that is away, and loses nothing', async () => {
    const memory = new MemoryStore();
    memory.failAfter = 3;
    const path = join(folder, 'away.pcapng');
    copyFileSync(SAMPLE, path);
    const back = setTimeout(() => {
      memory.failAfter = Infinity;
    }, 300);
    await importInto(memory, path);
    clearTimeout(back);
    assert.deepEqual(
      [...memory.kept.values()][0]!.numbers.toSorted((a, b) => a - b),
      [...whole.kept.values()][0]!.numbers,
    );
  });

  it('that is damaged brings what stands before the damage, and says where it is', async () => {
    const bytes = readFileSync(SAMPLE);
    const path = join(folder, 'cut.pcapng');
    writeFileSync(path, bytes.subarray(0, bytes.length - 1000));
    const memory = new MemoryStore();
    assert.match((await importInto(memory, path)) ?? '', /cut short/);
    assert.ok(memory.rows[0]!.packets > 1000);
    assert.match(memory.rows[0]!.problem ?? '', /cut short/);
  });

  it('that is small is parsed without a thread, and comes to the same, also when it is broken off', async () => {
    const path = join(folder, 'small.pcapng');
    writeFileSync(path, readFileSync(SAMPLE).subarray(0, 500_000));
    const kept = async (speed: number, stops: readonly number[] = []) => {
      const memory = new MemoryStore();
      const pipeline = { store: memory.store, log: silentLog, batchPackets: 100, batchesMax: 2 };
      for (const stopAt of [...stops, Infinity]) {
        let batches = 0;
        const onProgress = (): unknown => ++batches === stopAt && run.stop();
        const run = await runFile(path, { speed }, { ...pipeline, onProgress });
        await run.finished();
      }
      const { flows, findings, names, sequences: _, ...rest } = [...memory.kept.values()][0]!;
      return { ...rest, flows: sums(flows), findings: counts(findings), names: counts(names) };
    };
    // At a finite speed files have a thread.
    const byThread = await kept(1e9);
    assert.ok(byThread.numbers.length > 500);
    assert.deepEqual(await kept(Infinity), byThread);
    const { numbers, streams, flows } = await kept(Infinity, [2, 3]);
    assert.deepEqual(
      { numbers, streams, flows },
      {
        ...{ numbers: byThread.numbers, streams: byThread.streams, flows: byThread.flows },
      },
    );
  });

  it('that is no capture is an error with the reason', async () => {
    const path = join(folder, 'no.pcap');
    writeFileSync(path, 'hello, world: this is text');
    await assert.rejects(importInto(new MemoryStore(), path), (error: ParserError) => {
      assert.ok(error instanceof ParserError);
      assert.equal(error.code, 'ERR_CAPTURE_UNKNOWN_FORMAT');
      return true;
    });
  });

  it('a batch that the store refuses is put aside, and the others are stored', async () => {
    const memory = new MemoryStore();
    memory.refuses = ({ sequence, packets }) => packets !== null && sequence === 511;
    const aside = join(folder, 'refused');
    const refused = new RefusedBodies(aside, silentLog);
    const run = await runFile(
      SAMPLE,
      {},
      { store: memory.store, log: silentLog, batchPackets: 256, refused },
    );
    assert.equal(await run.finished(), 'the store refused 256 packets');
    const { numbers, dropped } = [...memory.kept.values()][0]!;
    assert.deepEqual([numbers.length, dropped, run.refused], [5125 - 256, 256, 256]);
    const [name] = readdirSync(aside);
    const { batch } = decodeStoreBody(readFileSync(join(aside, name!)));
    assert.deepEqual(
      [batch.source, batch.packets!.length, batch.packets!.number[0]],
      [run.capture.key, 256, 257],
    );
    memory.refuses = () => false;
    assert.equal((await memory.write(batch)).packets, 256, 'sent again later, it is stored');
  });

  it('a refused batch that is put aside nowhere loses its packets, not the conversations held back for it', async () => {
    const all = [...whole.kept.values()][0]!;
    // The eighth batch reports on all before it. Alone, in one go, and broken off right behind it.
    for (const stopAt of [Infinity, 8, 9]) {
      const memory = new MemoryStore();
      memory.refuses = ({ sequence, packets }) => packets !== null && sequence === 8 * 256 - 1;
      let batches = 0;
      const onProgress = (): unknown => ++batches === stopAt && run.stop();
      const pipeline = { store: memory.store, log: silentLog, batchPackets: 256, onProgress };
      let run = await runFile(SAMPLE, {}, pipeline);
      assert.equal(await run.finished(), 'the store refused 256 packets');
      if (stopAt < Infinity) {
        run = await runFile(SAMPLE, {}, pipeline);
        await run.finished();
      }
      const { numbers, dropped, flows, names } = [...memory.kept.values()][0]!;
      assert.deepEqual([numbers.length, dropped], [5125 - 256, 256]);
      assert.deepEqual(sums(flows), sums(all.flows), `stopped after ${stopAt} batches`);
      const textsOf = (rows: typeof names) => new Set(rows.map(({ address, name }) => `${address} ${name}`));
      assert.deepEqual(textsOf(names), textsOf(all.names));
    }
  });

  it('conversations that the store refuses at the end are missing, and the capture says so', async () => {
    const memory = new MemoryStore();
    memory.refuses = ({ packets }) => packets === null;
    const run = await runFile(SAMPLE, {}, { store: memory.store, log: silentLog });
    assert.equal(await run.finished(), 'the store refused its last conversations');
  });

  it('a last batch that is refused is told, too', async () => {
    const memory = new MemoryStore();
    memory.refuses = ({ flows, packets }) => packets === null && flows.length > 0;
    const run = await runFile(SAMPLE, {}, { store: memory.store, log: silentLog });
    memory.refuses = ({ flows, sequence }) => flows.length > 0 || sequence === 5124;
    assert.equal(await run.finished(), 'the store refused 5125 packets');
    assert.equal([...memory.kept.values()][0]!.dropped, 5125);
  });

  it('a store that refuses all is waited for', async () => {
    const memory = new MemoryStore();
    memory.refuses = () => true;
    const pipeline = { store: memory.store, log: silentLog, batchPackets: 16, batchesMax: 8 };
    const run = await runFile(SAMPLE, {}, pipeline);
    while (run.trouble === null) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(run.trouble, 'the store refuses everything: never');
    memory.refuses = () => false;
    assert.equal(await run.finished(), 'the store refused 128 packets');
    assert.equal([...memory.kept.values()][0]!.dropped, 128);
    assert.equal(run.trouble, null);
  });

  it('a store that refuses all, and several batches at once, can be given up: nothing is left without somebody who hears of it', async () => {
    const memory = new MemoryStore();
    memory.refuses = () => true;
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    // The test runner has listeners of its own, for which an unheard rejection is a failed test.
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
    try {
      const pipeline = { store: memory.store, log: silentLog, batchPackets: 16, batchesMax: 8 };
      const run = await runFile(SAMPLE, {}, pipeline);
      while (run.trouble === null) await new Promise((resolve) => setTimeout(resolve, 5));
      run.abandon();
      await assert.rejects(run.finished(), { code: 'ERR_STORE_BATCH' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(unheard, []);
    } finally {
      process.removeListener('unhandledRejection', hear);
      for (const each of before) process.on('unhandledRejection', each);
    }
  });

  it('given twice at once is taken in once', async () => {
    const memory = new MemoryStore();
    const intake = new PipelineIntake({
      ...{
        store: memory.store,
        log: silentLog,
        ring: RING_DEFAULTS,
        ringFolder: folder,
        live: {},
        rules: false,
      },
    });
    const [one, two] = await Promise.all([intake.importFile(SAMPLE, {}), intake.importFile(SAMPLE, {})]);
    assert.deepEqual(one, { capture: 1, isNew: true });
    assert.deepEqual(two, { capture: 1, isNew: false });
    // It may have ended by now.
    assert.ok(intake.running().length <= 1);
    await intake.ended(1);
    assert.equal(intake.running().length, 0);
    assert.deepEqual([...memory.kept.values()][0]!.numbers, oneToN(5125));
    await intake.close();
  });
});

describe('a session of the ring into the store', () => {
  it('goes on behind a damaged file, counts its packets as lost, and says so in the log', async () => {
    const session = join(folder, 'ring/eth0-1');
    const writer = new RingWriter(session, { ...RING_DEFAULTS, fileBytesMax: 20_000 }, () =>
      newInterface(0, 0, 1),
    );
    for (let i = 0; i < 200; i++) {
      const frame = newFrame();
      writer.write({ ...frame, data: new Uint8Array(500), end: 500, wireLength: 500, linkType: 1 });
    }
    writer.close();
    const [, damaged] = await ringFiles(session);
    writeFileSync(damaged!.path, readFileSync(damaged!.path).fill(0xff, 10_000));
    const memory = new MemoryStore();
    const origin = { key: 'live:eth0:1', kind: 'live', name: 'eth0', file: session, hash: null } as const;
    const { capture } = await memory.store.beginCapture(origin);
    const over = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const said: string[] = [];
    const run = new Run(
      capture,
      startParsing(
        {
          source: { kind: 'ring', folder: session, from: 1, over },
          ...{ skipTo: 0, streamBase: 0, canGoOn: false, isLive: false, flushMs: 200, flows: FILE_FLOWS },
        },
        {},
      ),
      { store: memory.store, log: { ...silentLog, warn: (line) => said.push(line) } },
    );
    assert.equal(await run.finished(), null);
    const { numbers, dropped } = [...memory.kept.values()][0]!;
    assert.equal(numbers.at(-1), 200);
    assert.ok(dropped > 0);
    assert.equal(numbers.length + dropped, 200);
    const lines = said.filter((line) => line.includes(damaged!.path));
    assert.equal(lines.length, 1, said.join('\n'));
    assert.match(lines[0]!, /^eth0: .*; reading goes on with the next file$/);
  });
});

/**
 * What the store costs of an import: batches of the parser's thread, recorded once, are stored as an import does, without
 * the parsing.
 *
 *   node packages/services/bench/store.ts CAPTURE --record FOLDER
 *   node packages/services/bench/store.ts --replay FOLDER [--store duckdb:PATH] [--keep]
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { PacketBatch } from '@eyrie/dissect';
import { openStore } from '@eyrie/store';
import { FILE_FLOWS } from '../src/parser/flow-times.ts';
import { BATCH_PACKETS } from '../src/parser/packet-parser.ts';
import { startParser } from '../src/parser/thread/index.ts';
import type { FromParser, ParsedMessage } from '../src/parser/thread/spec.ts';

/** As in an import. */
const BATCH_PACKETS_MAX = 122_880;
const AHEAD = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'string' },
    replay: { type: 'string' },
    store: { type: 'string', default: 'duckdb:/tmp/eyrie-bench/replayed.duckdb' },
    keep: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    /** MB of DuckDB. */
    memory: { type: 'string', default: '268' },
  },
});
if (values.record !== undefined && positionals[0] !== undefined) await record(positionals[0], values.record);
else if (values.replay !== undefined) await replay(values.replay, values.store, values.keep);
else throw new Error('say CAPTURE --record FOLDER, or --replay FOLDER');

function record(path: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  return new Promise((resolve, reject) => {
    const thread = startParser({
      source: { kind: 'file', path, speed: Infinity, loop: false },
      ...{
        skipTo: 0,
        reportEvery: 8,
        canGoOn: true,
        streamBase: 0,
        flushMs: Infinity,
        flows: FILE_FLOWS,
        isLive: false,
      },
      ...{ batchPackets: BATCH_PACKETS_MAX, firstPackets: BATCH_PACKETS, batchesMax: 3, rules: false },
    });
    thread.listen((message: FromParser) => {
      if (message.kind === 'error') return reject(new Error(message.message));
      if (message.kind === 'end') return void thread.end().then(resolve);
      if (message.kind !== 'batch') return;
      const { memory, ...rest } = message;
      const name = join(folder, String(count++).padStart(4, '0'));
      writeFileSync(`${name}.memory`, new Uint8Array(memory));
      writeFileSync(`${name}.rest`, serialize(rest));
      thread.send({ kind: 'memory', memory });
    });
  });
}

async function replay(folder: string, place: string, isKept: boolean): Promise<void> {
  const path = place.slice('duckdb:'.length);
  if (place.startsWith('duckdb:/') && !isKept)
    for (const suffix of ['', '.wal']) rmSync(path + suffix, { force: true });
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.rest'))
    .sort();
  const recorded = files.map((name) => ({
    rest: readFileSync(join(folder, name)),
    memory: readFileSync(join(folder, name.replace('.rest', '.memory'))),
  }));
  const store = await openStore(place, {
    threads: Number(values.threads),
    memoryBytesMax: Number(values.memory) * 1e6,
  });
  const key = 'sha256:0000';
  const origin = { key, kind: 'file', name: folder, file: null, hash: '0000' } as const;
  const { capture } = await store.beginCapture(origin);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const waiting = new Set<Promise<unknown>>();
  let stored = 0;
  for (const { rest, memory } of recorded) {
    const message = deserialize(rest) as Omit<ParsedMessage, 'memory'>;
    const packets = new PacketBatch(
      message.capacity,
      [],
      memory.buffer.byteLength === memory.byteLength
        ? (memory.buffer as ArrayBuffer)
        : (memory.buffer.slice(memory.byteOffset, memory.byteOffset + memory.byteLength) as ArrayBuffer),
    );
    packets.length = message.length;
    packets.texts.push(...message.texts);
    const { sequence, flows, names, findings, reported, drops } = message;
    const done = store.write({
      source: key,
      sequence,
      origin,
      packets: packets.length > 0 ? packets : null,
      ...{ flows: [], flowColumns: flows, names, findings, reported, drops },
    });
    waiting.add(done);
    void done.finally(() => waiting.delete(done));
    stored += packets.length;
    while (waiting.size >= AHEAD) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  const seconds = (performance.now() - started) / 1000;
  const all = process.cpuUsage(cpu);
  const own = process.threadCpuUsage(thread);
  const us = ({ user, system }: NodeJS.CpuUsage): string => ((user + system) / stored).toFixed(3);
  console.log(
    `${stored} packets in ${seconds.toFixed(2)} s; CPU a packet ${us(all)} µs, of it the main thread's ${us(own)}`,
  );
  await store.endCapture(capture.id);
  const { flows, names, findings } = await store.info();
  await store.close();
  console.log(`${flows} flows, ${names} names, ${findings} findings`);
}

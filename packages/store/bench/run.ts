/**
 * Write and query speed of a store: writes a capture's batches repeatedly, then runs the HTTP API's queries many times
 * each.
 *
 *   node packages/store/bench/run.ts CAPTURE [--store URL | --store postgres] [--packets N] [--runs N] [--keep]
 */
import { readFileSync, rmSync } from 'node:fs';
import { CaptureReader, Dissector, newFrame, PacketBatch } from '@eyrie/dissect';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';
import { openStore, type Store } from '../src/index.ts';
import { startPostgres } from '../test/postgres.ts';
import { batchOf } from '../test/support.ts';

const BATCH = 8192;
/** Of the packets stored. */
const START_SECONDS = 1_750_000_000;
const PACKETS_PER_SECOND = 50_000;
/** Concurrent writes. */
const AHEAD = 32;

const HELP = `Measures writing to a store and the queries of the HTTP API.

  node packages/store/bench/run.ts CAPTURE [options]

  --store URL     duckdb:PATH or postgres://…; postgres alone: starts a server for this run
                  (duckdb:/tmp/eyrie-bench/store.duckdb)
  --packets N     the capture's batches are written again and again up to here (2000000)
  --runs N        of each query (20)
  --keep          what is in the DuckDB file is kept, and only queried

Example: node packages/store/bench/run.ts samples/office-hour.pcapng --store postgres
`;

const { values, positionals } = argumentsOf(
  HELP,
  {
    store: { type: 'string', default: 'duckdb:/tmp/eyrie-bench/store.duckdb' },
    packets: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '20' },
    keep: { type: 'boolean', default: false },
  },
  [1, 1],
);
const [capture = ''] = positionals;
const packets = positive('--packets', values.packets);
const runs = positive('--runs', values.runs);
if (values.store.startsWith('duckdb:/') && !values.keep)
  for (const suffix of ['', '.wal']) rmSync(values.store.slice('duckdb:'.length) + suffix, { force: true });

// `postgres` alone: starts a server for this run.
const server = values.store === 'postgres' ? await startPostgres() : null;
const store = await openStore(server === null ? values.store : await server.make());
if ((await store.info()).packets === 0) await fill(store, batches(capture), packets);
await ask(store, runs);
await store.close();
await server?.stop();

function batches(path: string): PacketBatch[] {
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  reader.feed(readFileSync(path));
  reader.finish();
  const made: PacketBatch[] = [];
  let batch = new PacketBatch(BATCH);
  while (reader.next(frame)) {
    batch.add(dissector.dissect(frame));
    if (!batch.isFull) continue;
    made.push(batch);
    batch = new PacketBatch(BATCH);
  }
  return made;
}

async function fill(to: Store, from: PacketBatch[], packets: number): Promise<void> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const waiting = new Set<Promise<unknown>>();
  let written = 0;
  for (let sequence = 0; written < packets; sequence++) {
    const batch = from[sequence % from.length]!;
    // A copy, as from a parser, with evenly advancing times: the mixes combine captures of many years.
    const moved: PacketBatch = Object.assign(Object.create(Object.getPrototypeOf(batch)), batch, {
      seconds: batch.seconds.map((_, i) => START_SECONDS + Math.floor((written + i) / PACKETS_PER_SECOND)),
      nanoseconds: batch.nanoseconds.map(
        (_, i) => ((written + i) % PACKETS_PER_SECOND) * (1e9 / PACKETS_PER_SECOND),
      ),
    });
    const done = to.write(batchOf('file:bench', sequence, { packets: moved }));
    waiting.add(done);
    done.finally(() => waiting.delete(done));
    written += batch.length;
    if (waiting.size >= AHEAD) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${written} packets in ${seconds.toFixed(2)} s: ${Math.round(written / seconds)} a second, CPU ${((user + system) / 1e6).toFixed(1)} s`,
  );
  const { bytes, bytesPerPacket } = await to.vacuum();
  console.log(`${bytes} bytes, ${bytesPerPacket?.toFixed(1)} a packet`);
}

async function ask(of: Store, runs: number): Promise<void> {
  const { packets, firstTime, lastTime } = await of.info();
  const middle = Number(firstTime) + (Number(lastTime) - Number(firstTime)) / 2;
  const [ip] = (await of.conversations({ limit: 1 })).items;
  const questions: [string, () => Promise<unknown>][] = [
    ['protocol summary', () => of.protocolSummary()],
    ['protocol summary, filter tls', () => of.protocolSummary({ filter: 'tls' })],
    ['hierarchy', () => of.hierarchy()],
    ['time line by protocol', () => of.timeline({ by: 'protocol' })],
    ['time line, filter tcp.analysis.flags', () => of.timeline({ filter: 'tcp.analysis.flags' })],
    ['time line by protocol, filter tcp', () => of.timeline({ by: 'protocol', filter: 'tcp' })],
    [
      'time line of a tenth',
      () => of.timeline({ by: 'protocol', from: middle, to: middle + (Number(lastTime) - middle) / 5 }),
    ],
    ['page, newest', () => of.packets({ order: 'newest' })],
    ['page, filter dns', () => of.packets({ filter: 'dns' })],
    [
      'page, filter ip.addr && tcp.port',
      () => of.packets({ filter: `ip.addr == ${ip!.a} && tcp.port == 443`, order: 'newest' }),
    ],
    [
      'page, filter that nothing passes',
      () => of.packets({ filter: 'tcp.flags.syn == 1 && frame.len > 60000' }),
    ],
    ['page, filter http.host (candidates)', () => of.packets({ filter: 'http.host contains "a"' })],
    ['packet by id', () => of.packet(1 + Math.floor(Math.random() * packets))],
    ['conversations', () => of.conversations()],
    ['endpoints', () => of.endpoints()],
    ['captures', () => of.captures()],
  ];
  console.log(`over ${packets} packets, ${runs} times each: median, 95th of 100, CPU, ms`);
  for (const [name, question] of questions) {
    const times: number[] = [];
    const cpu = process.cpuUsage();
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await question();
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const at = (part: number): string => times[Math.floor((runs - 1) * part)]!.toFixed(1).padStart(8);
    const { user, system } = process.cpuUsage(cpu);
    const busy = ((user + system) / 1000 / runs).toFixed(1).padStart(8);
    console.log(`${at(0.5)} ${at(0.95)} ${busy}  ${name}`);
  }
}

// How long the HTTP API takes to answer over many packets: p50, p95 and p99 over HTTP on loopback, by route.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openStore, type Store } from '@eyrie/store';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';
import { buildAnalyzer } from '../src/analyzer/index.ts';
import { silentLog } from '../src/log/index.ts';
import { runFile } from '../src/pipeline/index.ts';

const HELP = `Measures how long the HTTP API takes to answer: p50, p95 and p99 over loopback, by route.

  node packages/services/bench/api.ts CAPTURE [PACKETS] [STORE] [REQUESTS] [ROUTE]

  CAPTURE    stored as often as it takes to have PACKETS, each time as a capture of its own
  PACKETS    packets in the store (10000000)
  STORE      its URL; it is kept, and a second run measures at once (a new DuckDB file in TMPDIR)
  REQUESTS   for each route (200)
  ROUTE      only routes whose names have this: id

Example: node packages/services/bench/api.ts samples/office-hour.pcapng 1000000
`;

const FILTERS = ['dns', 'tcp.port == 443', 'frame.len > 1400', 'udp && !dns', 'tcp.flags.reset == 1', 'icmp'];

if (isMainThread) await main();
else await serve(workerData);

async function main(): Promise<void> {
  const { positionals } = argumentsOf(HELP, {}, [1, 5]);
  const [path, packetsText = '10000000', storeUrl, requestsText = '200', only = ''] = positionals;
  const packets = positive('PACKETS', packetsText);
  const requests = positive('REQUESTS', requestsText);
  const folder = await mkdtemp(join(tmpdir(), 'eyrie-bench-api-'));
  const url = storeUrl ?? `duckdb:${join(folder, 'packets.duckdb')}`;
  try {
    const store = await openStore(url);
    await fill(store, path!, packets).finally(() => store.close());
    const server = new Worker(new URL(import.meta.url), { workerData: { url, folder } satisfies Served });
    const [started] = (await once(server, 'message')) as [Started];
    await measure(started, requests, only);
    server.postMessage('end');
    await once(server, 'exit');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Served {
  readonly url: string;
  readonly folder: string;
}

interface Started {
  readonly address: string;
  readonly packets: number;
  /** Seconds since 1970. */
  readonly first: number;
  readonly last: number;
}

async function serve({ url, folder }: Served): Promise<void> {
  const store = await openStore(url);
  const access = { token: null, hosts: [] };
  const app = await buildAnalyzer({ store, intake: null, folder, page: null, access, log: silentLog });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const { packets, firstTime, lastTime } = await store.info();
  const started: Started = { address, packets, first: Number(firstTime), last: Number(lastTime) };
  parentPort!.postMessage(started);
  await once(parentPort!, 'message');
  await app.close();
  await store.close();
  parentPort!.close();
}

async function fill(store: Store, path: string, wanted: number): Promise<void> {
  const begun = performance.now();
  let { packets } = await store.info();
  const before = packets;
  while (packets < wanted) {
    const run = await runFile(path, { again: true }, { store, log: silentLog });
    await store.endCapture(run.capture.id, await run.finished());
    if (run.packets === 0) throw new Error(`${path}: no packets in it`);
    packets += run.packets;
  }
  const info = await store.info();
  const seconds = (performance.now() - begun) / 1000;
  const rate = packets > before ? `, ${Math.round((packets - before) / seconds)} packets/s stored` : '';
  console.log(
    `${info.packets} packets, ${info.captures} captures, ${info.flows} flows in ${info.engineVersion}${rate}`,
  );
  console.log(
    `${(info.bytes / 1e6).toFixed(0)} MB, ${info.bytesPerPacket?.toFixed(1)} bytes a packet; ${cpus().length} CPUs, Node ${process.version}`,
  );
}

async function measure(
  { address, packets, first, last }: Started,
  requests: number,
  only: string,
): Promise<void> {
  // The same numbers in each run.
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const id = (): number => 1 + Math.floor(random() * packets);
  const { body: top } = await get(`${address}/hosts?limit=50`);
  const host = (): string => top.items[Math.floor(random() * top.items.length)]!.address;
  const ofHost = (address: string): string => `${address.includes(':') ? 'ipv6' : 'ip'}.addr == ${address}`;
  const moment = (): number => first + random() * (last - first);
  const routes: readonly [string, number, () => string][] = [
    ['/protocol_summary', 50, () => '/protocol_summary'],
    ['/timeline', 100, () => '/timeline'],
    ['/packets, filtered', 100, () => `/packets?q=${encodeURIComponent(pick(FILTERS, random))}`],
    ['/packets, of a host', 100, () => `/packets?q=${encodeURIComponent(ofHost(host()))}`],
    ['/packets, from a time', 100, () => `/packets?from=${moment().toFixed(6)}`],
    ['/packets/{id}', 10, () => `/packets/${id()}`],
    ['/packets/{id}/bytes', 10, () => `/packets/${id()}/bytes`],
    ['/hierarchy', 100, () => '/hierarchy'],
    ['/timeline, filtered', 250, () => `/timeline?q=${encodeURIComponent(pick(FILTERS, random))}`],
    ['/flows', 100, () => '/flows?limit=50'],
    ['/hosts', 250, () => '/hosts?limit=10'],
    ['/map', 500, () => '/map?hosts=100'],
  ];
  console.log(
    `\n${'route'.padEnd(24)}${'requests'.padStart(9)}${'p50 ms'.padStart(9)}${'p95 ms'.padStart(9)}${'p99 ms'.padStart(9)}${'CPU ms'.padStart(9)}${'wanted'.padStart(9)}`,
  );
  for (const [name, wanted, path] of routes) {
    if (!name.includes(only)) continue;
    const times: number[] = [];
    let cpu = process.cpuUsage();
    for (let i = -5; i < requests; i++) {
      if (i === 0) cpu = process.cpuUsage();
      const asked = path();
      const begun = performance.now();
      const { status } = await get(`${address}${asked}`);
      if (status !== 200) throw new Error(`${asked}: ${status}`);
      if (i >= 0) times.push(performance.now() - begun);
    }
    const { user, system } = process.cpuUsage(cpu);
    times.sort((a, b) => a - b);
    const at = (share: number): string =>
      times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1);
    console.log(
      `${name.padEnd(24)}${String(requests).padStart(9)}${at(0.5).padStart(9)}${at(0.95).padStart(9)}${at(0.99).padStart(9)}${((user + system) / 1000 / requests).toFixed(1).padStart(9)}${String(wanted).padStart(9)}`,
    );
  }
}

function pick<T>(of: readonly T[], random: () => number): T {
  return of[Math.floor(random() * of.length)]!;
}

async function get(url: string): Promise<{ status: number; body: { items: { address: string }[] } }> {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()) as { items: { address: string }[] } };
}

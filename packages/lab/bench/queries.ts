// Queries in a mesh of many real peers in one process, over TLS on loopback, all of which report every ten seconds:
// npm run bench:queries -- [peers] [--threads N]. Answers are compared with what brute force over all readings gives.

import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from '../src/hosting/machine.ts';
import { startQueryHost } from './queries-thread.ts';
import { countOf, cpuS, joinAll, memoryMb, ofAll, openStage, pick, print, spread } from './stage.ts';

const INTERVAL_MS = 10_000;
const SEEN_MS = 120_000;
const REST_S = 20;
const WARM_UP = 300;
const ALONE = 3_000;
const RATES = [100, 300];
const RATE_S = 10;
const COMPARED = 200;
const BEST = 5;

const stage = openStage(startQueryHost);
const { hosts, ids, hostOf } = stage;
const count = ids.length;
const incomplete: string[] = [];

await joinAll(stage);
console.log(`${count} peers joined, ${hosts.length} threads`);
await ofAll(stage, (host) => host.measure(INTERVAL_MS));
await seeAll();
await rest();
for (let i = 0; i < WARM_UP; i++) await askOnce();
await askAlone();
for (const rate of RATES) await askSteadily(rate);
const root = (await hosts[0]!.root())!;
await compare(root);
print('not whole', `${incomplete.length} ${[...new Set(incomplete)].join('; ')}`);
print('coordinator', JSON.stringify(await hostOf(root).countsAt(root)));
await loseRoot(root);
await stage.end();

async function seeAll(): Promise<void> {
  const limitMs = machineMs() + SEEN_MS;
  let seeing = 0;
  while (seeing < count && machineMs() < limitMs) {
    await pause(500);
    seeing = (await ofAll(stage, (host) => host.seeing(count))).reduce((sum, each) => sum + each, 0);
  }
  print('see all', `${seeing} of ${count}`);
  await pause(INTERVAL_MS);
}

/** Idle: monitoring without queries. */
async function rest(): Promise<void> {
  const written = () => countOf(stage, (each) => each.linkBytes);
  const [bytes, cpu] = [await written(), cpuS()];
  await pause(REST_S * 1000);
  const each = ((await written()) - bytes) / REST_S / count;
  print('monitored, no queries', `${each.toFixed(0)} B/s a peer in TLS records; CPU ${share(cpu, REST_S)}`);
  print('memory', `${memoryMb()} MB`);
  const ages = (await ofAll(stage, (host) => host.ages())).flat();
  const [views, readings] = [ages.map(([view]) => view), ages.map(([, reading]) => reading)];
  print('view', `age ${spread(views)}; readings in it ${spread(readings)}`);
}

function query(): string {
  const below = (limit: number) => Math.floor(Math.random() * limit);
  return pick([
    `3 peers where cpu.free >= ${below(60)}% and storage.free > 200GB order by net.free`,
    '5 peers order by memory.free, cpu.free',
    `2 peers where load.1 < ${(Math.random() * 8).toFixed(1)}`,
    'count, avg(cpu.used), p95(memory.used)',
    `count where storage.free < ${below(900)}GB by role`,
  ]);
}

async function askOnce(): Promise<number> {
  const id = pick(ids);
  const { ms, problem } = await hostOf(id).ask(id, query());
  if (problem !== null) incomplete.push(problem);
  return ms;
}

async function askAlone(): Promise<void> {
  const times: number[] = [];
  const cpu = cpuS();
  for (let i = 0; i < ALONE; i++) times.push(await askOnce());
  const eachMs = ((cpuS() - cpu) / ALONE) * 1e3;
  print(
    'one after the other',
    `${spread(times)}; CPU ${eachMs.toFixed(2)} ms each, asker, way and coordinator together`,
  );
}

async function askSteadily(rate: number): Promise<void> {
  const times: number[] = [];
  const [startMs, cpu] = [machineMs(), cpuS()];
  const under: Promise<void>[] = [];
  for (let i = 0; machineMs() - startMs < RATE_S * 1000; i++) {
    under.push(askOnce().then((ms) => void times.push(ms)));
    await pause(Math.max(0, startMs + (i + 1) * (1000 / rate) - machineMs()));
  }
  await Promise.all(under);
  const seconds = (machineMs() - startMs) / 1000;
  const answered = (times.length / seconds).toFixed(0);
  print(`${rate} a second, ${RATE_S} s`, `${spread(times)}; ${answered}/s; CPU ${share(cpu, seconds)}`);
}

/** Compares answers with the coordinator's readings, if these were the same before and after the query. */
async function compare(root: string): Promise<void> {
  let [compared, same] = [0, 0];
  for (let i = 0; compared < COMPARED && i < 10 * COMPARED; i++) {
    const least = Math.floor(Math.random() * 90);
    const best = async () => {
      const all = await hostOf(root).readingsAt(root);
      return JSON.stringify(all.filter((free) => free >= least).slice(0, BEST));
    };
    const id = pick(ids);
    const before = await best();
    const { cpuFree } = await hostOf(id).ask(
      id,
      `${BEST} peers where cpu.free >= ${least} order by cpu.free`,
    );
    if (before !== (await best())) continue;
    compared++;
    if (JSON.stringify(cpuFree) === before) same++;
  }
  print('against brute force', `${same} of ${compared} the same`);
}

async function loseRoot(root: string): Promise<void> {
  const diedMs = await hostOf(root).crash(root);
  const sees = () => ofAll(stage, (host) => host.seesWithout(root, count - 1));
  let sawMs = Number.NaN;
  for (let i = 0; i < 400 && Number.isNaN(sawMs); i++) {
    await pause(25);
    if ((await sees()).every((each) => each)) sawMs = machineMs() - diedMs;
  }
  print('the root dies', `all see all the others through its heir after ${sawMs.toFixed(0)} ms`);
}

function share(sinceS: number, seconds: number): string {
  return `${(((cpuS() - sinceS) / seconds) * 100).toFixed(0)} % of one core`;
}

// A mesh of many real peers in one process, over TLS on loopback: npm run bench:mesh -- [peers] [join: only that] [--threads N]
// [--idle SECONDS] [--profiles FOLDER: CPU profiles of the idle time, one per thread] [--heaps FOLDER: heap snapshots after it]
// Measures joins, idle cost, messages and revocation. Peers are spread over threads, one per core, so most links are between
// two threads.

import { mkdirSync, readFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from '../src/hosting/machine.ts';
import { startMeshHost } from './mesh-thread.ts';
import { countOf, cpuS, joinAll, memoryMb, ofAll, openStage, pick, print, spread, until } from './stage.ts';

const SETTLE_MS = 25_000;
const TRIPS = 2_000;
const MESSAGES = 1_000;
const BROADCASTS = 20;
const BULK_BYTES = 512 << 20;

const startMs = machineMs();
const startCpuS = cpuS();
const stage = openStage(startMeshHost);
const { hosts, ids, hostOf, idleS } = stage;
const count = ids.length;

await join();
if (!stage.isJoinOnly) {
  await pause(SETTLE_MS);
  await rest();
  await talk();
  await bulk();
  await compareClocks();
  await loseTwo();
}
const warnings = await ofAll(stage, async (host) => (await host.sample(count)).warnings);
print('warnings', JSON.stringify(warnings));
await stage.end();

async function join(): Promise<void> {
  await joinAll(stage);
  const joinedMs = machineMs() - startMs;
  const knowAll = async () => (await countOf(stage, (each) => each.whole)) === count;
  const limitMs = machineMs() + 60_000;
  while (!(await knowAll()) && machineMs() < limitMs) await pause(5);
  const [joinedS, knownS] = [joinedMs, machineMs() - startMs].map((ms) => (ms / 1000).toFixed(1));
  print(
    `${count} peers joined`,
    `${joinedS} s, all know all after ${knownS} s, CPU ${(cpuS() - startCpuS).toFixed(1)} s, ${hosts.length} threads`,
  );
  print('know all', `${await countOf(stage, (each) => each.whole)} of ${count}`);
  print('memory', `${memoryMb()} MB`);
  const linkedMs = await until(stage, (host) => host.isTreeLinked(), 60_000);
  const depth = Math.max(...(await ofAll(stage, (host) => host.depth())));
  print('tree of links complete', `${(linkedMs / 1000).toFixed(1)} s later; depth ${depth}`);
}

/** Cost of idle peers. */
async function rest(): Promise<void> {
  print('links', String((await countOf(stage, (each) => each.links)) / 2));
  await ofAll(stage, (host) => host.collect());
  print('memory, settled', `${memoryMb()} MB`);
  const written = () => countOf(stage, (each) => each.linkBytes);
  if (stage.profiles !== null) await ofAll(stage, (host) => host.profile());
  const [cpu, bytes, records] = [cpuS(), loopbackBytes(), await written()];
  await pause(idleS * 1000);
  const cpuShare = share(cpu, idleS);
  const each = (all: number) => (all / idleS / count).toFixed(0);
  const inRecords = each((await written()) - records);
  const withHeads = each(loopbackBytes() - bytes);
  print(
    'idle',
    `${inRecords} B/s a peer in TLS records, ${withHeads} B/s with TCP/IP heads and acknowledgements; CPU ${cpuShare}`,
  );
  if (stage.profiles !== null) await saveProfiles(stage.profiles);
  if (stage.heaps !== null) await saveHeaps(stage.heaps);
}

async function saveHeaps(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    hosts.map((host, thread) => host.writeHeap(pathOf(folder, `thread-${thread}.heapsnapshot`))),
  );
}

async function saveProfiles(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    hosts.map((host, thread) => host.endProfile(pathOf(folder, `thread-${thread}.cpuprofile`))),
  );
}

async function talk(): Promise<void> {
  const trips: (number | null)[] = [];
  for (let i = 0; i < TRIPS; i++) {
    const id = pick(ids);
    trips.push(await hostOf(id).probe(id));
  }
  const answered = trips.filter((ms) => ms !== null);
  const unanswered = trips.length - answered.length;
  print(
    'link round trip',
    `${spread(answered)}${unanswered > 0 ? `; ${unanswered} without a link or an answer` : ''}`,
  );

  await ofAll(stage, (host) => host.listen());
  const messages: number[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const [from, to, text] = [pick(ids), pick(ids), `hello ${i}`];
    const arriving = hostOf(to).arrivals(text, 1);
    const sentMs = await hostOf(from).sendNow(from, to, text);
    const [atMs = Number.POSITIVE_INFINITY] = await arriving;
    messages.push(atMs - sentMs);
  }
  print('any to any, sealed', spread(messages));

  const reach: number[] = [];
  const counted: number[] = [];
  for (let i = 0; i < BROADCASTS; i++) {
    const [from, text] = [pick(ids), `all hands ${i}`];
    const sent = await hostOf(from).broadcastNow(from, text);
    // All that acknowledged it have it.
    const arrived = await ofAll(stage, (host) => host.arrivals(text, 0));
    reach.push(...arrived.flat().map((ms) => ms - sent.startMs));
    counted.push(sent.endMs - sent.startMs);
    if (sent.count !== count - 1) console.log(`  a broadcast reached ${sent.count} of ${count - 1}`);
    await pause(50);
  }
  print('broadcast, at each', spread(reach));
  print('broadcast, counted', spread(counted));
}

/** From a peer to one with which it has a link, if possible in another thread. */
async function bulk(): Promise<void> {
  const from = ids[0]!;
  const linked = await hostOf(from).linkedWith(from);
  const to = linked.find((id) => hostOf(id) !== hostOf(from)) ?? linked[0];
  if (to === undefined) return print('bulk over one link', `${from} has no link`);
  const taken = hostOf(to).takeBulk(from, to, BULK_BYTES);
  const sentMs = await hostOf(from).sendBulk(from, to, BULK_BYTES);
  const takenMs = sentMs === null ? null : await taken;
  if (sentMs === null || takenMs === null)
    return print('bulk over one link', `the link of ${from} and ${to} was lost`);
  const seconds = (takenMs - sentMs) / 1000;
  const threads = hostOf(to) === hostOf(from) ? 'both ends in one thread' : 'its ends in two threads';
  print('bulk over one link', `${(BULK_BYTES / 1e6 / seconds).toFixed(0)} MB/s, ${threads}`);
}

async function compareClocks(): Promise<void> {
  const ahead = (await ofAll(stage, (host) => host.clocksAhead())).flat();
  const middle = ahead.toSorted((a, b) => a - b)[ahead.length >> 1]!;
  print('clocks, apart', spread(ahead.map((ms) => Math.abs(ms - middle))));
}

/** One peer is revoked, another crashes. */
async function loseTwo(): Promise<void> {
  const [first, victim, lost] = [ids[0]!, ids.at(-1)!, ids[Math.floor(count / 3)]!];
  const revokedMs = await hostOf(first).revoke(first, victim);
  await until(stage, (host) => host.isOut(victim), 10_000);
  print('revoked, known to all', `${(machineMs() - revokedMs).toFixed(0)} ms`);
  const lostMs = await hostOf(lost).crash(lost);
  await until(stage, (host) => host.isMissed(lost, victim), 20_000);
  print('a crash, known to all', `${(machineMs() - lostMs).toFixed(0)} ms`);
}

function share(sinceS: number, seconds: number): string {
  return `${(((cpuS() - sinceS) / seconds) * 100).toFixed(0)} % of one core`;
}

/** As counted by the kernel, of all traffic on loopback. */
function loopbackBytes(): number {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n');
  const line = lines.find((each) => each.trim().startsWith('lo:'));
  return Number(line?.trim().split(/\s+/)[1] ?? 0);
}

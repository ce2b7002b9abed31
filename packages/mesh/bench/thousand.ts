// A mesh of many real peers in one process, over TLS on loopback: npm run bench:mesh -- [peers] [join: only that]
// Says what it costs to join, to idle, to talk, to revoke.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatToken } from '../src/identity/token.ts';
import {
  FolderStorage,
  foundMesh,
  joinMesh,
  openPeerIn,
  type Peer,
  parseToken,
  type Session,
  systemRuntime,
} from '../src/index.ts';
import { requestKinds } from '../src/wire/kinds.ts';

const count = Number(process.argv[2] ?? 1000);
const AT_ONCE = 8;
const runtime = systemRuntime((level, message, values) => {
  if (level === 'warn') warnings.set(message, (warnings.get(message) ?? 0) + 1);
  if (process.env.EYRIE_LOG === 'debug') console.error(level, message, JSON.stringify(values));
});
const warnings = new Map<string, number>();
const peers: Peer[] = [];
const closes: (() => Promise<void>)[] = [];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const memoryMb = () => Math.round(process.memoryUsage().rss / 2 ** 20);
const cpuS = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
const settings = (id: string) => ({ id, host: '127.0.0.1', port: 0, advertise: [], entrances: [] });
const spread = (all: number[]) => {
  all.sort((a, b) => a - b);
  const at = (part: number) =>
    (all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? Number.NaN).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (${all.length})`;
};

async function until(isSo: () => boolean, limitMs: number): Promise<number> {
  const startMs = performance.now();
  while (!isSo() && performance.now() - startMs < limitMs) await pause(5);
  return isSo() ? performance.now() - startMs : Number.POSITIVE_INFINITY;
}

const startMs = performance.now();
const startCpuS = cpuS();
const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'eyrie-bench-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));
const first = new FolderStorage(join(home, 'peer-0'));
const roster = foundMesh(first, runtime, 'bench', settings('peer-0'), null);
const opened = openPeerIn(first, { runtime });
peers.push(opened.peer);
closes.push(opened.close);
await opened.peer.start();
const secret = opened.peer.authority!.desk.invite('peer', null, count, 3_600_000);
const root = createHash('sha256').update(roster.beginning).digest();
const token = formatToken({ mesh: 'bench', root, addresses: opened.peer.addresses.slice(), secret });
const invitation = parseToken(token);

let next = 1;
async function joinSome(): Promise<void> {
  while (next < count) await joinOne(`peer-${next++}`);
}
async function joinOne(id: string): Promise<void> {
  const storage = new FolderStorage(join(home, id));
  const enter = () =>
    joinMesh({ runtime, storage, invitation, settings: settings(id), waitMs: 0, onWaiting: () => {} });
  // A machine that is busy with other things may be too slow for one try.
  await enter().catch(enter);
  const { peer, close } = openPeerIn(storage, { runtime });
  peers.push(peer);
  closes.push(close);
  await peer.start();
}
await Promise.all(Array.from({ length: AT_ONCE }, joinSome));
const joinedMs = performance.now() - startMs;
const knowAll = () => peers.every((peer) => peer.directory.tree.size === count);
await until(knowAll, 60_000);
console.log(
  `${count} peers joined:        ${(joinedMs / 1000).toFixed(1)} s, all know all after ${((performance.now() - startMs) / 1000).toFixed(1)} s, CPU ${(cpuS() - startCpuS).toFixed(1)} s`,
);
console.log(
  `know all:               ${peers.filter((peer) => peer.directory.tree.size === count).length} of ${count}`,
);
console.log(`memory:                 ${memoryMb()} MB`);
const treeLinked = () =>
  peers.every((peer) => {
    const parent = peer.directory.tree.parentOf(peer.id);
    return parent === null || peer.switchboard.sessionOf(parent) !== null;
  });
console.log(
  `tree of links complete: ${((await until(treeLinked, 60_000)) / 1000).toFixed(1)} s later; depth ${Math.max(...peers.map((peer) => peer.directory.tree.pathTo(peer.id).length))}`,
);
if (process.argv[3] === 'join') process.exit(0);
await pause(25_000);

const links = () => peers.reduce((sum, peer) => sum + [...peer.switchboard.sessions()].length, 0);
console.log(`links:                  ${links() / 2}`);
global.gc?.();
console.log(`memory, settled:        ${memoryMb()} MB`);

// Bytes of idling, as the kernel counts them on loopback: TLS and TCP/IP heads included.
const loopbackBytes = async () => {
  const { readFile } = await import('node:fs/promises');
  const line = (await readFile('/proc/net/dev', 'utf8'))
    .split('\n')
    .find((each) => each.trim().startsWith('lo:'));
  return Number(line?.trim().split(/\s+/)[1] ?? 0);
};
const written = () =>
  peers.reduce(
    (sum, peer) =>
      sum + [...peer.switchboard.sessions()].reduce((all, session) => all + tlsBytes(session), 0),
    0,
  );
function tlsBytes(session: Session): number {
  return session.link.sentBytes;
}
const [idleCpu, idleBytes, idleTls] = [cpuS(), await loopbackBytes(), written()];
await pause(10_000);
console.log(
  `idle:                   ${((written() - idleTls) / 10 / count).toFixed(0)} B/s a peer in TLS records, ${(((await loopbackBytes()) - idleBytes) / 10 / count).toFixed(0)} B/s with TCP/IP heads and acknowledgements; CPU ${(((cpuS() - idleCpu) / 10) * 100).toFixed(0)} % of one core`,
);

const pick = () => peers[Math.floor(Math.random() * peers.length)]!;

const trips: number[] = [];
for (let i = 0; i < 2000; i++) {
  const session = [...pick().switchboard.sessions()][0]!;
  const atMs = performance.now();
  const payload = Buffer.concat([Buffer.of(Buffer.byteLength(session.id)), Buffer.from(session.id)]);
  await new Promise<void>((resolve) => session.request(requestKinds.probe, payload, 1_000, () => resolve()));
  trips.push(performance.now() - atMs);
}
console.log(`link round trip:        ${spread(trips)}`);

const messages: number[] = [];
for (let i = 0; i < 1000; i++) {
  const [from, to] = [pick(), pick()];
  const atMs = performance.now();
  await new Promise<void>((resolve) => {
    const done = () => {
      to.inbox.onMessage.splice(to.inbox.onMessage.indexOf(done), 1);
      resolve();
    };
    to.inbox.onMessage.push(done);
    from.send(to.id, 'hello');
  });
  messages.push(performance.now() - atMs);
}
console.log(`any to any, sealed:     ${spread(messages)}`);

const reach: number[] = [];
const done: number[] = [];
for (let i = 0; i < 20; i++) {
  const from = pick();
  const atMs = performance.now();
  const taken = peers.map((peer) => {
    const listener = () => {
      reach.push(performance.now() - atMs);
      peer.inbox.onMessage.splice(peer.inbox.onMessage.indexOf(listener), 1);
    };
    if (peer !== from) peer.inbox.onMessage.push(listener);
    return () =>
      peer.inbox.onMessage.includes(listener) &&
      peer.inbox.onMessage.splice(peer.inbox.onMessage.indexOf(listener), 1);
  });
  const result = await from.broadcast('all hands');
  done.push(performance.now() - atMs);
  if (result.count !== count - 1) console.log(`  a broadcast reached ${result.count} of ${count - 1}`);
  for (const forget of taken) forget();
  await pause(50);
}
console.log(`broadcast, at each:     ${spread(reach)}`);
console.log(`broadcast, counted:     ${spread(done)}`);

const [source, sink] = [...peers]
  .map((peer) => ({ peer, session: [...peer.switchboard.sessions()][0] }))
  .slice(0, 1)
  .flatMap(({ peer, session }) => [
    session!,
    peers.find((each) => each.id === session!.id)!.switchboard.sessionOf(peer.id)!,
  ]);
const BULK_KIND = 99;
const bulkBytes = 512 << 20;
const bulkMs = await new Promise<number>((resolve) => {
  const receiver = peers.find((peer) => [...peer.switchboard.sessions()].includes(sink as Session))!;
  let got = 0;
  const atMs = performance.now();
  receiver.switchboard.handleStream(BULK_KIND, (_session, _payload, stream) => {
    stream.listen((data) => {
      got += data.length;
      stream.consumed(data.length);
      if (got === bulkBytes) resolve(performance.now() - atMs);
    });
  });
  const stream = (source as Session).openStream(BULK_KIND, Buffer.alloc(0));
  const chunk = randomBytes(64 << 10);
  let sent = 0;
  const pump = () => {
    while (sent < bulkBytes && stream.writableBytes >= chunk.length) {
      stream.write(chunk);
      sent += chunk.length;
    }
  };
  stream.onWritable = pump;
  pump();
});
console.log(`bulk over one link:     ${(bulkBytes / 1e6 / (bulkMs / 1000)).toFixed(0)} MB/s`);

// All read the same counter, so what is left of the difference is what their clocks are apart.
const ahead = peers.map(({ clock }) => Number(clock.nowNs() - process.hrtime.bigint()) / 1e6);
const middle = ahead.toSorted((a, b) => a - b)[count >> 1]!;
console.log(`clocks, apart:          ${spread(ahead.map((ms) => Math.abs(ms - middle)))}`);

const victim = peers.at(-1)!;
const revokeAtMs = performance.now();
opened.peer.authority!.revoke(victim.id, 'bench');
const isOut = () =>
  peers.every(
    (peer) =>
      peer === victim ||
      (peer.switchboard.sessionOf(victim.id) === null && peer.directory.statusOf(victim.id) === 'revoked'),
  );
await until(isOut, 10_000);
console.log(`revoked, known to all:  ${(performance.now() - revokeAtMs).toFixed(0)} ms`);

const lost = peers[Math.floor(count / 3)]!;
const lostAtMs = performance.now();
lost.kill();
await until(
  () => peers.every((peer) => peer === lost || peer === victim || !peer.directory.isAlive(lost.id)),
  20_000,
);
console.log(`a crash, known to all:  ${(performance.now() - lostAtMs).toFixed(0)} ms`);
console.log(`warnings:               ${JSON.stringify([...warnings])}`);
await Promise.all(closes.map((close) => close()));
process.exit(0);

// What a peer sends while nothing happens but that all measure their host every ten seconds, by kind of message, on a virtual
// clock: node packages/mesh/bench/traffic.ts [peers]. With the heads of frames and TLS records, as links count it.

import { Session } from '../src/link/session.ts';
import { treeMessage } from '../src/skyeye/codec.ts';
import { SeededRandom, VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds, requestKinds } from '../src/wire/kinds.ts';
import { decode } from '../src/wire/schema.ts';

const count = Number(process.argv[2] ?? 150);
const INTERVAL_MS = 10_000;
/** Head of a frame, and what a TLS record adds (RFC 8446 §5.2). */
const HEADS_BYTES = 3 + 22;
/** Seconds after all are there. */
const windows = [
  [20, 40],
  [40, 70],
  [70, 130],
  [300, 360],
] as const;

const sent = new Map<string, { frames: number; bytes: number }>();
function add(kind: string, bytes: number): void {
  const known = sent.get(kind) ?? { frames: 0, bytes: 0 };
  sent.set(kind, { frames: known.frames + 1, bytes: known.bytes + bytes + HEADS_BYTES });
}

const nameOf = (kinds: Record<string, number>, kind: number) =>
  Object.keys(kinds).find((name) => kinds[name] === kind) ?? String(kind);
function treeKind(payload: Uint8Array): string {
  const message = decode(treeMessage, Buffer.from(payload));
  if (message.kind !== 'view') return message.kind;
  return message.mask?.most === 0 ? 'view' : 'view with the best';
}

const { notify, request, heartbeat } = Session.prototype;
Session.prototype.notify = function (kind, payload) {
  add(kind === noticeKinds.tree ? treeKind(payload) : nameOf(noticeKinds, kind), payload.length + 1);
  return notify.call(this, kind, payload);
};
Session.prototype.request = function (kind, payload, timeoutMs, answered) {
  add(nameOf(requestKinds, kind), payload.length + 3);
  return request.call(this, kind, payload, timeoutMs, answered);
};
Session.prototype.heartbeat = function () {
  add('heartbeat', 0);
  return heartbeat.call(this);
};

const random = new SeededRandom(7);
const mesh = await VirtualMesh.create({ peers: count, seed: 1 });
await mesh.startAll();
for (const peer of mesh.peers) {
  let used = 100 * random.fraction();
  const [storage, memory] = [1e12 * random.fraction(), 64e9 * random.fraction()];
  const look = () => {
    used = Math.min(100, Math.max(0, used + 8 * (random.fraction() - 0.5)));
    peer!.skyeye.report({
      ...{ 'cpu.used': used, 'cpu.free': 100 - used, 'cpu.cores': 8, 'load.1': used / 12 },
      ...{ 'memory.total': 64e9, 'memory.free': memory, 'memory.used': 100 - memory / 64e7 },
      ...{ 'storage.total': 1e12, 'storage.free': storage, 'storage.used': 100 - storage / 1e10 },
      ...{ 'net.rx': 1e6 * random.fraction(), 'net.tx': 1e6 * random.fraction(), 'net.free': 1e9 },
      uptime: mesh.clock.elapsedMs() / 1000,
    });
    mesh.clock.after(INTERVAL_MS, look);
  };
  mesh.clock.after(INTERVAL_MS * random.fraction(), look);
}
const startMs = mesh.clock.elapsedMs();
for (const [fromS, toS] of windows) {
  mesh.clock.run(startMs + fromS * 1000 - mesh.clock.elapsedMs());
  sent.clear();
  mesh.clock.run((toS - fromS) * 1000);
  const each = (bytes: number) => bytes / (toS - fromS) / count;
  const all = [...sent].sort(([, a], [, b]) => b.bytes - a.bytes);
  const total = all.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const parts = all.slice(0, 8).map(([kind, { bytes }]) => `${kind} ${each(bytes).toFixed(1)}`);
  console.log(`${fromS} to ${toS} s: ${each(total).toFixed(0)} B/s a peer: ${parts.join(', ')}`);
}

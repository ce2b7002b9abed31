// What an approved peer that lies, or a stranger, finds shut: each of these was open once.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Moved } from '../src/link/moved.ts';
import type { Switchboard } from '../src/link/switchboard.ts';
import { writeUpdate } from '../src/members/directory.ts';
import { Roster, RosterError } from '../src/members/roster.ts';
import { Inbox } from '../src/messages/inbox.ts';
import { callPeer } from '../src/peer/control.ts';
import { MOVED } from '../src/peer/standing.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { CHUNK_BYTES, describeFile, isWhole } from '../src/resources/manifest.ts';
import { systemRuntime } from '../src/runtime.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds } from '../src/wire/kinds.ts';
import { bytes, encode, list } from '../src/wire/schema.ts';

const UNUSED_KIND = 250;

async function meshOf(peers = 5, seed = 11) {
  const warnings: string[] = [];
  const log = (level: string, message: string, values?: object) => {
    if (level === 'warn') warnings.push(`${message} ${JSON.stringify(values)}`);
  };
  const mesh = await VirtualMesh.create({ peers, seed, log });
  await mesh.startAll();
  return { mesh, warnings };
}

test('a handler that fails ends the session that led there, not the process', async () => {
  const { mesh, warnings } = await meshOf();
  const victim = mesh.peers[1]!;
  const session = [...victim.switchboard.sessions()][0]!;
  victim.switchboard.handleNotice(UNUSED_KIND, () => {
    throw new TypeError('a mistake of ours');
  });
  const other = mesh.peers.find((peer) => peer!.id === session.id)!;
  other.switchboard.sessionOf(victim.id)!.notify(UNUSED_KIND, Buffer.alloc(1));
  mesh.clock.run(50);
  assert.equal(session.isClosed, true);
  assert.ok(
    warnings.some((line) => line.includes('could not be handled') && line.includes('a mistake of ours')),
  );
  mesh.clock.run(10_000);
  assert.ok(mesh.isWhole(), 'both link up again');
});

test('a handler that fails at a routed message costs no neighbour its link', async () => {
  const { mesh, warnings } = await meshOf();
  const [from, to] = [mesh.peers[2]!, mesh.peers[1]!];
  const links = [...to.switchboard.sessions()];
  to.routing.handle(UNUSED_KIND, () => {
    throw new RangeError('out of range');
  });
  from.routing.send(to.id, UNUSED_KIND, Buffer.alloc(1));
  mesh.clock.run(100);
  assert.ok(links.length > 0 && links.every(({ isClosed }) => !isClosed));
  assert.ok(warnings.some((line) => line.includes('out of range')));
});

test('an empty or damaged list of members is a RosterError, whatever is wrong with it', () => {
  for (const data of [Buffer.alloc(0), Buffer.of(0, 0), Buffer.of(1, 1, 9, 0), Buffer.alloc(40, 255)])
    assert.throws(() => Roster.fromBytes(data, Buffer.alloc(32)), RosterError);
});

test('a broadcast that a newer one overtook is taken, and each is taken once', async () => {
  const { mesh } = await meshOf(2);
  const [from, to] = [mesh.peers[0]!, mesh.peers[1]!];
  const session = from.switchboard.sessionOf(to.id)!;
  const held: Uint8Array[] = [];
  const { notify } = session;
  session.notify = (kind, payload) => {
    if (kind === noticeKinds.broadcast) held.push(payload);
    else notify.call(session, kind, payload);
  };
  for (const text of ['first', 'second']) void from.broadcast(text);
  for (const payload of [held[1]!, held[0]!, held[1]!, held[0]!])
    notify.call(session, noticeKinds.broadcast, payload);
  mesh.clock.run(100);
  assert.deepEqual(
    to.inbox.messages.map(({ body }) => Buffer.from(body).toString()),
    ['second', 'first'],
  );
});

test('nobody makes an inbox forget how far another has come', () => {
  const storage = new MemoryStorage();
  const inbox = new Inbox(storage);
  const stream = Buffer.alloc(8, 1);
  inbox.skip('good', stream, 7);
  for (let i = 0; i < 5_000; i++) {
    const other = Buffer.alloc(8);
    other.writeUInt32BE(i);
    inbox.skip('liar', other, 1);
  }
  assert.equal(inbox.lastOf('good', stream), 7);
  assert.equal(inbox.lastOf('liar', Buffer.alloc(8)), 0);
  assert.equal(new Inbox(storage).lastOf('good', stream), 7);
});

test('a list of parts that does not cover the file is not taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-guards-'));
  try {
    writeFileSync(join(folder, 'file'), Buffer.alloc(CHUNK_BYTES + 1));
    const plan = await describeFile(join(folder, 'file'), 'file');
    assert.equal(isWhole(plan), true);
    assert.equal(isWhole({ ...plan, chunks: plan.chunks.slice(1) }), false);
    assert.equal(isWhole({ ...plan, chunks: [...plan.chunks, plan.chunks[0]!] }), false);
    assert.equal(isWhole({ ...plan, sizeBytes: 0, chunks: [] }), true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a control socket in a place that others can enter is neither used nor made', async () => {
  const runtimeFolder = mkdtempSync(join(tmpdir(), 'eyrie-guards-'));
  const before = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = runtimeFolder;
  try {
    const place = join(runtimeFolder, `eyrie-${userInfo().uid}`);
    mkdirSync(place);
    chmodSync(place, 0o755);
    const deep = join(runtimeFolder, 'x'.repeat(120));
    await assert.rejects(callPeer(deep, 'status'), /open to others/);
    chmodSync(place, 0o700);
    await assert.rejects(callPeer(deep, 'status'), /does not run/);
  } finally {
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = before;
    rmSync(runtimeFolder, { recursive: true });
  }
});

test('a peer that is called dead again and again by one other comes and goes no longer', async () => {
  const { mesh } = await meshOf();
  const liar = mesh.peers[3]!;
  const deaths: number[] = [];
  mesh.peers[1]!.directory.onChange.push((id, status) => {
    if (id === 'peer-2' && status === 'dead') deaths.push(mesh.clock.elapsedMs());
  });
  const session = [...liar.switchboard.sessions()][0]!;
  for (let i = 0; i < 50; i++) {
    const { incarnation } = liar.directory.announcementOf('peer-2')!;
    const accusation = writeUpdate(liar.directory.accuse('peer-2', incarnation));
    session.notify(noticeKinds.updates, encode(list(bytes(700), 1), [accusation]));
    mesh.clock.run(1_000);
  }
  assert.ok(deaths.length <= 3, `${deaths.length} times`);
  assert.ok(mesh.peers[1]!.directory.isAlive('peer-2'));
});

test('an announcement with an address that is none is not taken', async () => {
  const { mesh } = await meshOf();
  const { directory } = mesh.peers[3]!;
  const said = directory.announcementOf('peer-3')!;
  const next = (addresses: string[]) =>
    directory.announce(said.incarnation + 1, addresses, said.sealingKeyHash, false);
  const other = mesh.peers[1]!.directory;
  for (const address of ['', 'nowhere', 'host:0', 'host:99999', 'a b:80', '/etc/passwd:1'])
    assert.equal(other.take(next([address])), false, address);
  assert.equal(other.take(next(['192.0.2.1:5001', '[2001:db8::1]:5001', 'lab.example:443'])), true);
});

test('a stranger who has called sends nobody elsewhere', () => {
  const dialled: string[] = [];
  const switchboard = {
    onRefused: [] as ((session: object, code: string, reason: string) => void)[],
    onClosed: [],
    meantOf: () => '',
    connectTo: (address: string) => void dialled.push(address),
  };
  new Moved(switchboard as unknown as Switchboard);
  const refused = (id: string, isDialler: boolean) =>
    switchboard.onRefused[0]!({ id, link: { isDialler } }, MOVED, `192.0.2.${dialled.length}:80`);
  refused('', false);
  assert.deepEqual(dialled, []);
  refused('', true);
  refused('peer-1', false);
  assert.equal(dialled.length, 2, 'whom it called, and whom it knows, may');
});

test('what fails later is logged, and ends nothing', async () => {
  const lines: string[] = [];
  const { clock } = systemRuntime((level, message, values) =>
    lines.push(`${level} ${message} ${String(values?.message)}`),
  );
  await new Promise<void>((resolve) => {
    clock.after(1, () => {
      throw new Error('the disk is full');
    });
    // Timers of the runtime keep no process alive, this one does.
    setTimeout(resolve, 20);
  });
  assert.deepEqual(lines, ['warn something that was due failed the disk is full']);
  assert.ok(clock.fine !== undefined && clock.elapsedMs() > 0);
});

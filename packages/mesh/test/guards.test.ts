// What an approved peer that lies, or a stranger, finds shut: each of these was open once.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Moved } from '../src/link/moved.ts';
import type { Switchboard } from '../src/link/switchboard.ts';
import { Credit } from '../src/members/credit.ts';
import { writeUpdate } from '../src/members/directory.ts';
import { Roster } from '../src/members/roster.ts';
import { RosterError } from '../src/members/roster-state.ts';
import { Broadcasts } from '../src/messages/broadcast.ts';
import { Inbox } from '../src/messages/inbox.ts';
import { callPeer } from '../src/peer/control.ts';
import { MOVED } from '../src/peer/standing.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { CHUNK_BYTES, describeFile, isWhole } from '../src/resources/manifest.ts';
import { systemRuntime } from '../src/runtime.ts';
import { VirtualClock, VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds } from '../src/wire/kinds.ts';
import { bytes, encode, list, record, varint } from '../src/wire/schema.ts';

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

test('an exception in a handler ends its session, not the process', async () => {
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

test('a broadcast overtaken by a newer one is taken, and each is taken once', async () => {
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

test('as many broadcasts as a peer may send come, also if the first of them was the slowest', async () => {
  const { mesh } = await meshOf(2);
  const [from, to] = [mesh.peers[0]!, mesh.peers[1]!];
  const session = from.switchboard.sessionOf(to.id)!;
  const { notify } = session;
  let first: Uint8Array | null = null;
  session.notify = (kind, payload) => {
    if (kind === noticeKinds.broadcast && first === null) first = payload;
    else notify.call(session, kind, payload);
  };
  const send = () =>
    assert.equal(
      from.broadcasts.send('message', Buffer.alloc(1), () => {}),
      null,
    );
  for (let i = 0; i < 256; i++) send();
  notify.call(session, noticeKinds.broadcast, first!);
  for (let i = 0; i < 200; i++) {
    mesh.clock.run(20);
    send();
  }
  mesh.clock.run(100);
  assert.equal(to.inbox.messages.length, 456);
});

test('replayed old broadcasts do not use up the rate limit of their sender', async () => {
  const { mesh } = await meshOf(2);
  const [from, to] = [mesh.peers[0]!, mesh.peers[1]!];
  const session = from.switchboard.sessionOf(to.id)!;
  const sent: Uint8Array[] = [];
  const { notify } = session;
  session.notify = (kind, payload) => {
    if (kind === noticeKinds.broadcast) sent.push(payload);
    notify.call(session, kind, payload);
  };
  for (let i = 0; i < 1_200; i++) {
    from.broadcasts.send('message', Buffer.alloc(1), () => {});
    mesh.clock.run(20);
  }
  for (const payload of sent.slice(0, 600)) notify.call(session, noticeKinds.broadcast, payload);
  from.broadcasts.send('message', Buffer.from('new'), () => {});
  mesh.clock.run(100);
  assert.equal(Buffer.from(to.inbox.messages.at(-1)!.body).toString(), 'new');
  assert.equal(to.inbox.messages.length, 1_201);
});

test('no sender can evict the cursor of another from an inbox', () => {
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

test('a chunk list that does not cover the file is refused', async () => {
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

test('repeated false accusations by one peer stop having an effect', async () => {
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

test('false accusations by many together stop having an effect, and who really dies is found dead', async () => {
  const mesh = await VirtualMesh.create({ peers: 24, seed: 5 });
  await mesh.startAll();
  const observer = mesh.peers[1]!;
  const { tree } = observer.directory;
  // Those that watch them are honest: a liar has no credit left when it says the truth.
  const watchers = ['peer-2', 'peer-3'].flatMap((id) => [tree.parentOf(id), ...tree.childrenOf(id)]);
  const liars = mesh.peers.slice(4).filter((each) => !watchers.includes(each!.id));
  assert.ok(liars.length > 12, `${liars.length} of 24`);
  const deaths: number[] = [];
  observer.directory.onChange.push((id, status) => {
    if (status === 'dead') deaths.push(Number(id.split('-')[1]));
  });
  for (let i = 0; i < 55; i++) {
    for (const liar of liars) {
      const victim = `peer-${2 + (i % 2)}`;
      const { incarnation } = liar!.directory.announcementOf(victim)!;
      const accusation = writeUpdate(liar!.directory.accuse(victim, incarnation));
      for (const session of liar!.switchboard.sessions())
        session.notify(noticeKinds.updates, encode(list(bytes(700), 1), [accusation]));
    }
    mesh.clock.run(1_000);
  }
  const ofOne = deaths.filter((victim) => victim === 2).length;
  // Accused every other second: at first each has an effect, later only where the contradiction was slow.
  assert.ok(ofOne <= 11, `${ofOne} times`);
  mesh.clock.run(5_000);
  assert.ok(observer.directory.isAlive('peer-2'));
  mesh.crash(2);
  const tookMs = mesh.clock.runUntil(() => !observer.directory.isAlive('peer-2'), 10_000);
  assert.ok(tookMs !== null && tookMs <= 5_000, `${tookMs} ms`);
});

test('an announcement with an invalid address is refused', async () => {
  const { mesh } = await meshOf();
  const { directory } = mesh.peers[3]!;
  const said = directory.announcementOf('peer-3')!;
  const next = (addresses: string[]) =>
    directory.announce(said.incarnation + 1, addresses, said.sealingKeyHash, false);
  const other = mesh.peers[1]!.directory;
  for (const address of ['', 'nowhere', 'host:0', 'host:99999', 'a b:80', '/etc/passwd:1', '\x1b[2Ja:1'])
    assert.equal(other.take(next([address])), false, address);
  assert.equal(other.take(next(['192.0.2.1:5001', '[2001:db8::1]:5001', 'lab.example:443'])), true);
});

test('a stranger that has dialled this peer cannot redirect it', () => {
  const dialled: string[] = [];
  const switchboard = {
    onRefused: [] as ((session: object, code: string, reason: string) => void)[],
    onClosed: [],
    meantOf: () => '',
    connectTo: (address: string, done: (session: null) => void) => {
      dialled.push(address);
      done(null);
    },
  };
  const clock = new VirtualClock();
  new Moved(clock, switchboard as unknown as Switchboard);
  const shown = { address: '198.51.100.1:5001' };
  const refused = (id: string, isDialler: boolean) =>
    switchboard.onRefused[0]!({ id, link: { isDialler, shown } }, MOVED, `192.0.2.${dialled.length}:80`);
  refused('', false);
  assert.deepEqual(dialled, []);
  refused('', true);
  refused('peer-1', false);
  assert.equal(dialled.length, 2, 'whom it called, and whom it knows, may');
  // But not without end.
  for (let i = 0; i < 300; i++) {
    refused('peer-1', false);
    clock.run(1_000);
  }
  assert.ok(dialled.length <= 2 + 4 + 11, `${dialled.length} calls`);
});

test('announcements and broadcasts of a single peer are forwarded at a bounded rate', async () => {
  const { mesh } = await meshOf(12);
  const liar = mesh.peers[3]!;
  const others = mesh.peers.filter((peer) => peer !== liar).map((peer) => peer!);
  const heard = { changes: 0, broadcasts: 0 };
  for (const { directory, inbox } of others) {
    directory.onChange.push((id) => {
      if (id === liar.id) heard.changes++;
    });
    inbox.onMessage.push(() => heard.broadcasts++);
  }
  const { sealingKeyHash } = liar.directory.announcementOf(liar.id)!;
  let { incarnation } = liar.directory.announcementOf(liar.id)!;
  for (let i = 0; i < 400; i++) {
    const said = liar.directory.announce(
      ++incarnation,
      [`192.0.2.1:${1024 + i}`],
      sealingKeyHash,
      i % 2 === 1,
    );
    for (const session of liar.switchboard.sessions())
      session.notify(noticeKinds.updates, encode(list(bytes(700), 1), [writeUpdate(said)]));
    mesh.clock.run(50);
  }
  // Twenty seconds: a burst, and then one each five.
  assert.ok(heard.changes <= others.length * 20, `${heard.changes / others.length} changes at each`);
  const last = liar.directory.announce(++incarnation, ['10.0.0.3:5001'], sealingKeyHash, false);
  liar.directory.take(last);
  mesh.clock.run(60_000);
  assert.ok(mesh.isWhole(), 'what it says in the end is known to all in the end');
  assert.deepEqual(others[0]!.directory.addressesOf(liar.id), ['10.0.0.3:5001']);

  let refused = 0;
  for (let i = 0; i < 2_000; i++)
    if (liar.broadcasts.send('message', Buffer.alloc(1), () => {}) !== null) refused++;
  assert.equal(refused, 2_000 - 256);
  mesh.clock.run(2_000);
  assert.equal(heard.broadcasts, 256 * others.length);
  // Nor where its own peer does not keep to that.
  const { runtime, standing, switchboard, routing, inbox } = liar;
  const world = { runtime, standing, switchboard, routing, inbox, policy: () => liar.policy };
  for (let restarts = 0; restarts < 4; restarts++) {
    const again = new Broadcasts({ ...world, others: () => others.length, isTimeKnown: () => true });
    for (let i = 0; i < 256; i++) again.send('message', Buffer.alloc(1), () => {});
    mesh.clock.run(500);
  }
  assert.ok(heard.broadcasts <= (256 + 384) * others.length, `${heard.broadcasts / others.length} at each`);
});

test('an accuser with many false accusations is ignored for a while', () => {
  const clock = new VirtualClock();
  const credit = new Credit(clock);
  for (let i = 0; i < 31; i++) credit.wasWrong('liar', `peer-${i}`);
  assert.equal(credit.isBelieved('liar', 'peer-99'), true);
  credit.wasWrong('liar', 'peer-31');
  assert.equal(credit.isBelieved('liar', 'peer-99'), false);
  assert.equal(credit.isBelieved('other', 'peer-99'), true);
  clock.run(61_000);
  assert.equal(credit.isBelieved('liar', 'peer-99'), true);
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

test('a neighbour that asks for comparisons without end gets a bounded number of answers', async () => {
  const mesh = await VirtualMesh.create({ peers: 60, seed: 6 });
  await mesh.startAll();
  mesh.clock.run(10_000);
  const liar = mesh.peers.find((peer) => peer!.directory.tree.childrenOf(peer!.id).length > 0)!;
  const [id] = liar.directory.tree.childrenOf(liar.id);
  const victim = mesh.peers.find((peer) => peer!.id === id)!;
  const answering = victim.switchboard.sessionOf(liar.id)!;
  const asking = liar.switchboard.sessionOf(id!)!;
  const before = answering.link.sentBytes;
  const summary = Buffer.of(0, 0);
  const digest = encode(record({ sum: varint(), members: varint() }), { sum: 1, members: 60 });
  for (let i = 0; i < 500; i++) {
    asking.notify(noticeKinds.summary, summary);
    asking.notify(noticeKinds.digest, digest);
    mesh.clock.run(2);
  }
  mesh.clock.run(1_000);
  const bytes = answering.link.sentBytes - before;
  assert.ok(bytes < 300_000, `${bytes} bytes`);
  mesh.crash(mesh.peers.indexOf(liar));
  mesh.clock.run(30_000);
  const others = mesh.peers.filter((peer) => peer !== null);
  assert.ok(others.every((peer) => peer.directory.digest === others[0]!.directory.digest));
});

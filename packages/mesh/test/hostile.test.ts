// What a hostile peer may try besides noise: each of these once ended a process, filled it, or let in who was out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hello } from '../src/link/greeting.ts';
import type { Link } from '../src/link/link.ts';
import { Stream, type StreamCarrier } from '../src/link/stream.ts';
import { Switchboard } from '../src/link/switchboard.ts';
import { update, writeUpdate } from '../src/members/directory.ts';
import type { Roster } from '../src/members/roster.ts';
import { INBOX_BYTES_MAX, INBOX_MAX, Inbox } from '../src/messages/inbox.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { decapsulate, encapsulate, isPublicKey, privateKeyFrom } from '../src/sealed/xwing.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';
import { frame, frameTypes } from '../src/wire/frame.ts';
import { noticeKinds, requestKinds, routedKinds } from '../src/wire/kinds.ts';
import { bytes, encode, list, text, Writer } from '../src/wire/schema.ts';

const LIAR = 3;
const LIAR_SENDS = 1.3 * INBOX_MAX;

async function meshOf(peers = 5, seed = 11) {
  const warnings: string[] = [];
  const log = (level: string, message: string, values?: object) => {
    if (level === 'warn') warnings.push(`${message} ${JSON.stringify(values)}`);
  };
  const mesh = await VirtualMesh.create({ peers, seed, log });
  await mesh.startAll();
  return { mesh, liar: mesh.peers[LIAR]!, warnings };
}

/** Everybody hears it from the liar, who does not look at it itself. */
function say({ mesh, liar }: Awaited<ReturnType<typeof meshOf>>, kind: number, payload: Uint8Array): void {
  for (const session of liar.switchboard.sessions()) session.notify(kind, payload);
  mesh.clock.run(3_000);
}

function greeting(mesh: string, isEnrolment: boolean, rosterVersion = 0): Buffer {
  return frame(
    frameTypes.hello,
    encode(hello, { versionMin: 1, versionMax: 1, isEnrolment, mesh, rosterVersion }),
  );
}

/** What a link brings, as types of frames that begin a write. */
function recorded(link: Link, first: Uint8Array): { types: number[]; isClosed: () => boolean } {
  const types: number[] = [];
  let isClosed = false;
  link.start({
    onBytes: (bytes) => types.push(bytes[0]!),
    onDrain: () => {},
    onClose: () => {
      isClosed = true;
    },
  });
  link.send(first);
  return { types, isClosed: () => isClosed };
}

test('a dialled peer cannot pose as an applicant to avoid the check of its certificate', async () => {
  const { mesh } = await meshOf();
  const dialled = mesh.peers[1]!;
  const trap = mesh.network.transport('10.9.9.9:1', () => null);
  let heard: ReturnType<typeof recorded> | null = null;
  await trap.listen((link) => {
    const accept = frame(frameTypes.accept, Buffer.alloc(0));
    heard = recorded(link, Buffer.concat([greeting(dialled.standing.roster.mesh, true), accept]));
    // An empty summary: "I know nobody, tell me all".
    link.send(frame(frameTypes.notice, Buffer.of(noticeKinds.summary, 0, 0)));
  });
  let isOpen: boolean | null = null;
  dialled.switchboard.connectTo('10.9.9.9:1', (session) => {
    isOpen = session !== null;
  });
  mesh.clock.run(2_000);
  assert.equal(isOpen, false);
  assert.equal(heard!.types.includes(frameTypes.notice), false, 'it learns nothing of the members');
  assert.equal(heard!.isClosed(), true);
});

test('a session of a stranger ends after a time limit', async () => {
  const { mesh } = await meshOf();
  const outside = mesh.network.transport('10.9.9.9:1', () => null);
  let heard: ReturnType<typeof recorded> | null = null;
  outside.dial(hostOf(1), (_error, link) => {
    const accept = frame(frameTypes.accept, Buffer.alloc(0));
    heard = recorded(link!, Buffer.concat([greeting(mesh.peers[1]!.standing.roster.mesh, true), accept]));
  });
  mesh.clock.run(15_000);
  assert.equal(heard!.isClosed(), false);
  mesh.clock.run(20_000);
  assert.equal(heard!.isClosed(), true);
});

test('a probe whose good-bye reads like a refusal of this peer is reported all the same', async () => {
  const { mesh } = await meshOf();
  const reasons: string[] = [];
  mesh.peers[1]!.switchboard.onRejected.push((_address, reason) => reasons.push(reason));
  const outside = mesh.network.transport('10.9.9.9:1', () => null);
  outside.dial(hostOf(1), (_error, link) => {
    const goodbye = encode(text(300), 'refused (moved): elsewhere');
    recorded(link!, frame(frameTypes.bye, goodbye));
  });
  mesh.clock.run(2_000);
  assert.deepEqual(reasons, ['refused (moved): elsewhere']);
});

test('a statement with the largest possible number stops no peer', async () => {
  const scene = await meshOf();
  const { mesh, liar } = scene;
  const huge = { ...liar.directory.announcementOf(liar.id)!, incarnation: Number.MAX_SAFE_INTEGER };
  const out = new Writer();
  out.byte(0);
  out.varint(liar.id.length);
  out.raw(Buffer.from(liar.id));
  out.varint(huge.incarnation);
  out.raw(Buffer.alloc(32 + 1 + 1 + 64));
  assert.throws(() => encode(update, huge), RangeError);
  say(scene, noticeKinds.updates, encode(list(bytes(700), 1), [out.finish()]));
  mesh.clock.run(30_000);
  assert.ok(mesh.peers[0]!.directory.isAlive('peer-1'));
});

test('a peer that was never seen cannot be declared gone', async () => {
  const mesh = await VirtualMesh.create({ peers: 5, seed: 11 });
  for (let i = 0; i < 4; i++) await mesh.start(i);
  mesh.clock.run(5_000);
  const accusation = mesh.peers[LIAR]!.directory.accuse('peer-4', 0);
  for (const i of [0, 1, 2, 3]) {
    const { directory } = mesh.peers[i]!;
    assert.equal(directory.take(accusation), false);
    assert.equal(directory.statusOf('peer-4'), 'never seen');
  }
});

test('a summary from beyond the last member is no endless loop', async () => {
  const scene = await meshOf();
  const out = new Writer();
  out.varint(Number.MAX_SAFE_INTEGER);
  out.varint(5);
  for (let i = 0; i < 5; i++) out.varint(0);
  say(scene, noticeKinds.summary, out.finish());
  assert.ok(scene.mesh.peers[0]!.directory.isAlive('peer-1'));
});

test('X-Wing: a point of small order gives a secret like any other, and a key out of range is none', () => {
  const key = privateKeyFrom(Buffer.alloc(32, 5));
  const { ciphertext } = encapsulate(key.publicKey);
  ciphertext.fill(0, 1088);
  assert.equal(decapsulate(key, ciphertext).length, 32);
  assert.equal(isPublicKey(key.publicKey), true);
  const outOfRange = Buffer.from(key.publicKey);
  outOfRange.fill(255, 0, 1184);
  assert.equal(isPublicKey(outOfRange), false);
  assert.equal(isPublicKey(Buffer.alloc(5)), false);
});

test('a forged certificate is refused at renewal', async () => {
  const { mesh, liar } = await meshOf();
  const victim = mesh.peers[1]!;
  const own = victim.standing.certificate;
  const forged = Buffer.concat([
    Buffer.of(2),
    varint(liar.standing.certificate.length),
    liar.standing.certificate,
  ]);
  // An empty beginning, and no roots after it.
  const answer = Buffer.concat([forged, Buffer.of(0, 0)]);
  victim.routing.ask = (_to, kind, _body, _ms, done) =>
    kind === routedKinds.enrol ? done(null, answer) : done('no', Buffer.alloc(0));
  await assert.rejects(victim.renew(), /not one of the authority for this peer/);
  assert.equal(victim.standing.certificate, own);
});

test('parts of a list of members without a signature are gathered up to a bound', async () => {
  const { mesh } = await meshOf();
  const { standing } = mesh.peers[1]!;
  const board = new Switchboard(
    mesh.peers[1]!.runtime,
    standing,
    mesh.network.transport('10.9.9.9:2', () => null),
  );
  const session = {} as Parameters<Switchboard['takeRosterPart']>[0];
  const changes = Array.from({ length: 1024 }, () => Buffer.alloc(2400));
  let why: string | null = null;
  let parts = 0;
  for (; why === null && parts < 1_000; parts++)
    why = board.takeRosterPart(session, { from: parts * changes.length, changes, signature: null });
  assert.match(why!, /without its signature/);
  assert.ok(parts < 200);
});

test('a stream keeps nothing of empty pieces', () => {
  const carrier: StreamCarrier = {
    sendData() {},
    sendCredit() {},
    sendEnd() {},
    sendReset() {},
    hasRoom: () => true,
    forget() {},
  };
  const stream = new Stream(1, carrier);
  for (let i = 0; i < 1_000; i++) assert.equal(stream.receive(Buffer.alloc(0)), true);
  let pieces = 0;
  stream.listen(() => pieces++);
  assert.equal(pieces, 0);
});

test('an inbox full of long messages drops the oldest, and keeps their cursors', () => {
  const storage = new MemoryStorage();
  const inbox = new Inbox(storage);
  const stream = Buffer.alloc(8);
  const body = Buffer.alloc(160 << 10);
  const rest = { from: 'liar', stream, sentMs: 0, receivedMs: 0, topic: 'message', isBroadcast: false, body };
  for (let sequence = 1; sequence <= 600; sequence++) inbox.add({ ...rest, sequence });
  const held = () => inbox.messages.reduce((sum, message) => sum + message.body.length, 0);
  assert.ok(held() <= INBOX_BYTES_MAX * 1.25);
  assert.equal(inbox.messages.at(-1)!.sequence, 600);
  assert.equal(new Inbox(storage).lastOf('liar', stream), 600);
});

test('a sender of ever new secrets does not evict those of others', async () => {
  const { mesh, liar } = await meshOf();
  const [honest, receiver] = [mesh.peers[1]!, mesh.peers[2]!];
  const key = receiver.standing.sealing.publicKey;
  const first = honest.pairs.seal(receiver.id, key, Buffer.from('one')).envelope;
  assert.ok('plain' in receiver.pairs.open(honest.id, first));
  honest.pairs.confirmed(receiver.id, first.epoch);
  for (let i = 0; i < 40; i++) {
    const { envelope } = liar.pairs.seal(receiver.id, key, Buffer.from('junk'));
    assert.ok('plain' in receiver.pairs.open(liar.id, envelope));
    liar.pairs.lost(receiver.id, envelope.epoch);
  }
  const second = honest.pairs.seal(receiver.id, key, Buffer.from('two')).envelope;
  assert.equal(second.setup, null);
  assert.ok('plain' in receiver.pairs.open(honest.id, second));
  assert.ok(receiver.pairs.remembered <= 16, 'and of its own only the newest are kept');
});

test('a sender without limits evicts no other sender’s messages from an inbox', () => {
  const storage = new MemoryStorage();
  const inbox = new Inbox(storage);
  const stream = Buffer.alloc(8);
  const body = Buffer.alloc(1);
  const rest = { stream, sentMs: 0, receivedMs: 0, topic: 'message', isBroadcast: false, body };
  for (let i = 1; i <= 20; i++) inbox.add({ ...rest, from: 'friend', sequence: i });
  inbox.markRead();
  for (let i = 1; i <= 5; i++) inbox.add({ ...rest, from: 'other', sequence: i });
  for (let i = 1; i <= LIAR_SENDS; i++) inbox.add({ ...rest, from: 'liar', sequence: i });
  const of = (from: string, box = inbox) => box.messages.filter((each) => each.from === from);
  assert.equal(of('friend').length, 20);
  assert.equal(of('other').length, 5);
  assert.equal(of('liar').at(-1)!.sequence, LIAR_SENDS);
  assert.ok(inbox.messages.length <= INBOX_MAX * 1.25);
  assert.equal(inbox.unread[0]!.from, 'other', 'what was read still counts as read');
  assert.equal(of('friend', new Inbox(storage)).length, 20);
});

test('with one long message from each of very many senders, the newest that fit are kept', () => {
  const inbox = new Inbox(new MemoryStorage());
  const body = Buffer.alloc(160 << 10);
  const rest = { stream: Buffer.alloc(8), sentMs: 0, receivedMs: 0, topic: 'message', isBroadcast: false };
  const count = Math.ceil((INBOX_BYTES_MAX * 1.25) / body.length) + 1;
  for (let i = 1; i <= count; i++) inbox.add({ ...rest, from: `peer-${i}`, sequence: 1, body });
  assert.equal(inbox.messages.length, Math.floor(INBOX_BYTES_MAX / body.length));
  assert.equal(inbox.messages.at(-1)!.from, `peer-${count}`);
});

function varint(value: number): Buffer {
  const out = new Writer();
  out.varint(value);
  return out.finish();
}

test('a stranger asks for nothing but to be let in', async () => {
  const { mesh } = await meshOf();
  const outside = mesh.network.transport('10.9.9.9:1', () => null);
  const heard: ReturnType<typeof recorded>[] = [];
  const accept = frame(frameTypes.accept, Buffer.alloc(0));
  for (const kind of [requestKinds.probe, requestKinds.offers])
    outside.dial(hostOf(1), (_error, link) => {
      const begin = Buffer.concat([greeting(mesh.peers[1]!.standing.roster.mesh, true), accept]);
      heard.push(recorded(link!, Buffer.concat([begin, frame(frameTypes.request, Buffer.of(1, kind))])));
    });
  mesh.clock.run(2_000);
  assert.equal(heard.length, 2);
  for (const { types, isClosed } of heard) {
    assert.equal(types.includes(frameTypes.response), false);
    assert.equal(isClosed(), true);
  }
});

test('a group key that nobody signed does not displace one that came before its list of members', async () => {
  const { mesh, liar } = await meshOf();
  const victim = mesh.peers[1]!;
  liar.switchboard.connect(victim.id, [hostOf(1)]);
  mesh.clock.run(100);
  const { standing } = victim;
  const held: Roster[] = [];
  standing.takeRoster = (roster) => held.push(roster);
  assert.equal(mesh.peers[0]!.authority!.revoke('peer-4', 'lost'), null);
  mesh.clock.run(1_000);
  assert.deepEqual(
    [held.length > 0, standing.groupKey?.epoch],
    [true, 1],
    'the key is there before the list',
  );
  const forged = new Writer();
  forged.varint(9);
  forged.raw(Buffer.alloc(32, 1));
  liar.switchboard.sessionOf(victim.id)!.notify(noticeKinds.groupKey, forged.finish());
  mesh.clock.run(1_000);
  standing.setRoster(held.at(-1)!);
  assert.equal(standing.groupKey?.epoch, 2);
});

test('what a member sent over links that were replaced is not kept', async () => {
  const { mesh, liar } = await meshOf();
  const victim = mesh.peers[1]!;
  const sent: WeakRef<object>[] = [];
  const forged = new Writer();
  forged.varint(9);
  forged.raw(Buffer.alloc(32, 1));
  const key = forged.finish();
  victim.switchboard.onOpen.push((session) => {
    if (session.id === liar.id) sent.push(new WeakRef(session));
  });
  const outside = mesh.network.transport('10.9.9.9:1', () => liar.standing.certificate);
  const { mesh: name, version } = liar.standing.roster;
  const speak = Buffer.concat([
    greeting(name, false, version),
    frame(frameTypes.accept, Buffer.alloc(0)),
    frame(frameTypes.notice, Buffer.concat([Buffer.of(noticeKinds.groupKey), key])),
  ]);
  for (let i = 0; i < 20; i++) {
    outside.dial(hostOf(1), (_error, link) => void recorded(link!, speak));
    mesh.clock.run(300);
  }
  mesh.clock.run(60_000);
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const kept = sent.filter((each) => each.deref() !== undefined).length;
  assert.ok(sent.length >= 10 && kept <= 3, `${kept} of ${sent.length} sessions`);
});

test('who is accused by an accomplice may contradict once, not flood all with announcements', async () => {
  const { mesh, liar } = await meshOf(6);
  const accomplice = mesh.peers[4]!;
  const observer = mesh.peers[1]!;
  // Fresh from being cut off: its accusations wait a second to be contradicted.
  mesh.peers[2]!.switchboard.connect(accomplice.id, [hostOf(4)]);
  const say = (from: typeof liar, what: Parameters<typeof writeUpdate>[0]) => {
    for (const session of from.switchboard.sessions())
      session.notify(noticeKinds.updates, encode(list(bytes(700), 1), [writeUpdate(what)]));
  };
  const { incarnation } = observer.directory.announcementOf(accomplice.id)!;
  say(liar, liar.directory.accuse(accomplice.id, incarnation));
  mesh.clock.run(2_000);
  const said = observer.directory.announcementOf(liar.id)!;
  say(accomplice, accomplice.directory.accuse(liar.id, said.incarnation));
  mesh.clock.run(50);
  let taken = 0;
  observer.directory.onChange.push((id) => {
    if (id === liar.id) taken++;
  });
  const { sealingKeyHash } = said;
  for (let i = 1; i <= 200; i++) {
    say(
      liar,
      liar.directory.announce(said.incarnation + 10 + i, liar.addresses, Buffer.from(sealingKeyHash), false),
    );
    mesh.clock.run(4);
  }
  assert.ok(taken > 0 && taken <= 15, `${taken} announcements taken in a second`);
});

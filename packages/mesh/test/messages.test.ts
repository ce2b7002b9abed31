// Messages: authorisation, revocation, expiry, replay and tampering.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelope } from '../src/messages/pairs.ts';
import { Policy, PolicyError, parsePolicy } from '../src/messages/policy.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { routedKinds } from '../src/wire/kinds.ts';
import { bytes, decode, encode, list } from '../src/wire/schema.ts';

interface Scene {
  mesh: VirtualMesh;
  warnings: string[];
  /** All sealed messages that peer-1 sent, as transmitted. */
  sealed: Uint8Array[];
}

async function scene(options: { peers?: number; admitted?: number } = {}): Promise<Scene> {
  const warnings: string[] = [];
  const log = (level: string, message: string, values?: object) => {
    if (level === 'warn') warnings.push(`${message} ${JSON.stringify(values)}`);
  };
  const mesh = await VirtualMesh.create({ peers: 4, seed: 7, log, ...options });
  await mesh.startAll();
  const sealed: Uint8Array[] = [];
  const { routing } = mesh.peers[1]!;
  const send = routing.send.bind(routing);
  routing.send = (to, kind, body) => {
    if (kind === routedKinds.sealed) sealed.push(body);
    return send(to, kind, body);
  };
  return { mesh, warnings, sealed };
}

const texts = ({ mesh }: Scene, i: number) =>
  mesh.peers[i]!.inbox.messages.map(({ body }) => Buffer.from(body).toString());

async function outcomeOf(
  mesh: VirtualMesh,
  from: number,
  to: number,
  text: string,
  topic = 'message',
  ms = 2_000,
) {
  let outcome: unknown = null;
  mesh.peers[from]!.mailbox.send(`peer-${to}`, topic, Buffer.from(text), (each) => {
    outcome = each;
  });
  mesh.clock.run(ms);
  return outcome;
}

test('allowed: a message between approved peers is delivered', async () => {
  const s = await scene();
  assert.deepEqual(await outcomeOf(s.mesh, 1, 2, 'good morning'), { isDelivered: true, problem: '' });
  assert.deepEqual(texts(s, 2), ['good morning']);
  assert.ok(s.sealed.length > 0);
  assert.ok(
    !s.sealed.some((each) => Buffer.from(each).includes('good morning')),
    'nobody on the way can read it',
  );
});

test('stored messages and senders are copied, so that they pin no 64 KiB buffer pool', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'good morning');
  const [message] = s.mesh.peers[2]!.inbox.messages;
  for (const each of [message!.body, message!.stream]) assert.equal(each.buffer.byteLength, each.length);
  s.mesh.peers[1]!.pairs.keyOf('peer-2', (_error, key) => assert.equal(key.buffer.byteLength, key.length));
});

test('allowed: a message to oneself is delivered', async () => {
  const s = await scene();
  assert.deepEqual(await outcomeOf(s.mesh, 1, 1, 'note'), { isDelivered: true, problem: '' });
  assert.deepEqual(texts(s, 1), ['note']);
});

test('not approved: a peer that is not in the list of members gets no link', async () => {
  const s = await scene({ peers: 4, admitted: 3 });
  const stranger = s.mesh.peers[3]!;
  assert.equal([...stranger.switchboard.sessions()].length, 0);
  assert.ok(
    s.warnings.some((line) => line.includes('not-approved')),
    'the refusal is in the log with its reason',
  );
  assert.equal(await outcomeOf(s.mesh, 3, 2, 'let me in'), null);
  assert.deepEqual(texts(s, 2), []);
  const body = s.mesh.peers[2]!.pairs;
  const fake = { epoch: Buffer.alloc(8), number: 0, setup: null, sealed: Buffer.alloc(40) };
  assert.deepEqual(body.open('peer-3', fake), { problem: 'not-approved' });
});

test('not allowed: the policy of the receiver decides by name, role and topic', async () => {
  const s = await scene();
  s.mesh.peers[2]!.policy = parsePolicy('[[rule]]\nfrom = ["peer-1"]\ntopics = ["door*"]\nallow = false\n');
  assert.deepEqual(await outcomeOf(s.mesh, 1, 2, 'open', 'door.front'), {
    isDelivered: false,
    problem: 'not-allowed',
  });
  assert.deepEqual(await outcomeOf(s.mesh, 1, 2, 'hello'), { isDelivered: true, problem: '' });
  assert.deepEqual(await outcomeOf(s.mesh, 3, 2, 'open', 'door.front'), { isDelivered: true, problem: '' });
  assert.deepEqual(texts(s, 2), ['hello', 'open']);
});

test('revoked: messages that a peer sealed before its revocation are refused', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'first');
  s.mesh.peers[0]!.authority!.revoke('peer-1', 'stolen');
  s.mesh.clock.run(1_000);
  const { pairs } = s.mesh.peers[2]!;
  assert.deepEqual(pairs.open('peer-1', decode(envelope, s.sealed[0]!)), { problem: 'revoked' });
  assert.equal(await outcomeOf(s.mesh, 1, 2, 'second'), null);
  assert.deepEqual(texts(s, 2), ['first']);
  assert.equal(s.mesh.peers[3]!.mailbox.send('peer-1', 'message', Buffer.from('x')), 'peer-1 was revoked');
});

test('expired: a message sealed with an expired certificate is refused', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'in time');
  const { pairs } = s.mesh.peers[2]!;
  const first = decode(envelope, s.sealed[0]!);
  assert.ok('plain' in pairs.open('peer-1', first));
  s.mesh.clockErrorMs[2] = 366 * 24 * 3_600_000;
  assert.deepEqual(pairs.open('peer-1', first), { problem: 'expired' });
  const fresh = s.mesh.peers[1]!.pairs.seal(
    'peer-2',
    s.mesh.peers[2]!.standing.sealing.publicKey,
    Buffer.from('new'),
  ).envelope;
  assert.deepEqual(pairs.open('peer-1', { ...fresh, epoch: Buffer.alloc(8, 1), setup: first.setup }), {
    problem: 'expired',
  });
});

test('replayed: a repeated message is taken once', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'pay 10');
  await outcomeOf(s.mesh, 1, 2, 'pay 20');
  for (const each of s.sealed.slice()) {
    s.mesh.peers[1]!.routing.send('peer-2', routedKinds.sealed, each);
    // Also by another peer that claims to relay it.
    s.mesh.peers[3]!.routing.send('peer-2', routedKinds.sealed, each);
  }
  s.mesh.clock.run(2_000);
  assert.deepEqual(texts(s, 2), ['pay 10', 'pay 20']);
});

test('replayed: a message is refused after a restart of the receiver', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'pay 10');
  s.mesh.crash(2);
  s.mesh.clock.run(4_000);
  await s.mesh.start(2);
  s.mesh.clock.run(5_000);
  for (const each of s.sealed.slice()) s.mesh.peers[1]!.routing.send('peer-2', routedKinds.sealed, each);
  s.mesh.clock.run(2_000);
  assert.deepEqual(texts(s, 2), ['pay 10']);
});

test('tampered: a message with any byte changed is refused', async () => {
  const s = await scene();
  await outcomeOf(s.mesh, 1, 2, 'genuine');
  const good = decode(envelope, s.sealed[0]!);
  assert.ok(good.setup !== null);
  const { pairs } = s.mesh.peers[2]!;
  const change = (data: Uint8Array, at: number) => Buffer.from(data).fill(data[at]! ^ 1, at, at + 1);
  const epoch = Buffer.alloc(8, 9);
  const changed = [
    { ...good, sealed: change(good.sealed, 0) },
    { ...good, sealed: change(good.sealed, good.sealed.length - 1) },
    { ...good, number: good.number + 1 },
    { ...good, epoch },
    { ...good, epoch, setup: { ...good.setup, signature: change(good.setup.signature, 3) } },
    { ...good, epoch, setup: { ...good.setup, encapsulated: change(good.setup.encapsulated, 3) } },
    { ...good, epoch, setup: { ...good.setup, certificate: change(good.setup.certificate, 200) } },
  ];
  for (const [i, each] of changed.entries())
    assert.ok('problem' in pairs.open('peer-1', each), `change ${i}`);
  // Another approved peer cannot send it as its own.
  assert.ok('problem' in pairs.open('peer-3', { ...good, epoch }));
});

test('a receipt forged by a relay does not mark a message as delivered', async () => {
  const s = await scene();
  const receiver = s.mesh.peers[2]!;
  receiver.routing.handle(routedKinds.sealed, () => {});
  let isSettled = false;
  s.mesh.peers[1]!.mailbox.send('peer-2', 'message', Buffer.from('important'), () => {
    isSettled = true;
  });
  s.mesh.clock.run(500);
  const { stream } = s.mesh.peers[1]!.outbox.queueOf('peer-2')!;
  const { epoch } = decode(envelope, s.sealed[0]!);
  const forged = Buffer.concat([epoch, stream, Buffer.of(1, 0, 0, 32), Buffer.alloc(32, 5)]);
  for (const from of [2, 3]) s.mesh.peers[from]!.routing.send('peer-1', routedKinds.delivered, forged);
  s.mesh.clock.run(2_000);
  assert.equal(isSettled, false);
  assert.equal(s.mesh.peers[1]!.outbox.queueOf('peer-2')!.waiting.length, 1);
});

test('a peer that sends malformed messages does not affect the others', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const mesh = await VirtualMesh.create({ peers: 6, seed });
    await mesh.startAll();
    const liar = mesh.peers[3]!;
    for (let i = 0; i < 40; i++) {
      const kind = Math.floor(mesh.random.fraction() * 12);
      const payload = mesh.random.bytes(Math.floor(mesh.random.fraction() * 200));
      for (const session of liar.switchboard.sessions()) session.notify(kind, payload);
      const routed = Math.floor(mesh.random.fraction() * 8);
      if (i % 2 === 0) liar.routing.send(`peer-${i % 6}`, routed, payload);
      mesh.clock.run(50);
    }
    mesh.clock.run(20_000);
    const honest = mesh.peers.filter((peer) => peer !== liar).map((peer) => peer!);
    for (const peer of honest)
      for (const other of honest) assert.ok(peer.directory.isAlive(other.id), `seed ${seed}`);
  }
});

test('false claims that other peers are dead are refuted', async () => {
  const mesh = await VirtualMesh.create({ peers: 8, seed: 4 });
  await mesh.startAll();
  const liar = mesh.peers[5]!;
  for (let i = 0; i < 10; i++) {
    const { incarnation } = liar.directory.announcementOf('peer-2')!;
    const accusation = liar.directory.accuse('peer-2', incarnation);
    const session = [...liar.switchboard.sessions()][0]!;
    const { update } = await import('../src/members/directory.ts');
    session.notify(1, encode(list(bytes(700), 1), [encode(update, accusation)]));
    mesh.clock.run(1_000);
    for (const [j, peer] of mesh.peers.entries())
      assert.ok(j === 2 || peer!.directory.isAlive('peer-2'), `round ${i}, peer ${j}`);
  }
});

test('policy: an invalid file is a one-line error with its position', () => {
  assert.throws(() => parsePolicy('[[rule]]\nfrom = "x"\n'), /rule 1: from is a list/);
  assert.throws(
    () => parsePolicy('[[rule]]\nfrom = ["role:king"]\ntopics = ["*"]\nallow = true'),
    /no role:king/,
  );
  assert.throws(() => parsePolicy('[[rule]]\nfrom = ["*"]\ntopics = ["*"]\nallow = "yes"'), /true or false/);
  assert.throws(() => parsePolicy('nonsense'), PolicyError);
  assert.throws(() => parsePolicy('[rules]\n'), /unknown part/);
  const member = {
    id: 'a',
    index: 0,
    publicKey: Buffer.alloc(32),
    role: 'peer' as const,
    admittedMs: 0,
    revoked: null,
  };
  assert.ok(new Policy().isAllowed(member, 'anything'));
  assert.ok(parsePolicy('').isAllowed(member, 'anything'));
});

test('on behalf of a client: the policy judges client and sender, and the inbox keeps both after a restart', async () => {
  const s = await scene();
  const give = (by: string, text: string) => {
    let outcome: unknown = null;
    const settled = (each: unknown) => {
      outcome = each;
    };
    s.mesh.peers[1]!.mailbox.send('peer-2', 'message', Buffer.from(text), settled, by);
    s.mesh.clock.run(2_000);
    return outcome;
  };
  const refused = { isDelivered: false, problem: 'not-allowed' };
  assert.deepEqual(give('peer-3', 'for peer-3'), { isDelivered: true, problem: '' });
  assert.deepEqual(give('nobody', 'for a name that is made up'), refused);
  s.mesh.peers[2]!.policy = parsePolicy('[[rule]]\nfrom = ["peer-3"]\ntopics = ["*"]\nallow = false');
  assert.deepEqual(give('peer-3', 'though it may not'), refused);
  s.mesh.peers[2]!.policy = parsePolicy('[[rule]]\nfrom = ["peer-1"]\ntopics = ["*"]\nallow = false');
  assert.deepEqual(give('peer-3', 'over one that may not'), refused);
  assert.deepEqual(texts(s, 2), ['for peer-3']);
  s.mesh.crash(2);
  s.mesh.clock.run(4_000);
  await s.mesh.start(2);
  assert.equal(s.mesh.peers[2]!.inbox.messages[0]?.by, 'peer-3');
});

test('a receiver that has lost the secret gets a new one, even after many failed attempts', async () => {
  const mesh = await VirtualMesh.create({ peers: 3, seed: 7 });
  await mesh.startAll();
  const [from, to] = [mesh.peers[1]!, mesh.peers[2]!];
  void from.send(to.id, 'first');
  mesh.clock.run(5_000);
  assert.equal(to.inbox.messages.length, 1);
  // Messages are lost on the route for a while; meanwhile the receiver loses the shared secret.
  const forward = from.routing.send.bind(from.routing);
  from.routing.send = (id, kind, body) => kind === routedKinds.sealed || forward(id, kind, body);
  void from.send(to.id, 'second');
  mesh.clock.run(20_000);
  const open = to.pairs.open.bind(to.pairs);
  let isLost = true;
  to.pairs.open = (id, received) => {
    if (received.setup !== null) isLost = false;
    return isLost ? { problem: 'unknown-epoch' } : open(id, received);
  };
  from.routing.send = forward;
  mesh.clock.run(60_000);
  assert.equal(to.inbox.messages.length, 2);
});

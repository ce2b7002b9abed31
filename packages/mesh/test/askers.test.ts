// Authentication of askers, also of questions that were relayed: a throttled peer cannot ask in the name of another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authority } from '../src/identity/authority.ts';
import { enrolRequest } from '../src/identity/enrolment.ts';
import type { Session } from '../src/link/session.ts';
import { Asker } from '../src/messages/asker.ts';
import { Once } from '../src/messages/once.ts';
import { type Routing, routed } from '../src/messages/routing.ts';
import { EnrolmentRelay, type EnrolmentRelayOptions } from '../src/peer/enrolment-relay.ts';
import type { Peer } from '../src/peer/peer.ts';
import { HOPS_MAX, queryMessage } from '../src/skyeye/query/messages.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds, routedKinds } from '../src/wire/kinds.ts';
import { decode, encode } from '../src/wire/schema.ts';

async function started(peers = 9, seed = 4) {
  const mesh = await VirtualMesh.create({ peers, seed });
  await mesh.startAll();
  for (const peer of mesh.peers) peer!.skyeye.report({ 'cpu.free': 50 });
  mesh.clock.run(10_000);
  const leaf = mesh.peers.find((peer) => peer!.directory.tree.childrenOf(peer!.id).length === 0)!;
  const answered = (during: () => void) => {
    const sum = () => mesh.peers.reduce((all, peer) => all + peer!.skyeye.queries.counts.answered, 0);
    const before = sum();
    during();
    mesh.clock.run(500);
    return sum() - before;
  };
  return { mesh, liar: leaf, answered };
}

/** Modifies or drops all that a peer sends over its links from now on. */
function sending(peer: Peer, change: (kind: number, payload: Uint8Array) => Uint8Array | null): void {
  for (const session of peer.switchboard.sessions()) {
    const notify = session.notify.bind(session);
    session.notify = (kind, payload) => {
      const changed = change(kind, payload);
      if (changed !== null) notify(kind, changed);
    };
  }
}

const QUESTION = '3 peers order by cpu.free';

test('a query signed in the name of another peer is not answered', async () => {
  const { mesh, liar, answered } = await started();
  const other = mesh.peers.find((peer) => peer!.id !== liar.id && peer!.id !== liar.directory.tree.root)!;
  assert.ok(answered(() => void liar.skyeye.query(QUESTION)) >= 1);
  sending(liar, (kind, payload) => {
    if (kind !== noticeKinds.query) return payload;
    const message = decode(queryMessage, payload);
    return encode(queryMessage, message.kind === 'query' ? { ...message, asker: other.id } : message);
  });
  assert.equal(
    answered(() => {
      for (let i = 0; i < 20; i++) void liar.skyeye.query(QUESTION);
    }),
    0,
  );
});

test('a query that is forwarded repeatedly is answered once', async () => {
  const { liar, answered } = await started();
  const queries: Uint8Array[] = [];
  sending(liar, (kind, payload) => {
    if (kind === noticeKinds.query) queries.push(payload);
    return payload;
  });
  assert.equal(
    answered(() => void liar.skyeye.query(QUESTION)),
    1,
  );
  const [session] = liar.switchboard.sessions();
  assert.equal(
    answered(() => {
      for (let i = 0; i < 100; i++) session!.notify(noticeKinds.query, queries[0]!);
    }),
    0,
  );
  // Nor with a different hop count, which is not signed.
  const query = decode(queryMessage, queries[0]!);
  assert.ok(query.kind === 'query');
  assert.equal(
    answered(() => {
      for (let hops = 0; hops < HOPS_MAX; hops++)
        session!.notify(noticeKinds.query, encode(queryMessage, { ...query, hops }));
    }),
    0,
  );
});

test('a query handed to a support peer without a copy of the readings is returned at once and answered', async () => {
  const { mesh } = await started();
  const root = mesh.peers.find((peer) => peer!.directory.tree.root === peer!.id)!;
  const follower = mesh.peers.find((peer) => root.directory.tree.childrenOf(root.id).includes(peer!.id))!;
  root.skyeye.support.recruit(follower.id);
  mesh.clock.run(2_000);
  assert.ok(follower.skyeye.support.copy() !== null);
  sending(root, (kind, payload) => (kind === noticeKinds.support ? null : payload));
  mesh.clock.run(4_000);
  assert.equal(follower.skyeye.support.copy(), null);
  assert.ok(root.skyeye.support.serves(follower.id));
  const others = mesh.peers.filter((peer) => peer !== root && peer !== follower);
  const ask = (peer: Peer, count: number) => Array.from({ length: count }, () => peer.skyeye.query(QUESTION));
  // Its own questions too, which did not come from a neighbour.
  const answers = [...others.slice(0, 3).flatMap((peer) => ask(peer!, 200)), ...ask(root, 500)];
  for (let i = 0; i < 50; i++) {
    mesh.clock.run(20);
    await null;
  }
  assert.ok(root.skyeye.queries.counts.handed > 100, `${root.skyeye.queries.counts.handed} were handed on`);
  for (const { problem, peers, tookMs } of await Promise.all(answers)) {
    assert.deepEqual([problem, peers.length], [null, 3]);
    assert.ok(tookMs < 300, `${tookMs} ms`);
  }
});

test('a peer with many questions does not evict the replay records of other peers', () => {
  const once = new Once();
  assert.equal(once.take('good', '1'), true);
  for (let i = 0; i < 10_000; i++) assert.equal(once.take('liar', String(i)), true);
  assert.equal(once.take('good', '1'), false);
  assert.equal(once.take('liar', '9999'), false);
  for (let i = 0; i < 5_000; i++) once.take(`peer-${i}`, '1');
  assert.equal(once.take('peer-4999', '1'), false);
  assert.equal(once.take('good', '1'), true, 'of so many peers the ones that were silent for the longest go');
});

test('a throttled peer is limited to the same rate if its questions arrive over another peer', async () => {
  const { mesh, liar, answered } = await started();
  const decision = { step: 'throttle', reason: 'x', forMs: 60_000, by: 'policy' } as const;
  mesh.peers[0]!.authority!.measure(liar.id, decision);
  mesh.clock.run(3_000);
  // The first relay does not count: it colludes with the liar.
  const parent = mesh.peers.find((peer) => peer!.id === liar.directory.tree.parentOf(liar.id))!;
  parent.standing.measures.of = () => null;
  const few = answered(() => {
    for (let i = 0; i < 50; i++) void liar.skyeye.query('peers where cpu.free > 1 order by cpu.free');
  });
  if (parent.id !== liar.directory.tree.root) assert.ok(few <= 6, `${few} answers`);
});

test('the readings of a subtree are given only to its ancestors', async () => {
  const { mesh, liar } = await started();
  const root = mesh.peers.find((peer) => peer!.id === liar.directory.tree.root)!;
  const [session] = liar.switchboard.sessions();
  const told: string[] = [];
  const take = liar.skyeye.queries.take.bind(liar.skyeye.queries);
  liar.skyeye.queries.take = (from, message) => {
    if (message.kind === 'told') told.push(from);
    take(from, message);
  };
  const ask = { kind: 'ask', number: 1, question: QUESTION, near: null, waitMs: 100 } as const;
  session!.notify(noticeKinds.query, encode(queryMessage, ask));
  mesh.clock.run(1_000);
  assert.deepEqual(told, []);
  assert.ok(root.skyeye.core.knowsAll);
});

test('a peer gives its history only to an approved asker that proves its name', async () => {
  const { mesh, liar } = await started();
  const [asked, other] = mesh.peers.filter((peer) => peer!.id !== liar.id);
  const results: string[] = [];
  const of = (peer: Peer) =>
    peer.skyeye.history.of(asked!.id).then(
      (series) => results.push(`${Object.keys(series.attributes).length > 0}`),
      (error) => results.push((error as Error).message),
    );
  const settle = async () => {
    mesh.clock.run(3_000);
    for (let i = 0; i < 5; i++) await null;
    return results.splice(0);
  };
  void of(liar);
  assert.deepEqual(await settle(), ['true']);

  // In the name of another peer: the signature does not match.
  const ask = liar.routing.ask.bind(liar.routing);
  let recorded = Buffer.alloc(0);
  liar.routing.ask = (to, kind, body, timeoutMs, answer) => {
    if (kind === routedKinds.history) recorded = Buffer.from(body);
    ask(to, kind, body, timeoutMs, answer);
  };
  const { id } = liar.standing;
  Object.defineProperty(liar.standing, 'id', { value: other!.id, configurable: true });
  void of(liar);
  assert.notDeepEqual(await settle(), ['true']);
  Object.defineProperty(liar.standing, 'id', { value: id });

  // A recorded request is refused later, and under another name.
  const again = (from: Peer) =>
    new Promise<string | null>((resolve) => {
      from.routing.ask(asked!.id, routedKinds.history, recorded, 1_000, (error) => resolve(error));
      mesh.clock.run(1_000);
    });
  assert.match((await again(other!)) ?? '', /not signed by/);
  mesh.clock.run(5 * 60_000);
  assert.match((await again(liar)) ?? '', /not signed by|too old/);

  const decision = { step: 'quarantine', reason: 'x', forMs: 60_000, by: 'policy' } as const;
  mesh.peers[0]!.authority!.measure(liar.id, decision);
  mesh.clock.run(3_000);
  void of(liar);
  assert.notDeepEqual(await settle(), ['true']);
});

test('a throttled peer gets histories at the rate of answers', async () => {
  const { mesh, liar } = await started();
  const asked = mesh.peers.find((peer) => peer!.id !== liar.id)!;
  const decision = { step: 'throttle', reason: 'x', forMs: 60_000, by: 'policy' } as const;
  mesh.peers[0]!.authority!.measure(liar.id, decision);
  mesh.clock.run(3_000);
  let count = 0;
  for (let i = 0; i < 50; i++)
    liar.skyeye.history.of(asked.id).then(
      () => count++,
      () => {},
    );
  mesh.clock.run(500);
  for (let i = 0; i < 5; i++) await null;
  assert.ok(count >= 1 && count <= 6, `${count} told`);
});

test('a routing peer cannot read a history, replay an older one, or pass it off as a message', async () => {
  const { mesh, liar } = await started();
  const root = mesh.peers.find((peer) => peer!.id === liar.directory.tree.root)!;
  const asked = mesh.peers.find(
    (peer) => peer!.id !== root.id && peer!.id !== liar.id && peer!.switchboard.sessionOf(liar.id) === null,
  )!;
  asked.skyeye.history.details = '"a secret of this host"';
  const carried: Uint8Array[] = [];
  for (const peer of mesh.peers)
    sending(peer!, (kind, payload) => {
      if (kind === noticeKinds.routed) carried.push(Buffer.from(payload));
      return payload;
    });
  const results: unknown[] = [];
  const ask = async () => {
    liar.skyeye.history.of(asked.id).then(
      ({ details }) => results.push(details),
      (error) => results.push((error as Error).message),
    );
    mesh.clock.run(2_500);
    for (let i = 0; i < 5; i++) await null;
  };
  await ask();
  assert.deepEqual(results.splice(0), ['a secret of this host']);
  assert.ok(carried.length > 2);
  assert.ok(carried.every((payload) => !Buffer.from(payload).includes('a secret')));

  const answers = carried
    .map((payload) => decode(routed, payload))
    .filter(({ to, kind, isFine }) => to === liar.id && kind === routedKinds.answer && isFine);
  const older = answers.at(-1)!.body;
  asked.routing.handle(routedKinds.history, (_from, _payload, answer) => answer(null, older));
  await ask();
  assert.match(String(results.splice(0)[0]), /to another question/);
  asked.routing.handle(routedKinds.history, (_from, _payload, answer) => answer(null, Buffer.from([0])));
  await ask();
  assert.equal(results.length, 1);
  asked.routing.send(liar.id, routedKinds.sealed, older);
  mesh.clock.run(1_000);
  assert.equal(liar.inbox.messages.length, 0);
});

test('a restarted peer can open the histories of peers that have written to it before', async () => {
  const { mesh, liar } = await started();
  const asked = mesh.peers.find((peer) => peer!.id !== liar.id)!;
  const at = mesh.peers.indexOf(liar);
  asked.mailbox.send(liar.id, 'message', Buffer.from('so its secret is known there'), () => {});
  mesh.clock.run(3_000);
  assert.equal(liar.inbox.messages.length, 1);
  mesh.crash(at);
  const again = await mesh.start(at);
  mesh.clock.run(10_000);
  let given: unknown = null;
  again.skyeye.history.of(asked.id).then(
    () => {
      given = 'told';
    },
    (error) => {
      given = (error as Error).message;
    },
  );
  mesh.clock.run(3_000);
  for (let i = 0; i < 5; i++) await null;
  assert.equal(given, 'told');
});

test('requests for histories are rate-limited per asker, and other askers are still answered', async () => {
  const { mesh, liar } = await started();
  const [asked, other] = mesh.peers.filter((peer) => peer!.id !== liar.id) as [Peer, Peer];
  let told = 0;
  for (let i = 0; i < 300; i++)
    liar.skyeye.history.of(asked.id).then(
      () => told++,
      () => {},
    );
  let isTold = false;
  void other.skyeye.history.of(asked.id).then(() => {
    isTold = true;
  });
  mesh.clock.run(1_000);
  for (let i = 0; i < 5; i++) await null;
  assert.ok(told >= 20 && told <= 33, `${told} told`);
  assert.equal(isTold, true);
});

test('a forwarded request to join counts once, however often a relay repeats it', async () => {
  const { mesh, liar } = await started();
  const first = mesh.peers[0]!;
  const { runtime, meter } = first;
  type Handler = Parameters<Routing['handle']>[1];
  const sent: Uint8Array[] = [];
  let ask: (session: Session, payload: Uint8Array, reply: () => void) => void = () => {};
  const handlers = new Map<number, Handler>();
  let tries = 0;
  const doorOf = ({ standing }: Peer, authority: Authority | null) =>
    new EnrolmentRelay({
      runtime,
      switchboard: { standing, handleRequest: (_kind: number, handler: typeof ask) => (ask = handler) },
      routing: {
        handle: (kind: number, handler: Handler) => handlers.set(kind, handler),
        ask: (_to: string, _kind: number, payload: Uint8Array) => sent.push(payload),
      },
      asker: new Asker(standing, () => runtime.clock.nowMs()),
      ...{ meter, authority },
    } as unknown as EnrolmentRelayOptions);
  doorOf(liar, null);
  const enrol = async () => {
    tries++;
    return { kind: 'denied', reason: 'no' };
  };
  const request = encode(enrolRequest, { request: Buffer.alloc(9), token: null });
  ask({ id: '', link: { shown: { address: '203.0.113.1:9' } } } as Session, request, () => {});
  doorOf(first, { enrol } as unknown as Authority);
  for (let i = 0; i < 20; i++) handlers.get(routedKinds.enrolFor)!(liar.id, sent[0]!, () => {});
  assert.equal(tries, 1);
});

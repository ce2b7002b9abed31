// Who may ask to be met behind routers, and what a stranger is told: on a virtual clock, with calls that always cross.

import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Asker, proof } from '../src/messages/asker.ts';
import type { Peer } from '../src/peer/peer.ts';
import { VirtualMesh, VirtualTransport } from '../src/virtual/index.ts';
import { routedKinds } from '../src/wire/kinds.ts';
import { decode, encode, record, text } from '../src/wire/schema.ts';

const meeting = record({ address: text(64), proof });

/** A mesh whose peers can be met; gives whom they called to meet. */
async function meeters() {
  const called: string[] = [];
  const { prototype } = VirtualTransport as unknown as {
    prototype: VirtualTransport & Record<string, unknown>;
  };
  Object.assign(prototype, {
    dialOver() {},
    dialFromOwnPort(this: VirtualTransport, address: string, done: (...all: unknown[]) => void) {
      this.dial(address, (error, link) => done(error, link, 4711));
    },
    meet(_localPort: number, address: string, done: (met: Duplex | null) => void) {
      called.push(address);
      setImmediate(done, null);
    },
  });
  const mesh = await VirtualMesh.create({ peers: 5, seed: 3 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  const restore = () => {
    for (const name of ['dialOver', 'dialFromOwnPort', 'meet']) delete prototype[name];
  };
  return { mesh, called, restore };
}

/** What comes of a question to be met, as `asker` signs it, from `from`. */
async function ask(mesh: VirtualMesh, from: Peer, asker: Peer, to: Peer, address: string): Promise<string> {
  const content = Buffer.from(`meet ${to.id} ${address}`);
  const proved = new Asker(asker.standing, () => asker.clock.nowMs()).prove(content);
  let result = '';
  from.routing.ask(to.id, routedKinds.meet, encode(meeting, { address, proof: proved }), 4_000, (error) => {
    result = error ?? 'met';
  });
  for (let i = 0; i < 50 && result === ''; i++) {
    mesh.clock.run(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return result;
}

test('only an approved peer that proves who it is is met, and only where it says in its own name', async () => {
  const { mesh, called, restore } = await meeters();
  try {
    const to = mesh.peers.find((peer) =>
      [...peer!.switchboard.sessions()].some(({ link }) => link.isDialler),
    )!;
    const [asker, other] = mesh.peers.filter((peer) => peer !== to) as [Peer, Peer];
    assert.equal(await ask(mesh, asker, asker, to, '192.0.2.1:4000'), 'met');
    assert.deepEqual(called, ['192.0.2.1:4000']);
    assert.match(await ask(mesh, asker, asker, to, '192.0.2.1:4022'), /too many/);
    mesh.clock.run(10_000);
    assert.equal(await ask(mesh, asker, asker, to, '192.0.2.1:4000'), 'met');
    called.pop();
    assert.match(await ask(mesh, other, asker, to, '192.0.2.2:4000'), /not signed/);
    assert.match(await ask(mesh, asker, asker, to, 'nowhere'), /not an address/);
    const decision = { step: 'quarantine', reason: 'x', forMs: 60_000, by: 'policy' } as const;
    mesh.peers[0]!.authority!.measure(other.id, decision);
    mesh.clock.run(2_000);
    assert.notEqual(await ask(mesh, other, other, to, '192.0.2.3:4000'), 'met');
    assert.deepEqual(called, ['192.0.2.1:4000']);
  } finally {
    restore();
  }
});

test('hole punching on request is limited where no peer answers, per host and per asker', async () => {
  const { mesh, called, restore } = await meeters();
  try {
    const to = mesh.peers.find((peer) =>
      [...peer!.switchboard.sessions()].some(({ link }) => link.isDialler),
    )!;
    const askers = mesh.peers.filter((peer) => peer !== to) as Peer[];
    const [asker, other, third] = askers as [Peer, Peer, Peer];
    const refused: [string, RegExp][] = [
      ['127.0.0.1:5432', /was seen there/],
      ['[::1]:5432', /was seen there/],
      ['[::ffff:127.0.0.1]:5432', /was seen there/],
      ['169.254.169.254:8080', /was seen there/],
      ['[fe80::1%eth0]:5001', /was seen there/],
      ['224.0.0.251:5353', /no peer is at/],
      ['255.255.255.255:5001', /no peer is at/],
      ['0.0.0.0:5001', /no peer is at/],
      ['[ff02::1]:5001', /no peer is at/],
      ['192.0.2.9:25', /not a port of a peer/],
      ['printer.example:9100', /not an address/],
    ];
    for (const [address, why] of refused) assert.match(await ask(mesh, asker, asker, to, address), why);
    assert.deepEqual(called, []);
    // One asker, at ever other hosts: three in a row, then one a minute.
    for (let i = 0; i < 60; i++) {
      await ask(mesh, asker, asker, to, `192.0.2.${i + 1}:4000`);
      mesh.clock.run(10_000);
    }
    assert.ok(called.length >= 6 && called.length <= 14, `${called.length} calls in ten minutes`);
    // Several that agree about one host.
    called.length = 0;
    for (let i = 0; i < 30; i++) {
      await ask(mesh, askers[i % 3]!, askers[i % 3]!, to, '198.51.100.7:4000');
      mesh.clock.run(1_000);
    }
    assert.ok(called.length <= 5, `${called.length} calls at one host`);
    assert.ok([asker, other, third].every((each) => each.id !== to.id));
  } finally {
    restore();
  }
});

test('a request to be met counts once, whoever hands it on again', async () => {
  const { mesh, called, restore } = await meeters();
  try {
    const to = mesh.peers.find((peer) =>
      [...peer!.switchboard.sessions()].some(({ link }) => link.isDialler),
    )!;
    const [asker] = mesh.peers.filter((peer) => peer !== to) as [Peer];
    const address = '192.0.2.1:4000';
    const content = Buffer.from(`meet ${to.id} ${address}`);
    const proved = new Asker(asker.standing, () => asker.clock.nowMs()).prove(content);
    const problems: (string | null)[] = [];
    for (let i = 0; i < 4; i++) {
      const body = encode(meeting, { address, proof: proved });
      asker.routing.ask(to.id, routedKinds.meet, body, 4_000, (error) => problems.push(error));
      for (let k = 0; k < 110; k++) {
        mesh.clock.run(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    assert.deepEqual(problems, [null, ...Array(3).fill('replayed request')]);
    assert.equal(called.length, 1);
  } finally {
    restore();
  }
});

test('a malformed answer does not end the link that it came over', async () => {
  const { mesh, restore } = await meeters();
  try {
    const [asker, to] = mesh.peers as [Peer, Peer];
    to.routing.handle(routedKinds.meet, (_from, _payload, answer) => answer(null, Buffer.of(200, 1)));
    const reasons: string[] = [];
    asker.switchboard.onClosed.push((_session, reason) => reasons.push(reason));
    let answers = 0;
    asker.routing.ask(to.id, routedKinds.meet, Buffer.alloc(1), 4_000, (_error, body) => {
      answers++;
      decode(text(64), body);
    });
    mesh.clock.run(2_000);
    assert.equal(answers, 1);
    assert.deepEqual(reasons, []);
  } finally {
    restore();
  }
});

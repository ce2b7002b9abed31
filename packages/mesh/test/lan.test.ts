// LAN messages on a virtual clock: loss, retransmission, forgery, replay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LanCourier } from '../src/lan/courier.ts';
import { DATAGRAM_BYTES_MAX, type LanMessage } from '../src/lan/datagram.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { VirtualMesh } from '../src/virtual/index.ts';

async function lan(count: number, lossRate: number, seed: number) {
  const mesh = await VirtualMesh.create({ peers: count, seed });
  const peers = await Promise.all(Array.from({ length: count }, (_, i) => mesh.start(i)));
  const got: LanMessage[][] = peers.map(() => []);
  const air: Buffer[] = [];
  let isBroken = false;
  const couriers = peers.map((peer, i) => {
    const courier = new LanCourier(peer.runtime, peer.standing, (datagram, to) => {
      air.push(Buffer.from(datagram));
      assert.ok(datagram.length <= DATAGRAM_BYTES_MAX);
      for (const [j, other] of couriers.entries()) {
        const isFor = to === null || to === String(j);
        if (!isFor || mesh.random.fraction() < lossRate || isBroken) continue;
        mesh.clock.after(1 + mesh.random.fraction() * 5, () =>
          other.receive(Buffer.from(datagram), String(i)),
        );
      }
    });
    courier.onMessage = (message) => got[i]!.push(message);
    return courier;
  });
  const send = (i: number, body: Buffer, expected: string[]) => {
    let acked: ReadonlySet<string> | null = null;
    const outgoing = {
      task: '',
      body,
      to: null,
      expected: new Set(expected),
      done: (all: ReadonlySet<string>) => (acked = all),
    };
    couriers[i]!.send(outgoing);
    mesh.clock.run(6_000);
    return acked as ReadonlySet<string> | null;
  };
  return { mesh, couriers, got, air, send, break: () => (isBroken = true) };
}

const others = ['peer-1', 'peer-2', 'peer-3', 'peer-4'];

test('one sender, four receivers, 10 % loss: each receives the message once', async () => {
  for (let seed = 0; seed < 50; seed++) {
    const { send, got } = await lan(5, 0.1, seed);
    const acked = send(0, Buffer.from('Hello, Nodes!'), others);
    assert.deepEqual([...acked!].sort(), others, `seed ${seed}`);
    for (let i = 1; i < 5; i++)
      assert.deepEqual(
        got[i]!.map(({ body }) => Buffer.from(body).toString()),
        ['Hello, Nodes!'],
      );
  }
});

test('long messages are fragmented and reassembled', async () => {
  const { send, got } = await lan(3, 0.05, 3);
  const body = Buffer.alloc(40_000, 'long ');
  assert.equal(send(0, body, ['peer-1', 'peer-2'])!.size, 2);
  assert.ok(body.equals(got[1]![0]!.body));
});

test('replayed, modified and forged datagrams are ignored', async () => {
  const { mesh, send, got, air, couriers } = await lan(3, 0, 1);
  send(0, Buffer.from('once'), ['peer-1', 'peer-2']);
  for (const datagram of air.slice()) couriers[1]!.receive(datagram, '0');
  assert.equal(got[1]!.length, 1);
  for (const datagram of air.slice())
    for (let at = 0; at < datagram.length; at += 7) {
      const changed = Buffer.from(datagram);
      changed[at]! ^= 1;
      couriers[2]!.receive(changed, '0');
    }
  for (const noise of [Buffer.alloc(0), Buffer.from('Hello, Nodes!'), Buffer.alloc(1400, 'EyB1')])
    couriers[2]!.receive(noise, '0');
  assert.equal(got[2]!.length, 1);
  // A new peer has no replay record of it, but refuses it for its age.
  mesh.clock.run(6 * 60_000);
  const late = new LanCourier(mesh.peers[1]!.runtime, mesh.peers[1]!.standing, () => {});
  late.onMessage = () => assert.fail('taken, though it is old');
  for (const datagram of air.slice()) late.receive(datagram, '0');
});

test('without a receiver, the sender reports failure after the last retransmission', async () => {
  const one = await lan(2, 0, 1);
  one.break();
  assert.equal(one.send(0, Buffer.from('anyone?'), ['peer-1'])!.size, 0);
});

test('messages of a revoked peer are refused', async () => {
  const { mesh, send, got } = await lan(3, 0, 2);
  mesh.clock.run(2_000);
  mesh.peers[0]!.authority!.revoke('peer-1', 'stolen');
  mesh.clock.run(2_000);
  assert.equal(send(1, Buffer.from('still me'), ['peer-2'])!.size, 0);
  assert.equal(got[2]!.length, 0);
});

test('a replayed message is refused after a restart', async () => {
  const { mesh, send, air } = await lan(2, 0, 1);
  send(0, Buffer.from('run it'), ['peer-1']);
  const { runtime, standing } = mesh.peers[1]!;
  const storage = new MemoryStorage();
  const taken = () => {
    let count = 0;
    const node = new LanCourier(runtime, standing, () => {}, storage);
    node.onMessage = () => count++;
    for (const datagram of air) node.receive(Buffer.from(datagram), '0');
    return count;
  };
  assert.equal(taken(), 1);
  assert.equal(taken(), 0);
});

test('a member that floods the LAN is refused in time, before a node forgets what it has taken from others', async () => {
  const { mesh, send, air } = await lan(3, 0, 1);
  send(0, Buffer.from('run it'), ['peer-1', 'peer-2']);
  const recorded = air.splice(0);
  const { runtime, standing } = mesh.peers[1]!;
  const taken = { 'peer-0': 0, 'peer-2': 0 };
  const refused: string[] = [];
  const log = (_level: string, _message: string, values: object = {}) => {
    refused.push((values as { reason: string }).reason);
  };
  const node = new LanCourier({ ...runtime, log }, standing, () => {}, new MemoryStorage());
  node.onMessage = ({ from }) => taken[from as 'peer-0']++;
  const replay = () => {
    for (const datagram of recorded) node.receive(Buffer.from(datagram), '0');
  };
  replay();
  // Each is valid, and new. Some ten thousand would fill the memory of what was taken.
  const { runtime: clocked, standing: liar } = mesh.peers[2]!;
  const flooding = new LanCourier(clocked, liar, (datagram) => node.receive(Buffer.from(datagram), '2'));
  for (let i = 0; i < 1_200; i++)
    flooding.send({ task: '', body: Buffer.alloc(0), to: null, expected: new Set(), done: () => {} });
  flooding.stop();
  replay();
  assert.equal(taken['peer-0'], 1);
  assert.ok(taken['peer-2'] > 100 && taken['peer-2'] < 1_000, `${taken['peer-2']}`);
  assert.equal(refused.at(-1), 'too many at once');
});

test('a message whose id another member used first is taken and acknowledged for its own sender', async () => {
  const { mesh } = await lan(3, 0, 1);
  const [sender, node, liar] = mesh.peers.map((peer) => peer!);
  const outgoing = { task: '', body: Buffer.alloc(0), to: null, expected: new Set(['peer-1']) };
  const acked: string[] = [];
  const message = { ...outgoing, onAck: (from: string) => acked.push(from), done: () => {} };
  const sent: Buffer[] = [];
  const first = new LanCourier(sender!.runtime, sender!.standing, (datagram) =>
    sent.push(Buffer.from(datagram)),
  );
  const id = first.send(message)!;
  const { random } = liar!.runtime;
  const bytes = (count: number) => (count === id.length ? id : random.bytes(count));
  const copied: Buffer[] = [];
  const runtime = { ...liar!.runtime, random: { bytes, fraction: () => random.fraction() } };
  new LanCourier(runtime, liar!.standing, (datagram) => copied.push(Buffer.from(datagram))).send({
    ...outgoing,
    done: () => {},
  });
  const acks: Buffer[] = [];
  const receiver = new LanCourier(node!.runtime, node!.standing, (datagram) =>
    acks.push(Buffer.from(datagram)),
  );
  const taken: string[] = [];
  receiver.onMessage = ({ from }) => taken.push(from);
  receiver.receive(copied[0]!, '2');
  first.receive(acks[0]!, '1');
  assert.deepEqual(acked, [], 'the acknowledgement is of the other message');
  receiver.receive(sent[0]!, '0');
  assert.deepEqual(taken, ['peer-2', 'peer-0']);
  first.receive(acks[1]!, '1');
  assert.deepEqual(acked, ['peer-1']);
});

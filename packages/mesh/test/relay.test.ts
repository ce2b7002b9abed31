// Relayed links: slots per peer, and eviction of idle ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerId } from '../src/identity/names.ts';
import { CARRIED_IDLE_MS, CARRIED_MAX, CARRIED_OF_ONE_MAX } from '../src/link/relay.ts';
import type { Stream } from '../src/link/stream.ts';
import type { Peer } from '../src/peer/peer.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { streamKinds } from '../src/wire/kinds.ts';
import { encode } from '../src/wire/schema.ts';

/** A relay with links to all others, and the outcomes of the streams requested of it. */
async function carrying() {
  const mesh = await VirtualMesh.create({ peers: 6, seed: 2 });
  await mesh.startAll();
  const carrier = mesh.peers.find((peer) => [...peer!.switchboard.sessions()].length === 5)!;
  const others = mesh.peers.filter((peer) => peer !== carrier) as Peer[];
  // Receivers that accept data and send none.
  const received: Stream[] = [];
  for (const peer of others)
    peer.switchboard.handleStream(streamKinds.relayed, (_session, _payload, stream) => {
      received.push(stream);
      stream.listen((data) => stream.consumed(data.length));
    });
  const ask = (from: Peer, to: Peer) => {
    const state = { reason: '', stream: null as unknown as Stream };
    state.stream = from.switchboard
      .sessionOf(carrier.id)!
      .openStream(streamKinds.relay, encode(peerId, to.id));
    state.stream.onReset = (reason) => {
      state.reason = reason;
    };
    state.stream.listen(() => {});
    return state;
  };
  return { mesh, others, received, ask };
}

test('one peer cannot use all relay slots', async () => {
  const { mesh, others, ask } = await carrying();
  const [greedy, target, honest] = others as [Peer, Peer, Peer];
  const asked = Array.from({ length: CARRIED_MAX }, () => ask(greedy, target));
  mesh.clock.run(500);
  assert.equal(asked.filter(({ reason }) => reason === '').length, CARRIED_OF_ONE_MAX);
  assert.match(asked.at(-1)!.reason, /too many/);
  const other = ask(honest, target);
  mesh.clock.run(500);
  assert.equal(other.reason, '');
  // Closing a relayed link frees its slot.
  for (const { stream } of asked) stream.reset('over');
  mesh.clock.run(500);
  const again = ask(greedy, target);
  mesh.clock.run(500);
  assert.equal(again.reason, '');
});

test('a silent relayed link loses its slot, an active one keeps it', async () => {
  const { mesh, others, received, ask } = await carrying();
  const [from, to] = others as [Peer, Peer];
  const [idle, used] = [ask(from, to), ask(from, to)];
  for (let ms = 0; ms < 2 * CARRIED_IDLE_MS; ms += 1_000) {
    mesh.clock.run(1_000);
    used.stream.write(Buffer.from('x'));
  }
  assert.match(idle.reason, /nothing was sent/);
  assert.equal(used.reason, '');
  assert.equal(received.filter(({ isOver }) => !isOver).length, 1);
});

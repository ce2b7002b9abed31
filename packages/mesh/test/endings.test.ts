// What a peer concludes from the end of a link: from how it ended, not from the words beside it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualMesh } from '../src/virtual/index.ts';
import { requestKinds } from '../src/wire/kinds.ts';

/** Two peers with a link, and how often the first asked others whether the second is alive, which it does only in suspicion. */
async function linked(seed: number) {
  const mesh = await VirtualMesh.create({ peers: 8, seed });
  await mesh.startAll();
  mesh.clock.run(10_000);
  const parent = mesh.peers.find((peer) => peer!.directory.tree.root === peer!.id)!;
  const [id] = parent.directory.tree.childrenOf(parent.id);
  const probes = { count: 0 };
  for (const peer of mesh.peers)
    peer!.switchboard.onTraffic.push((session, what, kind) => {
      if (session.id === parent.id && what === 'request' && kind === requestKinds.probe) probes.count++;
    });
  return { mesh, parent, session: parent.switchboard.sessionOf(id!)!, id: id!, probes };
}

for (const text of ['idle', 'leaving', 'refused', 'there is a newer link'])
  test(`a link that is lost with the text "${text}", which a relay may have chosen, makes its peer suspect`, async () => {
    const { mesh, session, probes } = await linked(3);
    session.link.destroy(text);
    mesh.clock.run(3_000);
    assert.ok(probes.count > 0);
    assert.ok(mesh.isWhole(), 'it answers, so that nobody declares it dead');
  });

test('a peer that says goodbye, in whatever words, was alive, and is not suspected', async () => {
  const { mesh, parent, id, probes } = await linked(4);
  const other = mesh.peers.find((peer) => peer!.id === id)!;
  other.switchboard.sessionOf(parent.id)!.close('words of its own');
  mesh.clock.run(3_000);
  assert.equal(probes.count, 0);
  assert.ok(mesh.isWhole());
  assert.notEqual(parent.switchboard.sessionOf(id), null, 'both link up again');
});

test('a peer that says goodbye and then nothing more is declared dead by all', async () => {
  const { mesh, parent, id } = await linked(5);
  const i = mesh.peers.findIndex((peer) => peer!.id === id);
  mesh.peers[i]!.switchboard.sessionOf(parent.id)!.close('idle');
  mesh.clock.run(50);
  mesh.crash(i);
  mesh.clock.run(10_000);
  assert.equal(mesh.seenAlive(i), 0);
});

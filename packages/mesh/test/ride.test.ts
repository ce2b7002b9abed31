// Messages that ride: sent with the next frame, or in place of a heartbeat and its answer.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Session } from '../src/link/session.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds } from '../src/wire/kinds.ts';

const HEARTBEAT_MS = 1_200;

/** Two linked peers, and the session of the one that dialled. */
async function linked() {
  const mesh = await VirtualMesh.create({ peers: 2, seed: 5 });
  await mesh.startAll();
  const session = mesh.peers
    .flatMap((peer) => [...peer!.switchboard.sessions()])
    .find(({ link }) => link.isDialler)!;
  // They have nothing else to say than heartbeats.
  for (const peer of mesh.peers) {
    peer!.clock.stop();
    peer!.skyeye.stop();
  }
  mesh.clock.run(5_000);
  return { mesh, session };
}

describe('a message that rides', () => {
  test('leaves within a heartbeat interval, in place of the heartbeat', async (t) => {
    const { mesh, session } = await linked();
    const heartbeat = session.heartbeat.bind(session);
    const sentBytes: number[] = [];
    t.mock.method(session, 'heartbeat', () => {
      const before = session.link.sentBytes;
      heartbeat();
      sentBytes.push(session.link.sentBytes - before);
    });
    session.ride(() => session.notify(noticeKinds.certificate, Buffer.alloc(20)));
    const tookMs = mesh.clock.runUntil(() => sentBytes.length > 0, 10_000);
    assert.ok(tookMs !== null && tookMs <= HEARTBEAT_MS, `${tookMs}`);
    mesh.clock.runUntil(() => sentBytes.length > 1, 10_000);
    // Type, length, kind, content: and no heartbeat, which takes two bytes.
    assert.deepEqual(sentBytes, [23, 2]);
  });

  test('leaves with the frame that is sent next', async () => {
    const { session } = await linked();
    const order: string[] = [];
    session.ride(() => {
      order.push('rider');
      session.notify(noticeKinds.certificate, Buffer.alloc(20));
    });
    order.push('frame');
    session.notify(noticeKinds.certificate, Buffer.alloc(10));
    assert.deepEqual(order, ['frame', 'rider']);
  });

  test('that has nothing to say any more costs no heartbeat', async () => {
    const { session } = await linked();
    session.ride(() => {});
    const before = session.link.sentBytes;
    session.heartbeat();
    assert.equal(session.link.sentBytes - before, 2);
  });

  test('is forgotten when its link closes', async () => {
    const { session } = await linked();
    session.ride(() => assert.fail('sent on a closed link'));
    session.close('over');
    session.heartbeat();
    assert.ok(session instanceof Session && session.isClosed);
  });
});

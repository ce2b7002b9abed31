import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pulse } from '../src/link/pulse.ts';
import type { Session } from '../src/link/session.ts';
import { VirtualClock, VirtualMesh } from '../src/virtual/index.ts';

/** The part of a session that its pulse uses: times of the last data in both directions, and close. */
function pulsing(isDialler: boolean) {
  const clock = new VirtualClock();
  const beats: number[] = [];
  const silences: number[] = [];
  const session = {
    ...{ id: 'other', link: { isDialler }, expiresMs: Number.POSITIVE_INFINITY, isClosed: false },
    ...{ sentMs: 0, receivedMs: 0, usedMs: 0, reason: '' },
    heartbeat() {
      beats.push(clock.elapsedMs());
      session.sentMs = clock.elapsedMs();
    },
    close(reason: string) {
      session.isClosed = true;
      session.reason = reason;
    },
  };
  const kept = { is: true };
  const pulse = new Pulse(clock, {
    sessions: () => [session as unknown as Session],
    isKept: () => kept.is,
    silent: () => silences.push(clock.elapsedMs()),
  });
  pulse.wake();
  return { clock, session, beats, silences, kept, pulse };
}

test('the dialling side sends heartbeats, and the accepting side only if none arrive', () => {
  for (const [isDialler, expected] of [
    [true, [1_200, 2_400, 3_600]],
    [false, [1_230, 2_460, 3_690]],
  ] as const) {
    const { clock, session, beats } = pulsing(isDialler);
    for (let i = 0; i < 39; i++) {
      clock.run(100);
      session.receivedMs = clock.elapsedMs();
    }
    assert.equal(beats.length, expected.length);
    for (const [i, atMs] of expected.entries()) assert.ok(Math.abs(beats[i]! - atMs) <= 300, `${beats}`);
  }
  const { clock, session, beats } = pulsing(false);
  for (let i = 0; i < 10; i++) {
    clock.run(400);
    session.receivedMs = session.sentMs = clock.elapsedMs();
  }
  assert.deepEqual(beats, []);
});

test('silence is reported once, after about 1.8 s, until data arrives', () => {
  const { clock, session, silences } = pulsing(true);
  clock.run(5_000);
  assert.equal(silences.length, 1);
  assert.ok(silences[0]! >= 1_800 && silences[0]! <= 1_950, `${silences}`);
  session.receivedMs = clock.elapsedMs();
  clock.run(5_000);
  assert.equal(silences.length, 2);
});

test('data that arrived but was not read yet does not count as silence', () => {
  const { clock, session, silences } = pulsing(true);
  // This process was stalled, and reads the data that arrived meanwhile shortly after the check.
  clock.run(1_820);
  session.receivedMs = clock.elapsedMs();
  clock.run(1_000);
  assert.deepEqual(silences, []);
});

test('after a stall of an hour, a link does not count as recently heard for the next hour', () => {
  const { clock, session, silences } = pulsing(true);
  const elapsedMs = clock.elapsedMs.bind(clock);
  clock.run(500);
  // After waking, data is read first, then the due check runs.
  clock.elapsedMs = () => elapsedMs() + 3_600_000;
  session.receivedMs = clock.elapsedMs();
  clock.run(5_000);
  assert.equal(silences.length, 1);
});

test('an unneeded idle link is closed, a kept one is not', () => {
  const { clock, session, kept } = pulsing(true);
  const live = () => {
    for (let i = 0; i < 30; i++) {
      clock.run(100);
      session.receivedMs = clock.elapsedMs();
    }
  };
  live();
  assert.equal(session.isClosed, false);
  kept.is = false;
  live();
  assert.equal(session.reason, 'idle');
});

test('only a few peers probe whether a dead peer is back', async () => {
  const peers = 40;
  const mesh = await VirtualMesh.create({ peers, seed: 3 });
  await mesh.startAll();
  mesh.crash(17);
  mesh.clock.runUntil(() => mesh.isWhole(), 10_000);
  let tries = 0;
  for (const peer of mesh.peers) {
    if (peer === null) continue;
    const { switchboard } = peer;
    const connect = switchboard.connect;
    switchboard.connect = (id, addresses, done) => {
      if (id === 'peer-17') tries++;
      connect.call(switchboard, id, addresses, done);
    };
  }
  mesh.clock.run(40_000);
  // Some eight each 4 s; all would be four hundred.
  assert.ok(tries > 20 && tries < 200, `${tries}`);
  await mesh.start(17);
  assert.notEqual(
    mesh.clock.runUntil(() => mesh.isWhole(), 10_000),
    null,
  );
});

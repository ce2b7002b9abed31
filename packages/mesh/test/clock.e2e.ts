// Two real peers over TLS, the first of which follows time servers: both synchronise to them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HostClock, Leap, referenceBytes, TimeServer } from '@eyrie/clock';
import { until } from '../../../test/support/until.ts';
import {
  callPeer,
  FolderStorage,
  foundMesh,
  joinMesh,
  parseToken,
  type RunningPeer,
  runPeer,
  systemRuntime,
  type TimeSourcesView,
} from '../src/index.ts';

const AHEAD_MS = 40_000;
const home = mkdtempSync(join(tmpdir(), 'eyrie-clock-'));
const folder = (id: string) => join(home, id);
const settings = (id: string) => ({ id, host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] });
const clock = new HostClock();
const servers: TimeServer[] = [];
const running: RunningPeer[] = [];

after(async () => {
  for (const each of running) await each.stop();
  for (const each of servers) await each.close();
  rmSync(home, { recursive: true, force: true });
});

async function serverAhead(ms: number): Promise<{ host: string; port: number }> {
  const nowNs = () => clock.wallNs() + BigInt(ms) * 1_000_000n;
  const facts = {
    stratum: 1,
    leap: Leap.none,
    referenceId: referenceBytes('TEST'),
    rootDelay: 0,
    rootDispersion: 0,
  };
  const status = () => ({ ...facts, referenceNs: nowNs() });
  const server = new TimeServer({ time: { nowNs, status }, address: '127.0.0.1', port: 0 });
  await server.listen();
  servers.push(server);
  return { host: '127.0.0.1', port: server.port };
}

test('all peers get the time of the root’s time servers, although one of the servers lies', async () => {
  const timeServers = [
    await serverAhead(AHEAD_MS),
    await serverAhead(AHEAD_MS),
    await serverAhead(-9_000_000),
  ];
  const start = async (id: string) => {
    const peer = await runPeer({ runtime: systemRuntime(), folder: folder(id), timeServers });
    running.push(peer);
    return peer.peer;
  };
  foundMesh(new FolderStorage(folder('one')), systemRuntime(), 'test', settings('one'), null);
  const one = await start('one');
  const { token } = (await callPeer(folder('one'), 'invite', { ttlMs: 3_600_000 })) as { token: string };
  await joinMesh({
    runtime: systemRuntime(),
    storage: new FolderStorage(folder('two')),
    invitation: parseToken(token),
    settings: settings('two'),
    waitMs: 0,
    onWaiting: () => {},
  });
  const two = await start('two');
  const isRight = (peer: typeof one) => {
    const aheadMs = peer.clock.nowMs() - Date.now();
    return peer.clock.state().isTraceable && Math.abs(aheadMs - AHEAD_MS) <= peer.clock.uncertaintyMs() + 5;
  };
  await until('the time of the servers at both', () => isRight(one) && isRight(two));
  const apartMs = Math.abs(one.clock.nowMs() - two.clock.nowMs());
  assert.ok(apartMs <= one.clock.uncertaintyMs() + two.clock.uncertaintyMs() + 1, `${apartMs} ms`);

  const view = (await callPeer(folder('two'), 'time')) as {
    uncertaintyMs: number;
    wallAhead: number;
    steps: number;
  };
  assert.ok(Math.abs(view.wallAhead + AHEAD_MS / 1000) < 0.1 && view.uncertaintyMs < 100);

  // On busy cores, responses of servers are occasionally late, and a server is briefly unusable.
  const isJudged = ({ sources }: TimeSourcesView) => sources.every(({ role }) => role !== 'unusable');
  const told = await until('all servers are judged', async () => {
    const view = (await callPeer(folder('two'), 'timeSources')) as TimeSourcesView;
    return isJudged(view) && view;
  });
  assert.deepEqual(
    [told.askedBy, told.problem, told.sources.map(({ role }) => role).sort()],
    [one.clock.isRoot ? 'one' : 'two', null, ['falseticker', 'truth', 'truth']],
  );

  await one.send('two', 'when?');
  const [message] = two.inbox.messages;
  assert.ok(
    Math.abs(message!.receivedMs - Date.now() - AHEAD_MS) < 5_000,
    'dated by the clock that all share',
  );
  assert.ok(message!.uncertaintyMs! < 100);
});

// SkyEye in whole peers: links, gossip, death and partition, on a virtual clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../src/peer/peer.ts';
import { type Answer, attributes } from '../src/skyeye/index.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

const running = (mesh: VirtualMesh) => mesh.peers.filter((peer): peer is Peer => peer !== null);
const cpuOf = (i: number) => (i * 37) % 101;

function reportAll(mesh: VirtualMesh): void {
  for (const [i, peer] of mesh.peers.entries())
    peer?.skyeye.report({ 'cpu.used': 100 - cpuOf(i), 'cpu.free': cpuOf(i), 'storage.free': 1e9 * (i + 1) });
}

/** Whether every peer has a view of all running peers, with exact sums. */
function isSeenByAll(mesh: VirtualMesh): boolean {
  const all = running(mesh);
  const sum = mesh.peers.reduce((total, peer, i) => total + (peer === null ? 0 : cpuOf(i)), 0);
  return all.every(({ skyeye }) => {
    const view = skyeye.view();
    const cpu = view?.attributes['cpu.free'];
    return view?.peers === all.length && view.complete === 1 && cpu?.count === all.length && cpu.sum === sum;
  });
}

async function seeing(peers: number, seed: number): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers, seed });
  await mesh.startAll();
  reportAll(mesh);
  const tookMs = mesh.clock.runUntil(() => isSeenByAll(mesh), 40_000, 50);
  assert.ok(tookMs !== null, `seed ${seed}: not all is seen`);
  return mesh;
}

async function ask(mesh: VirtualMesh, from: number, text: string): Promise<Answer> {
  let answer: Answer | null = null;
  void mesh.peers[from]!.skyeye.query(text).then((given) => {
    answer = given;
  });
  for (let i = 0; i < 6_000 && answer === null; i++) {
    mesh.clock.run(1);
    await null;
  }
  assert.ok(answer !== null, 'no answer');
  return answer;
}

test('every peer has a complete view, and any peer answers queries about all', async () => {
  for (let seed = 0; seed < 3; seed++) {
    const mesh = await seeing(30, seed);
    const answer = await ask(mesh, 7, '3 peers where storage.free > 10GB order by cpu.free');
    const best = Array.from({ length: 30 }, (_, i) => i)
      .filter((i) => i + 1 > 10)
      .sort((a, b) => cpuOf(b) - cpuOf(a))
      .slice(0, 3);
    assert.deepEqual(
      answer.peers.map(({ id }) => id),
      best.map((i) => `peer-${i}`),
    );
    assert.deepEqual(
      answer.peers.map(({ values }) => values['cpu.free']),
      best.map(cpuOf),
    );
    assert.equal(answer.complete, 1);
    assert.equal(answer.problem, null);
    assert.ok(answer.tookMs < 80, `${answer.tookMs} ms`);
    const figures = await ask(mesh, 3, 'count, max(cpu.free) by role');
    assert.deepEqual(
      figures.groups.map(({ group, peers }) => [group, peers]),
      [
        ['authority', 1],
        ['peer', 29],
      ],
    );
  }
});

test('after a crash of the root, its heir sees all others within 3 s', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const mesh = await seeing(24, seed);
    const root = running(mesh)[0]!.directory.tree.root!;
    const i = Number(root.slice('peer-'.length));
    // Half of them by a crash, which closes links; half by silence.
    if (seed % 2 === 0) mesh.crash(i);
    else {
      mesh.network.silence(hostOf(i));
      mesh.peers[i] = null;
    }
    const tookMs = mesh.clock.runUntil(() => isSeenByAll(mesh), 15_000, 20);
    assert.ok(tookMs !== null && tookMs <= 3_000, `seed ${seed}: ${tookMs} ms`);
  }
});

test('a query is answered while the root is dead and not yet detected', async () => {
  const mesh = await seeing(24, 2);
  const root = running(mesh)[0]!.directory.tree.root!;
  const i = Number(root.slice('peer-'.length));
  mesh.network.silence(hostOf(i));
  mesh.peers[i] = null;
  const from = mesh.peers.findIndex((peer) => peer !== null);
  const answer = await ask(mesh, from, '2 peers order by cpu.free');
  assert.equal(answer.peers.length > 0, true);
  assert.ok(answer.problem !== null || answer.looked === 23, JSON.stringify(answer));
});

test('a query during a change of coordinator gets one answer within seconds, which states its age and completeness', async () => {
  const mesh = await seeing(24, 5);
  const asker = 3;
  const answers: Answer[] = [];
  let asked = 0;
  for (let round = 0; round < 2; round++) {
    const i = Number(running(mesh)[0]!.directory.tree.root!.slice('peer-'.length));
    assert.notEqual(i, asker);
    // One falls silent, one crashes.
    mesh.network.silence(hostOf(i));
    if (round === 1) mesh.peers[i]!.kill();
    mesh.peers[i] = null;
    for (let ms = 0; ms < 8_000; ms += 100) {
      if (ms % 500 === 0) {
        asked++;
        mesh.peers[asker]!.skyeye.query('count, avg(cpu.used)').then((answer) => answers.push(answer));
      }
      mesh.clock.run(100);
      await new Promise(setImmediate);
    }
  }
  assert.equal(answers.length, asked);
  for (const answer of answers) {
    assert.ok(answer.tookMs < 6_000, `${answer.tookMs} ms: ${JSON.stringify(answer)}`);
    assert.ok(answer.readings!.oldestMs < 60_000 && answer.readings!.ageMs <= answer.readings!.oldestMs);
    assert.ok(answer.complete > 0.9 || answer.problem !== null, JSON.stringify(answer));
  }
  assert.ok(answers.slice(-3).every(({ looked, problem }) => looked === 22 && problem === null));
});

test('a partition has two roots with partial views; after healing there is one', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const mesh = await seeing(20, seed);
    const half = Array.from({ length: 10 }, (_, i) => i * 2);
    mesh.network.partition([half.map(hostOf)]);
    mesh.clock.run(25_000);
    reportAll(mesh);
    mesh.clock.run(15_000);
    for (const [i, peer] of mesh.peers.entries()) {
      const view = peer!.skyeye.view()!;
      const own = mesh.peers.map((_, j) => j).filter((j) => (j % 2 === 0) === (i % 2 === 0));
      assert.equal(view.peers, 10, `seed ${seed}: peer-${i}`);
      assert.equal(
        view.attributes['cpu.free']!.sum,
        own.reduce((sum, j) => sum + cpuOf(j), 0),
      );
    }
    assert.equal(new Set(mesh.peers.map((peer) => peer!.skyeye.view()!.root)).size, 2);
    mesh.network.heal();
    const tookMs = mesh.clock.runUntil(() => isSeenByAll(mesh), 60_000, 50);
    assert.ok(tookMs !== null, `seed ${seed}: does not heal`);
    assert.equal(new Set(mesh.peers.map((peer) => peer!.skyeye.view()!.root)).size, 1);
  }
});

test('clocks that are wrong by a day do not affect ages', async () => {
  const mesh = await seeing(12, 5);
  mesh.clockErrorMs[3] = 24 * 3_600_000;
  mesh.clockErrorMs[6] = -24 * 3_600_000;
  reportAll(mesh);
  mesh.clock.run(12_000);
  for (const peer of running(mesh)) {
    const { ageMs, readings } = peer.skyeye.view()!;
    assert.ok(ageMs >= 0 && ageMs < 15_000, `${ageMs}`);
    assert.ok(readings.oldestMs >= 0 && readings.oldestMs < 40_000, `${readings.oldestMs}`);
  }
  const answer = await ask(mesh, 3, 'peers order by cpu.free');
  for (const { ageMs } of answer.peers) assert.ok(ageMs >= 0 && ageMs < 40_000);
});

test('a quarantined peer is left out until the quarantine ends', async () => {
  const mesh = await seeing(12, 8);
  const measure = { step: 'quarantine' as const, reason: 'scanned', forMs: 20_000, by: 'operator' as const };
  assert.equal(mesh.peers[0]!.authority!.measure('peer-5', measure), null);
  const peersSeen = () =>
    running(mesh)
      .filter(({ id }) => id !== 'peer-5')
      .map(({ skyeye }) => skyeye.view()!.peers);
  assert.ok(
    mesh.clock.runUntil(() => peersSeen().every((peers) => peers === 11), 12_000, 50) !== null,
    `${peersSeen()}`,
  );
  const answer = await ask(mesh, 2, 'peers where id = peer-5');
  assert.deepEqual(answer.peers, []);
  assert.ok(
    mesh.clock.runUntil(() => peersSeen().every((peers) => peers === 12), 60_000, 50) !== null,
    `${peersSeen()}`,
  );
});

test('impossible readings are refused and counted, at the peer and at its parent', async () => {
  const mesh = await seeing(6, 4);
  const liar = mesh.peers[3]!;
  assert.deepEqual(
    liar.skyeye.report({
      'cpu.used': Number.NaN,
      'cpu.free': -5,
      'storage.total': 5e15,
      'memory.free': 1e9,
      colour: 7,
    }),
    ['cpu.used', 'cpu.free', 'storage.total', 'colour'],
  );
  assert.equal(liar.skyeye.core.below.refused.values, 4);
  // With the peer's own check disabled.
  const values = liar.skyeye.core.below.readings.get('peer-3')!.values.slice();
  values[1] = -5;
  values[7] = 5e15;
  liar.skyeye.core.reportValues(values);
  mesh.clock.run(3_000);
  const refused = running(mesh).reduce(
    (sum, { id, skyeye }) => sum + (id === 'peer-3' ? 0 : skyeye.core.below.refused.values),
    0,
  );
  const isRoot = liar.directory.tree.root === 'peer-3';
  if (!isRoot) assert.ok(refused >= 2, `${refused}`);
  for (const peer of running(mesh)) {
    if (peer.id === 'peer-3') continue;
    assert.equal(peer.skyeye.view()!.attributes['storage.total'], undefined);
    assert.ok(peer.skyeye.view()!.attributes['cpu.free']!.min >= 0);
  }
});

test('each peer keeps its history, and gives it to any other', async () => {
  const mesh = await seeing(9, 6);
  for (let round = 0; round < 5; round++) {
    mesh.clock.run(10_000);
    mesh.peers[4]!.skyeye.report({ 'cpu.used': round });
  }
  let series: { timesMs: number[]; attributes: Record<string, (number | null)[]> } | null = null;
  void mesh.peers[7]!.skyeye.history.of('peer-4').then((given) => {
    series = given;
  });
  mesh.clock.run(200);
  await null;
  await null;
  assert.ok(series !== null);
  const { timesMs, attributes } = series as {
    timesMs: number[];
    attributes: Record<string, (number | null)[]>;
  };
  assert.deepEqual(attributes['cpu.used'], [100 - cpuOf(4), 0, 1, 2, 3, 4]);
  assert.deepEqual(attributes['cpu.free'], [cpuOf(4), null, null, null, null, null]);
  assert.ok(timesMs.every((time, i) => i < 2 || Math.abs(time - timesMs[i - 1]! - 10_000) <= 1));
});

test('after a partition the coordinator’s records have no gap, and live aggregates are unaffected', async () => {
  for (const [seed, coordinator] of [
    [0, 1],
    [1, 6],
  ] as const) {
    const mesh = await seeing(12, seed);
    const { skyeye } = mesh.peers[coordinator]!;
    skyeye.keepRecords();
    let round = 0;
    const measure = async (rounds: number) => {
      for (const last = round + rounds; round < last; round++) {
        for (const [i, peer] of mesh.peers.entries())
          peer!.skyeye.report({ 'cpu.free': cpuOf(i), 'load.1': round });
        for (let ms = 0; ms < 10_000; ms += 10) {
          mesh.clock.run(10);
          await null;
        }
      }
    };
    await measure(4);
    const half = mesh.peers.map((_, i) => i).filter((i) => i % 2 !== coordinator % 2);
    mesh.network.partition([half.map(hostOf)]);
    const fromMs = mesh.clock.elapsedMs();
    await measure(6);
    const holed = skyeye.records!.of(`peer-${half[0]}`)!;
    assert.ok(
      holed.every(({ atMs }) => atMs < fromMs + 1_000),
      'nothing comes through',
    );
    const toMs = mesh.clock.elapsedMs();
    mesh.network.heal();
    await measure(4);
    assert.ok(isSeenByAll(mesh), `seed ${seed}: the sums are those of now`);
    for (const i of half) {
      const kept = skyeye.records!.of(`peer-${i}`)!;
      const during = kept.filter(({ atMs }) => atMs > fromMs - 11_000 && atMs < toMs + 11_000);
      const load = attributes.findIndex(({ name }) => name === 'load.1');
      assert.deepEqual(
        during.map(({ values }) => values[load]),
        [3, 4, 5, 6, 7, 8, 9, 10, 11].slice(-during.length),
        `seed ${seed}: peer-${i}`,
      );
      assert.ok(during.length >= 8);
      for (const [j, { atMs }] of during.slice(1).entries())
        assert.ok(Math.abs(atMs - during[j]!.atMs - 10_000) < 200, `measured at ${atMs}`);
    }
    assert.ok(skyeye.records!.filled >= 6 * half.length);
  }
});

test('a coordinator follows the root: it has all readings, and answers without asking others', async () => {
  for (let seed = 0; seed < 3; seed++) {
    const mesh = await seeing(20, seed);
    const root = running(mesh)[0]!.directory.tree.root!;
    const i = mesh.peers.findIndex((peer) => peer!.id !== root);
    const { skyeye } = mesh.peers[i]!;
    const told = new Set<string>();
    skyeye.support.onReading.push(({ id }) => told.add(id));
    skyeye.support.follow();
    assert.ok(
      mesh.clock.runUntil(() => skyeye.support.copy()?.size === 20, 5_000, 20) !== null,
      `seed ${seed}`,
    );
    assert.equal(told.size, 20);
    // It persists, and changes arrive within a second.
    mesh.clock.run(30_000);
    mesh.peers[(i + 1) % 20]!.skyeye.report({ temperature: 99 });
    mesh.clock.run(1_000);
    const answer = await ask(mesh, i, '1 peer where temperature = 99');
    assert.equal(answer.peers[0]?.id, `peer-${(i + 1) % 20}`);
    assert.equal(answer.answeredBy, `peer-${i}`);
    assert.equal(answer.complete, 1);
    // The root crashes: it follows the next one.
    mesh.crash(Number(root.slice('peer-'.length)));
    assert.ok(
      mesh.clock.runUntil(() => skyeye.support.copy()?.size === 19, 5_000, 20) !== null,
      `seed ${seed}`,
    );
  }
});

test('an uninvited follower gets no queries, and does not displace invited ones', async () => {
  const mesh = await seeing(16, 4);
  const root = running(mesh).find(({ id, directory }) => directory.tree.root === id)!;
  const others = running(mesh).filter(({ id }) => id !== root.id && id !== 'peer-0');
  for (const { skyeye } of others.slice(0, 8)) skyeye.support.follow();
  mesh.clock.run(6_000);
  const { support } = root.skyeye;
  assert.deepEqual(
    others.map(({ id }) => support.serves(id)),
    others.map((_, i) => i < 8),
  );
  assert.equal(support.nextFollower(), null);
  const ninth = others.find(({ id }, i) => i >= 8 && root.switchboard.sessionOf(id) !== null)!;
  support.recruit(ninth.id);
  mesh.clock.run(2_000);
  assert.equal(support.nextFollower(), ninth.id);
});

test('a flood of queries: support peers answer some, the rest is refused, and every asker gets a reply', async () => {
  const mesh = await seeing(16, 3);
  const root = running(mesh).find(({ id, directory }) => directory.tree.root === id)!;
  const askers = running(mesh).filter(({ id }) => id !== root.id);
  let [answered, refused, asked] = [0, 0, 0];
  for (let ms = 0; ms < 3_000; ms += 10) {
    for (let i = 0; i < 10; i++) {
      asked++;
      const text = `1 peer where cpu.free > ${asked % 50} order by storage.free`;
      void askers[asked % askers.length]!.skyeye.query(text).then(({ problem, peers }) => {
        if (problem === null && peers.length === 1) answered++;
        else refused++;
      });
    }
    mesh.clock.run(10);
    await null;
  }
  for (let i = 0; i < 400; i++) {
    mesh.clock.run(10);
    await null;
  }
  const { counts } = root.skyeye.queries;
  assert.equal(answered + refused, asked);
  assert.ok(counts.handed > 500, `${counts.handed} handed on`);
  assert.ok(answered > 0.8 * asked, `${answered} of ${asked} answered, ${refused} refused`);
  // After the load, recruited peers stop following.
  assert.ok(running(mesh).some(({ skyeye }) => skyeye.support.isFollowing));
  mesh.clock.run(90_000);
  assert.ok(running(mesh).every(({ skyeye }) => !skyeye.support.isFollowing));
  // A single asker exceeds the rate: the others are still answered.
  const [greedy, modest] = askers;
  let [greedyRefused, modestAnswered] = [0, 0];
  for (let ms = 0; ms < 1_000; ms += 10) {
    for (let i = 0; i < 10; i++)
      void greedy!.skyeye.query(`1 peer where cpu.free > ${i} order by storage.free`).then(({ problem }) => {
        if (problem !== null) greedyRefused++;
      });
    if (ms % 100 === 0)
      void modest!.skyeye.query('1 peer order by cpu.free').then(({ problem }) => {
        if (problem === null) modestAnswered++;
      });
    mesh.clock.run(10);
    await null;
  }
  for (let i = 0; i < 300; i++) {
    mesh.clock.run(10);
    await null;
  }
  assert.ok(greedyRefused > 300, `${greedyRefused}`);
  assert.equal(modestAnswered, 10);
});

test('latencies are measured, or estimated between peers without a link; `near` queries use them', async () => {
  const mesh = await VirtualMesh.create({ peers: 16, seed: 12, latencyMs: [9, 11] });
  await mesh.startAll();
  for (let round = 0; round < 60; round++) {
    mesh.clock.run(10_000);
    if (round % 6 === 0) reportAll(mesh);
  }
  reportAll(mesh);
  mesh.clock.run(15_000);
  const { latency } = mesh.peers[2]!.skyeye.view()!.attributes;
  assert.equal(latency!.count, 15, 'all but the root have a parent');
  assert.ok(latency!.min > 17 && latency!.max < 23, JSON.stringify(latency));
  const answer = await ask(mesh, 5, '15 peers where id != peer-9 near peer-9');
  assert.equal(answer.problem, null);
  assert.equal(answer.peers.length, 15);
  const estimates = answer.peers.map(({ latencyMs }) => latencyMs!);
  assert.deepEqual(
    estimates,
    estimates.toSorted((a, b) => a - b),
  );
  const off = estimates.map((ms) => Math.abs(ms - 20) / 20).sort((a, b) => a - b);
  assert.ok(off[7]! < 0.25, `half of them are off by more than ${off[7]}`);
  assert.ok(answer.peers.every(({ isMeasured }) => !isMeasured));
  // `measured`: the peer of `near` measures; it is the nearest itself, and no more peers than requested are returned.
  const { peers } = await ask(mesh, 5, '4 peers near peer-9 measured');
  assert.deepEqual([peers[0]!.id, peers[0]!.latencyMs, peers.length], ['peer-9', 0, 4]);
  for (const { id, latencyMs, isMeasured } of peers.slice(1))
    assert.ok(isMeasured && latencyMs! > 17 && latencyMs! < 23, `${id}: ${latencyMs}`);
  // Links are expensive: measurements are rate-limited per asker; beyond that, estimates are returned.
  for (let i = 0; i < 5; i++) await ask(mesh, 5, '1 peer near peer-9 measured');
  const late = await ask(mesh, 5, '3 peers where id != peer-9 near peer-9 measured');
  assert.ok(late.peers.length === 3 && late.peers.every(({ isMeasured }) => !isMeasured));
  assert.match(late.problem ?? '', /^peer-9 has measured nothing.*too often/);
  const lost = await ask(mesh, 5, '2 peers near "no body" measured');
  assert.match(lost.problem ?? '', /no peer is called no body/);
  // A peer that has just gone keeps its estimate, though it was measured before.
  mesh.clock.run(60_000);
  const { tree } = mesh.peers[5]!.directory;
  // A leaf: no question goes through it.
  const gone = peers.slice(1).find(({ id }) => tree.childrenOf(id).length === 0)!;
  mesh.peers.find((peer) => peer!.id === gone.id)!.kill();
  const { peers: without } = await ask(mesh, 5, '4 peers near peer-9 measured');
  assert.ok(without.every(({ id, isMeasured }) => isMeasured === (id !== gone.id)));
});

// The simulator: its event queue, its tree, its reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionOf, Tree } from '@eyrie/mesh';
import { SeededRandom, VirtualClock } from '@eyrie/mesh/virtual';
import fc from 'fast-check';
import type { SimulateSettings } from '../src/simulate/settings.ts';
import { Simulation } from '../src/simulate/simulation.ts';
import { VirtualTree } from '../src/simulate/tree.ts';
import { Wheel } from '../src/simulate/wheel.ts';

test('the timing wheel runs the same events as a heap, in the same order', () => {
  const delays = fc.oneof(fc.nat(50), fc.nat(40_000), fc.nat(200_000_000));
  const plan = fc.array(fc.record({ delayMs: delays, isCancelled: fc.boolean(), againMs: delays }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(plan, (events) => {
      const play = (clock: VirtualClock | Wheel<string>) => {
        const said: string[] = [];
        for (const [i, { delayMs, isCancelled, againMs }] of events.entries()) {
          const cancel = clock.after(delayMs, () => {
            said.push(`${i} at ${clock.elapsedMs()}`);
            clock.after(againMs, () => said.push(`${i} again at ${clock.elapsedMs()}`));
          });
          if (isCancelled) clock.after(delayMs >> 1, cancel);
        }
        clock.run(30_000);
        clock.run(100_000);
        return said;
      };
      const wheel = new Wheel<string>(() => {});
      assert.deepEqual(play(wheel), play(new VirtualClock()));
      assert.equal(wheel.elapsedMs(), 130_000);
    }),
    { numRuns: 100 },
  );
});

test('the timing wheel delivers messages; a late cancel does not affect another event', () => {
  const arrived: string[] = [];
  const wheel = new Wheel<string>((to, from, payload) =>
    arrived.push(`${from} to ${to}: ${payload} at ${wheel.elapsedMs()}`),
  );
  const cancel = wheel.after(1, () => {});
  wheel.run(1);
  wheel.post(4.2, 2, 1, 'hello');
  cancel();
  wheel.post(20_000, 3, 1, 'later');
  assert.equal(wheel.pending, 2);
  wheel.run(30_000);
  assert.deepEqual(arrived, ['1 to 2: hello at 6', '1 to 3: later at 20001']);
  assert.equal(wheel.pending, 0);
});

test('the simulated tree equals the tree of the mesh under random joins and departures', () => {
  for (const branching of [2, 3, 4, 8, 16]) {
    const count = 150;
    const ids = Array.from({ length: count }, (_, i) => `peer-${i}`);
    const ours = new VirtualTree(Float64Array.from(ids, positionOf), branching);
    const theirs = new Tree(branching);
    const random = new SeededRandom(branching);
    for (let step = 0; step < 600; step++) {
      const peer = Math.floor(random.fraction() * count);
      const parents = ours.parent.slice();
      ours.touched.length = 0;
      if (theirs.has(ids[peer]!)) {
        ours.delete(peer);
        theirs.delete(ids[peer]!);
      } else {
        ours.add(peer);
        theirs.add(ids[peer]!);
      }
      for (const [i, parent] of parents.entries())
        if (ours.parent[i] !== parent) assert.ok(ours.touched.includes(i), 'peers that moved are listed');
      if (step % 10 !== 0) continue;
      assert.equal(ours.size, theirs.size);
      assert.equal(ids[ours.root] ?? null, theirs.root);
      for (const [i, id] of ids.entries()) {
        assert.equal(ids[ours.parent[i]!] ?? null, theirs.parentOf(id));
        assert.equal(ours.depthOf(i), theirs.pathTo(id).length);
        const children: string[] = [];
        ours.eachChild(i, (child) => children.push(ids[child]!));
        assert.deepEqual(children, theirs.childrenOf(id));
      }
    }
  }
});

const settings: SimulateSettings = {
  peers: 200,
  branching: 8,
  seed: 7,
  durationMs: 180_000,
  intervalMs: 10_000,
  latencyMs: [5, 60],
  lossRate: 0,
  churnPerMin: 0,
  partition: null,
  detailMax: 1024,
  queriesPerS: 0,
};
const simulated = (changes: Partial<SimulateSettings>, threads = 1) =>
  new Simulation({ ...settings, ...changes }, threads).run();

test('without churn every peer has exact sums of all peers', async () => {
  for (const peers of [1, 2, 9, 200]) {
    const report = await simulated({ peers });
    assert.equal(report.informed.worst, 1);
    assert.equal(report.complete.worst, 1);
    for (const name of ['peers', 'cpu.cores', 'memory.total'])
      assert.equal(report.errors[name]!.worst, 0, name);
    assert.ok(report.errors['cpu.used']!.mean < 0.05);
    assert.ok(report.viewAgeMs.worst < 12_000);
  }
});

test('the same seed gives the same report to the byte with one thread and with two; another seed another', async () => {
  const partition = { share: 0.3, fromMs: 30_000, forMs: 15_000 };
  const busy = {
    peers: 100,
    churnPerMin: 0.5,
    queriesPerS: 2,
    lossRate: 0.02,
    durationMs: 60_000,
    partition,
  };
  const first = JSON.stringify(await simulated(busy));
  assert.equal(JSON.stringify(await simulated(busy, 2)), first);
  assert.notEqual(JSON.stringify(await simulated({ ...busy, seed: 8 })), first);
});

test('of a few peers all may be away for a time: the simulation goes on', async () => {
  const report = await simulated({ peers: 1, churnPerMin: 2, durationMs: 300_000, seed: 3 });
  assert.equal(Math.min(...report.moments.map(({ running }) => running)), 0);
});

test('with churn and loss all running peers have a view, and it stays close to the truth', async () => {
  const report = await simulated({ churnPerMin: 0.1, lossRate: 0.05, durationMs: 600_000 });
  assert.ok(report.departures > 100);
  assert.ok(report.lostSegments > 0);
  assert.ok(report.informed.mean > 0.99, String(report.informed.mean));
  assert.ok(report.errors.peers!.mean < 0.01, String(report.errors.peers!.mean));
  assert.equal(report.moments.at(-1)!.running, 200);
});

test('a partitioned network has two correct views, and a single one after healing', async () => {
  const partition = { share: 0.3, fromMs: 60_000, forMs: 60_000 };
  // Also with aggregates low in the tree: a peer that moved must not count at its old place as well.
  for (const detailMax of [1024, 20]) {
    const report = await simulated({ peers: 300, detailMax, partition, durationMs: 200_000 });
    const at = (atS: number) => report.moments.find((each) => each.atS === atS)!;
    assert.ok(at(60).peersError.max > 0, 'the cut has not been noticed yet');
    for (const atS of [50, 90, 110, 150, 200])
      assert.equal(
        at(atS).peersError.max,
        0,
        `all views are correct after ${atS} s, with up to ${detailMax} readings in detail`,
      );
  }
});

test('queries are answered completely, also if no peer has all readings in detail', async () => {
  for (const detailMax of [1024, 20]) {
    const { queries } = await simulated({ peers: 200, detailMax, queriesPerS: 5, durationMs: 90_000 });
    assert.ok(queries.asked > 200);
    assert.equal(queries.success, 1, JSON.stringify(queries.problems));
    assert.equal(queries.present, 1);
    assert.equal(queries.countError.max, 0);
    assert.ok(queries.hops.mean > 0.5 && queries.hops.max < 8);
  }
});

test('queries are answered completely in a deep tree, where an answer takes seconds', async () => {
  const deep = { peers: 600, branching: 2, detailMax: 4, latencyMs: [10, 100] as [number, number] };
  const { queries, depth } = await simulated({ ...deep, queriesPerS: 4, durationMs: 60_000 });
  assert.ok(depth.max >= 11, `${depth.max} levels`);
  assert.ok(queries.asked > 100);
  assert.equal(queries.success, 1, JSON.stringify(queries.problems));
});

test('coordinates estimate the latency between any two peers, and queries find near ones', async () => {
  const report = await simulated({ queriesPerS: 1, durationMs: 900_000 });
  const at = (atS: number) => report.moments.find((each) => each.atS === atS)!.latencyError;
  assert.ok(report.latencyError.p50 < 0.25, `off by ${report.latencyError.p50} at p50`);
  // With measurements of neighbours alone, estimates would get worse with time.
  assert.ok(at(900).p50 < 1.1 * at(300).p50, `${at(300).p50} after 5 minutes, ${at(900).p50} after 15`);
  const { foundMs, trueMs, measured } = report.queries.nearest;
  assert.ok(foundMs.count > 100);
  assert.ok(
    measured.foundMs.p50 < 0.8 * foundMs.p50,
    `measured ${measured.foundMs.p50}, estimated ${foundMs.p50}`,
  );
  assert.ok(trueMs.p50 <= foundMs.p50);
  const meanMs = (settings.latencyMs[0] + settings.latencyMs[1]) / 2;
  assert.ok(foundMs.p50 < 0.8 * meanMs, `${foundMs.p50} ms away, the nearest is ${trueMs.p50}`);
});

test('with aggregates, a peer that joins between two others makes none of them count twice', async () => {
  const report = await simulated({ detailMax: 8, churnPerMin: 0.2, durationMs: 300_000 });
  assert.ok(report.errors.peers!.mean < 0.03, `off by ${report.errors.peers!.mean}`);
  assert.ok(report.moments.slice(-5).some(({ peersError }) => peersError.mean < 0.02));
});

// SkyEye with more peers than are known individually, and with invalid reports: on a virtual clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Below } from '../src/skyeye/below.ts';
import { supportMessage, treeMessage } from '../src/skyeye/codec.ts';
import {
  type Answer,
  indexOf,
  type Message,
  Queries,
  type QueryMessage,
  SkyEye,
} from '../src/skyeye/index.ts';
import { queryMessage } from '../src/skyeye/query/messages.ts';
import { SketchMaker } from '../src/skyeye/sketch.ts';
import { decode, encode, WireError } from '../src/wire/schema.ts';
import { Grove } from './support/grove.ts';

/** Adds queries to a grove. */
function queriesOf(grove: Grove): Map<string, Queries> {
  const all = new Map<string, Queries>();
  const { clock, random, tree } = grove;
  for (const [id, peer] of grove.peers) {
    const send = (to: string, message: QueryMessage) =>
      void clock.after(1 + random.fraction() * 4, () => {
        if (tree.has(to)) all.get(to)!.take(id, decode(queryMessage, encode(queryMessage, message)));
      });
    const world = {
      id,
      parent: () => tree.parentOf(id),
      isRoot: () => tree.root === id,
      isChild: (other: string) => tree.parentOf(other) === id,
      alive: () => tree.size,
      away: () => 0,
      levels: () => tree.levels,
      roleOf: (other: string) =>
        other === 'nobody' ? 'unknown' : other.endsWith('0') ? 'coordinator' : 'peer',
      isUnder: (other: string, above: string) => tree.pathTo(other).includes(above),
      send,
    };
    all.set(id, new Queries({ clock, random, log: () => {} }, world, peer.below));
  }
  return all;
}

async function ask(grove: Grove, queries: Map<string, Queries>, from: string, text: string): Promise<Answer> {
  let answer: Answer | null = null;
  void queries
    .get(from)!
    .ask(text)
    .then((given) => {
      answer = given;
    });
  for (let i = 0; i < 15_000 && answer === null; i++) {
    grove.clock.run(1);
    await null;
  }
  assert.ok(answer !== null, 'no answer');
  return answer;
}

const report = (grove: Grove, i: number) =>
  grove.peers.get(`peer-${i}`)!.report({
    ...{ 'cpu.free': (i * 37) % 101, 'storage.free': 1e9 * ((i * 13) % 1000), 'load.1': (i % 40) / 10 },
    ...{ 'coordinate.x': (i * 31) % 100, 'coordinate.y': (i * 17) % 100, 'coordinate.height': i % 5 },
  });

function grown(count: number, detailMax: number): Grove {
  const grove = new Grove(count, count, { detailMax });
  for (const peer of grove.peers.values()) peer.start();
  for (let i = 0; i < count; i++) report(grove, i);
  grove.clock.run(60_000);
  return grove;
}

test('the best peers are exact in a mesh known only in aggregate', async () => {
  const count = 600;
  const grove = grown(count, 12);
  const queries = queriesOf(grove);
  assert.ok(grove.root.below.inSum > 4, 'sums only');
  assert.equal(grove.root.view!.peers, count);
  const all = Array.from({ length: count }, (_, i) => i);
  const cpu = (i: number) => (i * 37) % 101;
  const storage = (i: number) => (i * 13) % 1000;
  for (let round = 0; round < 12; round++) {
    const [least, from] = [round * 8, `peer-${(round * 97) % count}`];
    const expected = all
      .filter((i) => storage(i) >= 100 && cpu(i) < 100 - least)
      .sort((a, b) => cpu(b) - cpu(a) || (`peer-${a}` < `peer-${b}` ? -1 : 1))
      .slice(0, 5);
    const text = `5 peers where storage.free >= 100GB and cpu.free < ${100 - least} order by cpu.free`;
    const answer = await ask(grove, queries, from, text);
    assert.deepEqual(
      answer.peers.map(({ id }) => id),
      expected.map((i) => `peer-${i}`),
    );
    assert.equal(answer.looked, count);
    assert.equal(answer.complete, 1);
    assert.equal(answer.matched, all.filter((i) => storage(i) >= 100 && cpu(i) < 100 - least).length);
  }
  // Near a peer whose reading the root does not have.
  const near = await ask(grove, queries, 'peer-7', '4 peers near peer-123');
  const distance = (i: number) =>
    i === 123
      ? 0
      : Math.hypot(((i * 31) % 100) - ((123 * 31) % 100), ((i * 17) % 100) - ((123 * 17) % 100)) +
        (i % 5) +
        (123 % 5);
  const closest = all.map(distance).sort((a, b) => a - b);
  assert.equal(near.problem, null);
  for (const [i, { latencyMs }] of near.peers.entries()) assert.ok(Math.abs(latencyMs! - closest[i]!) < 1e-3);
  // Bounds on the distance leave out no subtree with someone so near, the peer itself among them.
  for (const withinMs of [1, 12, 40]) {
    const within = await ask(grove, queries, 'peer-7', `count where latency < ${withinMs}ms near peer-123`);
    const expected = all.filter((i) => distance(i) < withinMs).length;
    assert.equal(within.groups[0]!.peers, expected, `${withinMs} ms`);
  }
  const lost = await ask(grove, queries, 'peer-7', '4 peers near nobody');
  assert.match(lost.problem!, /no peer is called nobody/);
});

test('figures over many peers are exact, and ask no subtree that bounds decide', async () => {
  const count = 500;
  const grove = grown(count, 10);
  const queries = queriesOf(grove);
  const cpu = Array.from({ length: count }, (_, i) => (i * 37) % 101);
  const sent = grove.sent;
  const whole = await ask(
    grove,
    queries,
    grove.tree.root!,
    'count, sum(cpu.free), max(cpu.free), p50(cpu.free)',
  );
  assert.ok(grove.sent - sent < 60, 'the root knows it already');
  const [figures] = whole.groups;
  assert.equal(figures!.figures.count, count);
  assert.equal(
    figures!.figures['sum(cpu.free)'],
    cpu.reduce((a, b) => a + b, 0),
  );
  assert.equal(figures!.figures['max(cpu.free)'], Math.max(...cpu));
  const median = cpu.toSorted((a, b) => a - b)[Math.ceil(count / 2) - 1]!;
  assert.ok(Math.abs(figures!.figures['p50(cpu.free)']! - median) < 0.05 * median);
  const half = await ask(grove, queries, 'peer-3', 'count, avg(cpu.free) where cpu.free >= 50 by role');
  for (const { group, figures } of half.groups) {
    const members = cpu.filter((free, i) => free >= 50 && `${i}`.endsWith('0') === (group === 'coordinator'));
    assert.equal(figures.count, members.length);
    assert.ok(
      Math.abs(figures['avg(cpu.free)']! - members.reduce((a, b) => a + b, 0) / members.length) < 1e-9,
    );
  }
});

test('a subtree that does not answer is reported as missing in the answer', async () => {
  const grove = grown(300, 8);
  const queries = queriesOf(grove);
  const root = grove.tree.root!;
  const child = grove.tree
    .childrenOf(root)
    .find((id) => grove.root.below.children.get(id)!.aggregate !== null)!;
  const dumb = queries.get(child)!;
  dumb.take = () => {};
  const answer = await ask(grove, queries, root, '3 peers where load.1 < 3.5 order by cpu.free');
  assert.match(answer.problem!, /\d+ peers did not answer in time/);
  assert.ok(answer.looked < 300 && answer.complete < 1);
});

test('with aggregates, peers below a dead coordinator are missing for seconds only', () => {
  const grove = grown(400, 10);
  const victim = grove.tree
    .childrenOf(grove.tree.root!)
    .find((id) => grove.root.below.children.get(id)!.aggregate !== null)!;
  grove.kill(victim);
  let least = 400;
  for (let ms = 0; ms < 10_000; ms += 50) {
    grove.clock.run(50);
    least = Math.min(least, grove.root.view!.peers);
  }
  assert.equal(grove.root.view!.peers, 399);
  assert.ok(least > 330, `only ${least} in between`);
});

test('two peers with one name count as one, and requests to start over end', () => {
  const grove = new Grove(40, 9);
  for (const peer of grove.peers.values()) peer.start();
  const id = grove.tree.ids.find((each) => grove.tree.childrenOf(each).length === 0)!;
  const parent = grove.tree.parentOf(id)!;
  const twin = new SkyEye(
    { clock: grove.clock, random: grove.random, log: () => {} },
    {
      id,
      parent: () => parent,
      isRoot: () => false,
      isBelow: () => false,
      isChild: () => false,
      alive: () => 40,
      counts: () => true,
      send: (to: string, message: Message) =>
        void grove.clock.after(2, () => grove.peers.get(to)!.take(id, message)),
    },
  );
  twin.start();
  for (let i = 0; i < 40; i++) report(grove, i);
  const before = grove.sent;
  for (let round = 0; round < 12; round++) {
    twin.report({ 'cpu.free': 11 });
    grove.peers.get(id)!.report({ 'cpu.free': 77 });
    grove.clock.run(10_000);
  }
  assert.equal(grove.root.view!.peers, 40);
  const free = grove.root.view!.summaries[indexOf('cpu.free')]!;
  assert.equal(free.count, 40);
  assert.ok(grove.sent - before < 40 * 12 * 12, `${grove.sent - before} messages`);
});

test('random message loss: missing reports are requested again, and the view becomes exact', () => {
  for (let seed = 0; seed < 4; seed++) {
    const grove = new Grove(80, seed, { detailMax: seed % 2 === 0 ? 1024 : 9 });
    for (const peer of grove.peers.values()) peer.start();
    grove.onWay = (_from, _to, message) => (grove.random.fraction() < 0.2 ? null : message);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 80; i++) report(grove, (i + round) % 80);
      grove.clock.run(10_000);
    }
    grove.onWay = (_from, _to, message) => message;
    for (let i = 0; i < 80; i++) report(grove, i);
    grove.clock.run(45_000);
    for (const peer of grove.peers.values()) {
      assert.equal(peer.view!.peers, 80, `seed ${seed}`);
      const sum = peer.view!.summaries[indexOf('cpu.free')]!.sum;
      assert.equal(
        sum,
        Array.from({ length: 80 }, (_, i) => (i * 37) % 101).reduce((a, b) => a + b, 0),
        `seed ${seed}`,
      );
    }
  }
});

// --- invalid reports

const anyBytes = fc.uint8Array({ maxLength: 400 });

test('arbitrary bytes make decoders throw only WireError', () => {
  const grove = grown(60, 6);
  const real: Uint8Array[] = [];
  grove.onWay = (_from, _to, message) => {
    if (real.length < 40) real.push(encode(treeMessage, message));
    return message;
  };
  for (let i = 0; i < 60; i++) report(grove, i);
  grove.clock.run(3_000);
  const damaged = fc
    .record({ message: fc.constantFrom(...real), at: fc.nat(), byte: fc.nat(255), cut: fc.nat() })
    .map(({ message, at, byte, cut }) => {
      const bytes = Uint8Array.from(message);
      bytes[at % bytes.length] = byte;
      return bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
    });
  const below = new Below('peer-0', 1024, () => true);
  fc.assert(
    fc.property(fc.oneof(anyBytes, damaged), (bytes) => {
      for (const codec of [treeMessage, queryMessage, supportMessage]) {
        try {
          const message = decode(codec as typeof treeMessage, bytes);
          if (message.kind === 'report') below.take('peer-1', { ...message, number: 0 }, 1000, 0);
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }
      const sum = below.sum(0);
      assert.ok(
        sum.stats.every((each) => each === null || (each.count <= sum.peers && each.min <= each.max)),
      );
      assert.ok(below.peers <= 100_000);
    }),
    { numRuns: 2_000 },
  );
});

test('impossible aggregates are refused: too many peers, means outside the bounds', () => {
  const grove = grown(60, 6);
  const root = grove.root;
  const child = [...root.below.children.values()].find(({ aggregate }) => aggregate !== null)!;
  const honest = child.aggregate!;
  const cpu = indexOf('cpu.free');
  const lie = (change: object) => {
    const stats = honest.stats.map((each, i) => (i === cpu ? { ...each!, ...change } : each));
    return { ...honest, stats };
  };
  const before = root.below.refused.reports;
  const lies = [
    { ...honest, peers: 1e6 },
    lie({ max: 5e9 }),
    lie({ sum: 1e12 }),
    lie({ count: honest.peers + 5 }),
    lie({ squares: -1 }),
    lie({ min: 90, max: 10 }),
  ];
  for (const aggregate of lies)
    root.take(child.id, { kind: 'report', number: 0, isUrgent: true, removed: [], entries: [], aggregate });
  assert.equal(root.below.refused.reports - before, lies.length);
  grove.clock.run(60_000);
  for (const summary of [root.view!.summaries[cpu]!])
    assert.ok(summary.max <= 100 && summary.sum <= 100 * summary.count);
});

test('sketches merged in any order equal the sketch of all values; the error is bounded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 5 }),
      (values, parts) => {
        const maker = new SketchMaker();
        for (const value of values) maker.add(value);
        const whole = maker.finish();
        const pieces = Array.from({ length: parts }, (_, part) => {
          for (const value of values.filter((_, i) => i % parts === part)) maker.add(value);
          return maker.finish();
        });
        for (const piece of pieces.reverse()) maker.merge(piece);
        const joined = maker.finish();
        assert.equal(
          joined.counts.reduce((a, b) => a + b, 0),
          values.length,
        );
        assert.ok(joined.keys.length <= 128);
        assert.ok(joined.level >= whole.level - 1);
      },
    ),
    { numRuns: 200 },
  );
});

test('a peer that cannot decode a query reports so by name', () => {
  const grove = grown(3, 100);
  const queries = queriesOf(grove);
  const got: QueryMessage[] = [];
  queries.get('peer-1')!.take = (_from, message) => void got.push(message);
  const question = '2 peers by moonlight';
  queries.get('peer-0')!.take('peer-1', {
    ...{ kind: 'query', number: 7, asker: 'peer-1', question, near: null, hops: 0, proof: null },
  });
  grove.clock.run(100);
  assert.ok(got[0]?.kind === 'answer');
  assert.match(got[0].problem!, /^peer-0 cannot read this query, perhaps it is of another version: at 9: /);
});

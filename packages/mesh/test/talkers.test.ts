// Heavy hitters: summaries that stay within their error bound, up the tree and back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Peer } from '../src/peer/peer.ts';
import { heavyOf, mergedHeavy, Talkers, talkMessage } from '../src/skyeye/talkers.ts';
import { SeededRandom, VirtualClock, VirtualMesh } from '../src/virtual/index.ts';
import { decode, encode, WireError } from '../src/wire/schema.ts';

const running = (mesh: VirtualMesh) => mesh.peers.filter((peer): peer is Peer => peer !== null);
const heavy = (name: string, rate: number) => ({ name, rate });

test('merged in any order, no rate is overestimated, or underestimated by more than the stated bound', () => {
  const told = fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 1_000 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(told, { minLength: 1, maxLength: 8 }), fc.boolean(), (parts, isPairwise) => {
      const truth = new Map<string, number>();
      for (const [name, rate] of parts.flat()) truth.set(`n${name}`, (truth.get(`n${name}`) ?? 0) + rate);
      const sums = parts.map((part) => heavyOf(part.map(([name, rate]) => heavy(`n${name}`, rate))));
      const sum = isPairwise ? sums.reduce((all, each) => mergedHeavy([all, each])) : mergedHeavy(sums);
      assert.ok(sum.items.length <= 32);
      const said = new Map(sum.items.map(({ name, rate }) => [name, rate]));
      for (const [name, rate] of truth) {
        const is = said.get(name) ?? 0;
        assert.ok(is <= rate && is >= rate - sum.shortBy, `${name}: ${is} of ${rate}, ${sum.shortBy}`);
      }
    }),
  );
});

test('names with control characters and impossible rates are refused', () => {
  assert.deepEqual(heavyOf([heavy('\u001b[2J', 5), heavy('', 5), heavy('ok.example', Number.NaN)]).items, []);
  assert.deepEqual(heavyOf([heavy('Böse.例え', 5)]).items, [heavy('Böse.例え', 5)]);
  const addresses = { items: [], shortBy: 0 };
  const names = { items: [heavy('a', -1)], shortBy: 0 };
  const bytes = encode(talkMessage, { isWhole: false, peers: 1, names, addresses });
  assert.throws(() => decode(talkMessage, bytes), WireError);
});

test('every peer knows the heaviest traffic of the reporting peers; stale reports expire', async () => {
  const mesh = await VirtualMesh.create({ peers: 14, seed: 3 });
  await mesh.startAll();
  const tell = (i: number) =>
    mesh.peers[i]!.skyeye.talkers.report({
      names: [heavy('shared.example', 10), heavy(`own-${i}.example`, i)],
      addresses: [heavy('192.0.2.1', 100)],
    });
  const pass = (ms: number, tellers: readonly number[]) => {
    for (let i = 0; i < ms; i += 5_000) {
      for (const each of tellers) tell(each);
      mesh.clock.run(5_000);
    }
  };
  pass(60_000, []);
  assert.ok(running(mesh).every(({ skyeye }) => skyeye.talkers.whole() === null));
  pass(80_000, [2, 5, 9]);
  for (const { id, skyeye } of running(mesh)) {
    const whole = skyeye.talkers.whole()!;
    assert.equal(whole.peers, 3, id);
    assert.deepEqual(
      whole.names.items,
      [
        heavy('shared.example', 30),
        heavy('own-9.example', 9),
        heavy('own-5.example', 5),
        heavy('own-2.example', 2),
      ],
      id,
    );
    assert.deepEqual(whole.addresses, { items: [heavy('192.0.2.1', 300)], shortBy: 0 });
  }
  mesh.peers[5]!.skyeye.talkers.report(null);
  pass(120_000, [2]);
  for (const { skyeye } of running(mesh)) assert.equal(skyeye.talkers.whole()!.peers, 1);
  pass(150_000, []);
  assert.ok(running(mesh).every(({ skyeye }) => skyeye.talkers.whole() === null));
});

test('a peer that starts or stops reporting is known to all within seconds', async () => {
  const mesh = await VirtualMesh.create({ peers: 14, seed: 3 });
  await mesh.startAll();
  mesh.clock.run(20_000);
  const { talkers } = mesh.peers[9]!.skyeye;
  talkers.report({ names: [heavy('own.example', 5)], addresses: [] });
  mesh.clock.run(5_000);
  const told = () => running(mesh).filter(({ skyeye }) => skyeye.talkers.whole() !== null).length;
  assert.equal(told(), 14);
  talkers.report(null);
  mesh.clock.run(5_000);
  assert.equal(told(), 0);
});

test('repeated summaries from above are forwarded at a limited rate', () => {
  const clock = new VirtualClock();
  let sent = 0;
  const talkers = new Talkers(
    { clock, random: new SeededRandom(1), log: () => {} },
    {
      ...{ parent: () => 'above', isRoot: () => false, isChild: () => true, children: () => ['a', 'b'] },
      ...{ alive: () => 9, counts: () => true, send: () => void sent++ },
    },
  );
  const nothing = { items: [], shortBy: 0 };
  const said = { isWhole: true, peers: 1, names: heavyOf([heavy('x', 1)]), addresses: nothing };
  for (let i = 0; i < 1_000; i++) {
    talkers.take('above', said);
    clock.run(10);
  }
  assert.ok(sent >= 4 && sent <= 10, `${sent}`);
  assert.equal(talkers.whole()?.peers, 1);
});

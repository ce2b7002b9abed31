// The aggregating tree, on a virtual clock: what each seed decides is repeated by it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aged, aggregateOf } from '../src/skyeye/aggregate.ts';
import { nothingKnown, readingOf } from '../src/skyeye/attributes.ts';
import { Below } from '../src/skyeye/below.ts';
import { treeMessage } from '../src/skyeye/codec.ts';
import type { Summary } from '../src/skyeye/index.ts';
import { indexOf } from '../src/skyeye/index.ts';
import type { Picture } from '../src/skyeye/messages.ts';
import { parseQuery } from '../src/skyeye/query/index.ts';
import { known } from '../src/skyeye/query/prune.ts';
import { canBe } from '../src/skyeye/query/queries.ts';
import type { Held } from '../src/skyeye/readings.ts';
import { followed, messageOf, pictureOf, shownView, type View } from '../src/skyeye/view.ts';
import { decode, encode } from '../src/wire/schema.ts';
import { Grove } from './support/grove.ts';
import { tableOf } from './support/table.ts';

const CPU = indexOf('cpu.free');
const FREE = indexOf('storage.free');
const measured = (random: { fraction(): number }) => {
  const used = random.fraction() * 100;
  return {
    'cpu.used': used,
    'cpu.free': 100 - used,
    'storage.free': Math.floor(random.fraction() * 1e12),
    uptime: 1e6,
  };
};
const reportAll = (grove: Grove) => {
  for (const peer of grove.peers.values()) peer.report(measured(grove.random));
};

function assertExact(grove: Grove, view: View | null, message = ''): void {
  assert.ok(view !== null);
  const values = [...grove.tree.ids].map((id) => grove.peers.get(id)!.below.readings.get(id)!.values);
  assert.equal(view.peers, values.length, `${message}: peers`);
  for (const index of [CPU, FREE]) {
    const all = values
      .map((each) => each[index]!)
      .filter((each) => !Number.isNaN(each))
      .sort((a, b) => a - b);
    const said: Summary = view.summaries[index]!;
    const sum = all.reduce((a, b) => a + b, 0);
    const mean = sum / all.length;
    const sd = Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length);
    assert.equal(said.count, all.length, message);
    assert.ok(Math.abs(said.sum - sum) <= 1e-9 * sum, `${message}: sum`);
    assert.equal(said.min, all[0], message);
    assert.equal(said.max, all.at(-1), message);
    assert.ok(Math.abs(said.sd - sd) <= 1e-6 * sd, `${message}: sd ${said.sd}, not ${sd}`);
    for (const [name, part] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const) {
      const exact = all[Math.ceil(part * all.length) - 1]!;
      assert.ok(
        Math.abs(said[name] - exact) <= 0.06 * exact + 1e-3,
        `${message}: ${name} ${said[name]}, not ${exact}`,
      );
    }
  }
}

test('every peer knows the sums of all, exactly', () => {
  for (const [count, detailMax] of [
    [1, 1024],
    [2, 1024],
    [9, 1024],
    [200, 1024],
    [300, 20],
    [500, 3],
  ] as const) {
    const grove = new Grove(count, count, { detailMax, heartbeatMs: 0 });
    for (let round = 0; round < 3; round++) {
      reportAll(grove);
      grove.clock.run(20_000);
    }
    reportAll(grove);
    grove.clock.run(25_000);
    reportAll(grove);
    grove.clock.run(25_000);
    for (const id of grove.tree.ids)
      assertExact(grove, grove.peers.get(id)!.view, `${count}, ${detailMax}, ${id}`);
  }
});

test('messages survive a round trip through the codec', () => {
  const grove = new Grove(120, 3, { detailMax: 12 });
  const kinds = new Set<string>();
  grove.onWay = (_from, _to, message) => {
    kinds.add(message.kind + ('aggregate' in message ? (message.aggregate === null ? '' : ' sum') : ''));
    return decode(treeMessage, encode(treeMessage, message));
  };
  for (const peer of grove.peers.values()) peer.start();
  for (let round = 0; round < 4; round++) {
    reportAll(grove);
    grove.clock.run(10_000);
  }
  grove.clock.run(25_000);
  assert.deepEqual([...kinds].sort(), ['report', 'report sum', 'view']);
  for (const id of grove.tree.ids) assertExact(grove, grove.peers.get(id)!.view, id);
  const shown = shownView(grove.root.view!, grove.clock.elapsedMs());
  assert.equal(shown.complete, 1);
  assert.equal(shown.attributes['cpu.free']!.count, 120);
  assert.equal(shown.top['cpu.free']!.most.length, 3);
});

test('a change is in the view of the root within a second, at a thousand peers', () => {
  const grove = new Grove(1000, 5);
  reportAll(grove);
  grove.clock.run(30_000);
  for (let i = 0; i < 20; i++) {
    const id = `peer-${(i * 389) % 1000}`;
    const alarm = { 'cpu.used': 1, 'cpu.free': 99, temperature: 100 + i };
    grove.peers.get(id)!.report(alarm);
    // The others go on meanwhile.
    for (let other = i; other < 1000; other += 20)
      if (`peer-${other}` !== id) grove.peers.get(`peer-${other}`)!.report(measured(grove.random));
    const tookMs = grove.clock.runUntil(
      () => grove.root.view!.summaries[indexOf('temperature')]?.max === 100 + i,
      5_000,
      1,
    );
    assert.ok(tookMs !== null && tookMs <= 1_000, `change ${i}: ${tookMs} ms`);
    grove.clock.run(500);
  }
});

test('a child that lies costs its parent neither time nor memory', () => {
  const below = new Below('parent', 16, () => true);
  const report = { kind: 'report', isUrgent: false, removed: [], entries: [], aggregate: null } as const;
  assert.equal(below.take('liar', { ...report, number: 0, removed: [2 ** 32 - 2, 2 ** 40] }, 20, 1), 'taken');
  assert.equal(below.child('liar').numbered.length, 0, 'numbers that were never given are not kept');
  for (let i = 1; i < 200; i++) {
    const entry = {
      number: 0,
      id: `made-up-${i}`,
      ageMs: 0,
      mask: null,
      values: nothingKnown,
      before: null,
    };
    below.take('liar', { ...report, number: i, removed: [0], entries: [entry] }, 20, 1);
  }
  assert.equal(below.readings.size, 40);
  const sum = { ...aggregateOf(tableOf([]), 1), peers: 2, agesMs: 1.7e308, oldestMs: 3_600_000 };
  for (const child of ['one', 'two'])
    assert.equal(below.take(child, { ...report, number: 0, aggregate: sum }, 20, 1), 'taken');
  assert.equal(below.sum(1).agesMs, 4 * 3_600_000, 'two such ages would be no number any more');
  const none = { ...sum, agesMs: Number.NaN };
  assert.equal(below.take('two', { ...report, number: 0, aggregate: none }, 20, 1), 'ignored');
  assert.equal(below.sum(1).agesMs, 2 * 3_600_000);
});

test('a child that lies about ages does not discredit its parent', () => {
  const below = new Below('parent', 16, () => true);
  const report = { kind: 'report', number: 0, isUrgent: false, removed: [], entries: [] } as const;
  const aggregate = { ...aggregateOf(tableOf([]), 1), peers: 2, agesMs: 50_000, oldestMs: 3 };
  below.take('liar', { ...report, aggregate }, 20, 1);
  const query = parseQuery('count where cpu.used > 50%');
  for (const laterMs of [0, 0.5, 1_000.4, 60_000]) {
    const part = known(query, aged(below.child('liar').aggregate!, laterMs), null);
    assert.ok(part !== null && canBe(query, part, 20), `${laterMs} ms later`);
  }
});

test('delta-encoded views, including the top lists, lead to the root’s view', () => {
  const reading = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    cpu: fc.nat(3),
    load: fc.nat(3),
  });
  const moments = fc.array(fc.uniqueArray(reading, { selector: ({ id }) => id }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(moments, (all) => {
      let sent: Picture | null = null;
      let had: Picture | null = null;
      for (const [i, readings] of all.entries()) {
        const counted = readings.map(({ id, cpu, load }) => {
          const { values } = readingOf({ 'cpu.free': cpu, 'load.1': load });
          return { id, values, readMs: 0 };
        });
        const picture = pictureOf('root', i + 1, aggregateOf(tableOf(counted), 0), 5);
        const message = messageOf(picture, sent, 0);
        had = followed(had, decode(treeMessage, encode(treeMessage, message)) as typeof message);
        const [is, should] = [had, picture].map((each) => ({
          ...{ peers: each!.peers, most: each!.most, least: each!.least },
          sums: each!.summaries.map((summary) => summary?.sum ?? null),
        }));
        assert.deepEqual(is, should);
        sent = picture;
      }
    }),
    { numRuns: 200 },
  );
});

test('views are forwarded at a bounded rate, and the newest arrives', () => {
  const grove = new Grove(80, 6);
  reportAll(grove);
  grove.clock.run(30_000);
  const root = grove.tree.root!;
  const inner = grove.tree.childrenOf(root).find((id) => grove.tree.childrenOf(id).length > 0)!;
  const below = grove.tree.childrenOf(inner);
  const parent = grove.peers.get(inner)!;
  let views = 0;
  let reports = 0;
  grove.onWay = (from, _to, message) => {
    if (from === inner && message.kind === 'view') views++;
    if (from === inner && message.kind === 'report') reports++;
    // Only the liar is heard.
    return from === root ? null : message;
  };
  const picture = { ...parent.picture! };
  const said = { kind: 'view', base: 0, ageMs: 0, mask: null, before: null } as const;
  for (let i = 1; i <= 2_000; i++) {
    parent.take(root, { ...said, picture: { ...picture, number: picture.number + i } });
    parent.take(root, { kind: 'again' });
    grove.clock.run(5);
  }
  grove.clock.run(3_000);
  // Ten seconds: a burst, then one a second.
  assert.ok(views <= 35 * below.length, `${views} views for ${below.length} children`);
  assert.ok(reports <= 40, `${reports} reports`);
  assert.equal(grove.peers.get(below[0]!)!.picture!.number, picture.number + 2_000);
});

test('a root without a parent keeps nothing for readings that are gone', () => {
  const grove = new Grove(12, 4);
  const { root } = grove;
  const ids = [...grove.tree.ids].filter((id) => id !== grove.tree.root);
  const gone: Held[] = [];
  for (let round = 0; round < 5; round++) {
    reportAll(grove);
    grove.clock.run(10_000);
    const child = grove.tree.childrenOf(grove.tree.root!)[0]!;
    gone.push(root.below.readings.get(child)!);
    root.lost(child);
    grove.peers.get(child)!.linked(grove.tree.root!);
  }
  grove.clock.run(10_000);
  assert.equal(root.view!.peers, ids.length + 1);
  assert.equal(new Set(gone).size, 5);
  assert.deepEqual(
    gone.map(({ isNews, next }) => [isNews, next]),
    gone.map(() => [false, null]),
  );
});

test('an inner peer can report only peers of its own subtree', () => {
  const isUnder = (id: string, above: string) => id.startsWith(above) && id !== above;
  const below = new Below('parent', 16, () => true, isUnder);
  const report = { kind: 'report', isUrgent: false, removed: [], aggregate: null } as const;
  const entry = (id: string, cpu: number, ageMs: number) => ({
    ...{ number: 0, id, ageMs, mask: null, before: null },
    values: nothingKnown.map((value, i) => (i === CPU ? cpu : value)),
  });
  const take = (from: string, id: string, cpu: number, ageMs: number) =>
    below.take(from, { ...report, number: 0, entries: [entry(id, cpu, ageMs)] }, 20, 100_000);
  const cpuOf = (id: string) => below.readings.get(id)!.values[CPU];
  take('good', 'good-1', 50, 5_000);
  take('liar', 'good-1', 0, 0);
  assert.equal(cpuOf('good-1'), 50);
  // Nor by being the first.
  take('liar', 'good-2', 0, 0);
  take('good', 'good-2', 60, 20_000);
  assert.equal(cpuOf('good-2'), 60);
  take('liar', 'good-2', 0, 0);
  assert.equal(cpuOf('good-2'), 60);
  take('liar', 'liar-1', 1, 0);
  assert.equal(cpuOf('liar-1'), 1);
});

test('a sum of more peers than the tree has there is refused', () => {
  const grove = new Grove(400, 3, { detailMax: 10 });
  for (const peer of grove.peers.values()) peer.start();
  reportAll(grove);
  grove.clock.run(40_000);
  const root = grove.tree.root!;
  const [liar] = grove.tree.childrenOf(root);
  const before = grove.root.below.refused.reports;
  grove.onWay = (from, _to, message) => {
    if (from !== liar || message.kind !== 'report' || message.aggregate === null) return message;
    const { stats } = message.aggregate;
    // As good as it can be: all figures fit together.
    const factor = 5;
    const many = stats.map((each) =>
      each === null
        ? null
        : {
            ...each,
            ...{ count: factor * each.count, sum: factor * each.sum, squares: factor * each.squares },
            sketch: null,
          },
    );
    return {
      ...message,
      aggregate: { ...message.aggregate, peers: factor * message.aggregate.peers, stats: many },
    };
  };
  for (let round = 0; round < 6; round++) {
    reportAll(grove);
    grove.clock.run(10_000);
  }
  assert.ok(grove.root.below.refused.reports > before);
  assert.ok(grove.root.view!.peers <= 400, `${grove.root.view!.peers} peers`);
});

test('the heir of a lost coordinator counts for all below it, also before they have reported to it', () => {
  const below = new Below('parent', 16, () => true);
  const report = { kind: 'report', isUrgent: false, removed: [], entries: [] } as const;
  const sumOf = (peers: number) => ({ ...aggregateOf(tableOf([]), 0), peers });
  below.take('old', { ...report, number: 0, aggregate: sumOf(100) }, 200, 0);
  below.lose('old', 1_000);
  assert.equal(below.sum(1_500).peers, 100);
  below.take('heir', { ...report, number: 0, aggregate: sumOf(20) }, 200, 2_000);
  assert.equal(below.sum(2_000).peers, 100, 'a few have reported');
  below.take('heir', { ...report, number: 1, aggregate: sumOf(97) }, 200, 3_000);
  assert.equal(below.sum(3_000).peers, 97, 'most have');
  below.take('heir', { ...report, number: 2, aggregate: sumOf(20) }, 200, 9_000);
  assert.equal(below.sum(9_000).peers, 20, 'long after, it is what it says');
});

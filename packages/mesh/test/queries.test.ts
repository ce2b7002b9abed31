// Queries: what may be said, and that the answer is the right one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aggregateOf } from '../src/skyeye/aggregate.ts';
import { attributes, COORDINATE, indexOf, nothingKnown, type Values } from '../src/skyeye/attributes.ts';
import { answerOf } from '../src/skyeye/query/answer.ts';
import { emptyPart, evaluate, isLike, joined, type Sight, smallest } from '../src/skyeye/query/evaluate.ts';
import { measured, parseQuery, QueryError } from '../src/skyeye/query/index.ts';
import { COUNT_MAX } from '../src/skyeye/query/language.ts';
import { shareOf } from '../src/skyeye/query/prune.ts';
import { canBe } from '../src/skyeye/query/queries.ts';
import { tableOf } from './support/table.ts';

const mistake = (text: string): QueryError => {
  try {
    parseQuery(text);
  } catch (error) {
    assert.ok(error instanceof QueryError, String(error));
    return error;
  }
  assert.fail(`"${text}" was taken`);
};

test('the query of the README, part by part', () => {
  const query = parseQuery(
    '3 peers where cpu.free >= 50% and storage.free > 20GB near peer_7 order by latency, bandwidth',
  );
  assert.ok(query.kind === 'find');
  assert.equal(query.count, 3);
  assert.equal(query.near, 'peer_7');
  assert.deepEqual(query.condition, {
    kind: 'and',
    parts: [
      { kind: 'compare', attribute: indexOf('cpu.free'), sign: '>=', value: 50 },
      { kind: 'compare', attribute: indexOf('storage.free'), sign: '>', value: 20e9 },
    ],
  });
  assert.deepEqual(query.order, [
    { attribute: -1, isMoreFirst: false },
    { attribute: indexOf('net.free'), isMoreFirst: true },
  ]);
});

test('quantities are written as people write them', () => {
  const value = (text: string) => {
    const { condition } = parseQuery(`peers where ${text}`);
    assert.ok(condition?.kind === 'compare');
    return condition.value;
  };
  assert.equal(value('memory.free > 512 MiB'), 512 * 1024 ** 2);
  assert.equal(value('memory.free > 20gb'), 20e9);
  assert.equal(value('net.free >= 1Mbit'), 1e6);
  assert.equal(value('net.free >= 1.5Gbit/s'), 1.5e9);
  assert.equal(value('net.rx < 10MB/s'), 10e6);
  assert.equal(value('latency <= 5ms'), 5);
  assert.equal(value('latency <= 2s'), 2000);
  assert.equal(value('uptime > 2d'), 172_800);
  assert.equal(value('temperature > -5C'), -5);
  assert.equal(value('cpu.cores = 4'), 4);
});

test('a mistake is pointed at, with what could stand there', () => {
  for (const [text, at, expected] of [
    ['', 0, /number of peers/],
    ['3', 1, /"peers"/],
    ['3.5 peers', 0, /whole number/],
    ['0 peers', 0, /whole number/],
    ['peers where', 11, /attribute/],
    ['peers where cpu.fre > 5', 12, /cpu\.free/],
    ['peers where cpu.free', 20, /<, <=/],
    ['peers where cpu.free > 20GB', 23, /50%/],
    ['peers where storage.free > 50%', 27, /20GB/],
    ['peers where (cpu.free > 50%', 27, /"\)"/],
    ['peers where cpu.free > 50% or', 29, /attribute/],
    ['peers near', 10, /name of a peer/],
    ['count near x measured', 13, /"where"/],
    ['peers order cpu.free', 12, /"by"/],
    ['peers whence cpu.free > 5', 6, /"where"/],
    ['peers where cpu.free > 5 & load.1 < 2', 25, /word/],
    ['p95 where cpu.free > 5', 4, /attribute/],
    ['avg(cpu.free', 12, /"\)"/],
    ['count by colour', 9, /attribute/],
    [`peers where ${'('.repeat(50)}cpu.free > 5`, 44, /fewer brackets/],
  ] as const) {
    const error = mistake(text);
    assert.equal(error.at, at, `"${text}": ${error.message}`);
    assert.match(error.expected, expected);
  }
});

test('no text makes the parser fail otherwise', () => {
  const words = [
    'peers',
    '3',
    'where',
    'cpu.free',
    '>',
    '50%',
    'and',
    'not',
    '(',
    ')',
    'near',
    'x',
    'order',
    'by',
    'count',
    'avg',
    ',',
    '"',
    'role',
    '=',
  ];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...words)).map((all) => all.join(' ')),
      ),
      (text) => {
        try {
          parseQuery(text);
        } catch (error) {
          assert.ok(error instanceof QueryError);
          assert.ok(error.at >= 0 && error.at <= Math.max(text.length, 1000));
        }
      },
    ),
    { numRuns: 500 },
  );
});

// --- against brute force

interface Someone {
  id: string;
  values: Values;
  readMs: number;
}
const names = ['cpu.free', 'storage.free', 'net.free', 'load.1'];
const someone = fc
  .record({
    values: fc.tuple(
      ...names.map((_, i) =>
        fc.option(
          fc.integer({ min: 0, max: 20 }).map((n) => n * [5, 5e9, 5e7, 0.5][i]!),
          { nil: Number.NaN },
        ),
      ),
    ),
    place: fc.tuple(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 9 }),
    ),
  })
  .map(({ values, place }) => {
    const all = nothingKnown.slice();
    for (const [i, name] of names.entries()) all[indexOf(name)] = Math.fround(values[i]!);
    for (const [i, each] of place.entries()) all[COORDINATE + i] = each;
    return all;
  });
const crowd = fc
  .array(someone, { minLength: 1, maxLength: 60 })
  .map((all): Someone[] =>
    all.map((values, i) => ({ id: `${['lab', 'hall', 'roof'][i % 3]}-${i}`, values, readMs: 0 })),
  );
const condition = fc.letrec((tie) => ({
  one: fc.oneof(
    fc
      .tuple(
        fc.constantFrom(...names),
        fc.constantFrom('<', '<=', '>', '>=', '=', '!='),
        fc.integer({ min: 0, max: 20 }),
      )
      .map(([name, sign, n]) => `${name} ${sign} ${n * [5, 5e9, 5e7, 0.5][names.indexOf(name)]!}`),
    fc.constantFrom('domain = lab', 'id = *-1?', 'role != peer'),
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '=', '!='), fc.constantFrom(0, 1, 9, 40))
      .map(([sign, n]) => `latency ${sign} ${n}ms`),
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie('one'),
    fc
      .tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any'))
      .map(([a, word, b]) => `(${a} ${word} ${b})`),
    tie('any').map((a) => `not (${a})`),
  ),
})).any as fc.Arbitrary<string>;
const order = fc.uniqueArray(fc.constantFrom('latency', ...names), { minLength: 0, maxLength: 3 });

/** The slow way, written without looking at the other: JavaScript's own words on each peer. */
function slowly(text: string, crowd: Someone[], { id: nearId, values: near }: Someone): Someone[] {
  const valueIn = (who: Someone, name: string) => {
    if (name !== 'latency') return who.values[indexOf(name)]!;
    if (who.id === nearId) return 0;
    const [x, y, h] = [0, 1, 2].map((i) => [who.values[COORDINATE + i]!, near[COORDINATE + i]!] as const) as [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    return Math.hypot(x[0] - x[1], y[0] - y[1]) + h[0] + h[1];
  };
  const script = text
    .replace(/([a-z.1]+) (<=|>=|!=|<|>|=) ([\d.]+)(ms)?/g, (_, name, sign, value) => {
      const js = sign === '=' ? '===' : sign;
      const than = `Math.fround(${value})`;
      if (js === '!=') return `(!isNaN(v("${name}")) && v("${name}") !== ${than})`;
      return `(v("${name}") ${js} ${than})`;
    })
    .replace('domain = lab', 'false')
    .replaceAll(' and ', ' && ')
    .replaceAll(' or ', ' || ')
    .replaceAll('not ', '!');
  const isMeant = new Function('v', `return ${script}`) as (v: (name: string) => number) => boolean;
  return crowd.filter((who) => isMeant((name) => valueIn(who, name)));
}

const NUMERIC = /^(?!.*(domain|id =|role)).*$/;

test('which peers are meant, against brute force; bounds of a part never leave one out', () => {
  fc.assert(
    fc.property(crowd, fc.nat(), condition, fc.integer({ min: 1, max: 5 }), (all, at, text, split) => {
      const near = all[at % all.length]!;
      const place = [0, 1, 2].map((i) => near.values[COORDINATE + i]!) as [number, number, number];
      const sight: Sight = { roleOf: () => 'peer', near: place, nowMs: 0 };
      const query = parseQuery(`1000 peers where ${text} near ${near.id}`);
      const found = evaluate(query, tableOf(all), sight);
      if (NUMERIC.test(text)) {
        const expected = slowly(text, all, near)
          .map(({ id }) => id)
          .sort();
        assert.deepEqual(found.rows.map(({ id }) => id).sort(), expected, text);
      }
      for (let part = 0; part < split; part++) {
        const some = all.filter((_, i) => i % split === part);
        const { matched } = evaluate(query, tableOf(some), sight);
        // Whoever does not know where the peer is takes it to be possibly inside.
        for (const mayBeInside of some.includes(near) ? [true] : [false, true]) {
          const share = shareOf(query.condition, aggregateOf(tableOf(some), 0), { place, mayBeInside });
          if (share === 'none') assert.equal(matched, 0, text);
          if (share === 'all') assert.equal(matched, some.length, text);
        }
      }
    }),
    { numRuns: 600 },
  );
});

test('a subtree of which no coordinate is known can still hold the peer that is asked for', () => {
  const who = { id: 'lab-0', values: nothingKnown, readMs: 0 };
  const place = [1, 2, 3] as const;
  const query = parseQuery('peers where latency < 1ms near lab-0');
  const { rows } = evaluate(query, tableOf([who]), { roleOf: () => 'peer', near: place, nowMs: 0 });
  assert.deepEqual(
    rows.map(({ id, distanceMs }) => [id, distanceMs]),
    [['lab-0', 0]],
  );
  const box = aggregateOf(tableOf([who]), 0);
  assert.equal(shareOf(query.condition, box, { place, mayBeInside: true }), 'some');
  assert.equal(shareOf(query.condition, box, { place, mayBeInside: false }), 'none');
});

test('the best of them, in any split over the tree, are the best of all', () => {
  fc.assert(
    fc.property(
      crowd,
      order,
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5 }),
      (all, keys, count, split) => {
        const near = all[0]!.values;
        const sight: Sight = {
          roleOf: () => 'peer',
          near: [near[COORDINATE]!, near[COORDINATE + 1]!, near[COORDINATE + 2]!],
          nowMs: 0,
        };
        const query = parseQuery(
          `${count} peers near ${all[0]!.id}${keys.length > 0 ? ` order by ${keys.join(', ')}` : ''}`,
        );
        assert.ok(query.kind === 'find');
        const parts = Array.from({ length: split }, (_, part) =>
          evaluate(query, tableOf(all.filter((_, i) => i % split === part)), sight),
        );
        const whole = joined(query, parts);
        assert.equal(whole.looked, all.length);
        assert.equal(whole.rows.length, Math.min(count, all.length));
        // None that is left out comes before one that is in.
        const ranked = evaluate({ ...query, count: 1000 }, tableOf(all), sight).rows;
        assert.deepEqual(whole.rows, ranked.slice(0, count));
        // The last key is exact: alone, it is the order of the values themselves.
        if (keys.length === 1 && keys[0] !== 'latency') {
          const index = indexOf(keys[0]!);
          const isMore = keys[0] !== 'load.1';
          const raw = all.map(({ values }) => values[index]!).filter((value) => !Number.isNaN(value));
          raw.sort((a, b) => (isMore ? b - a : a - b));
          const best = whole.rows.map(({ id }) => all.find((who) => who.id === id)!.values[index]!);
          assert.deepEqual(best.slice(0, raw.length), raw.slice(0, Math.min(count, raw.length)));
        }
        for (const [i, row] of ranked.entries()) {
          const next = ranked[i + 1];
          if (next === undefined) continue;
          const at = row.keys.findIndex((key, k) => key !== next.keys[k]);
          assert.ok(at < 0 ? row.id < next.id : row.keys[at]! < next.keys[at]!);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('figures, in groups and in any split, are those of all', () => {
  fc.assert(
    fc.property(
      crowd,
      fc.constantFrom('', ' by domain', ' by load.1'),
      fc.integer({ min: 1, max: 5 }),
      (all, by, split) => {
        const sight: Sight = { roleOf: () => 'peer', near: null, nowMs: 0 };
        const query = parseQuery(
          `count, avg(cpu.free), min(cpu.free), max cpu.free, sum(storage.free), sd(cpu.free), p50(cpu.free)${by}`,
        );
        const parts = Array.from({ length: split }, (_, part) =>
          evaluate(query, tableOf(all.filter((_, i) => i % split === part)), sight),
        );
        const delivery = {
          part: joined(query, parts),
          alive: all.length,
          answeredBy: 'x',
          hops: 0,
          problem: null,
        };
        const answer = answerOf(query, delivery, 0, 0);
        assert.equal(
          answer.groups.reduce((sum, { peers }) => sum + peers, 0),
          all.length,
        );
        for (const { group, peers, figures } of answer.groups) {
          const members = all.filter(({ id, values }) => {
            if (by === '') return true;
            if (by === ' by domain') return id.startsWith(`${group}-`);
            const load = values[indexOf('load.1')]!;
            return group === 'unknown' ? Number.isNaN(load) : load === Number(group);
          });
          assert.equal(peers, members.length);
          assert.equal(figures.count, members.length);
          const free = members
            .map(({ values }) => values[indexOf('cpu.free')]!)
            .filter((n) => !Number.isNaN(n))
            .sort((a, b) => a - b);
          if (free.length === 0) {
            assert.equal(figures['avg(cpu.free)'], null);
            continue;
          }
          const mean = free.reduce((a, b) => a + b, 0) / free.length;
          const sd = Math.sqrt(free.reduce((a, b) => a + (b - mean) ** 2, 0) / free.length);
          assert.ok(Math.abs(figures['avg(cpu.free)']! - mean) < 1e-9);
          assert.ok(Math.abs(figures['sd(cpu.free)']! - sd) < 1e-6);
          assert.equal(figures['min(cpu.free)'], free[0]);
          assert.equal(figures['max(cpu.free)'], free.at(-1));
          const median = free[Math.ceil(free.length / 2) - 1]!;
          assert.ok(Math.abs(figures['p50(cpu.free)']! - median) <= 0.011 * median + 1e-3);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('every attribute can be asked for by its name', () => {
  for (const { name } of attributes) assert.equal(parseQuery(`max(${name})`).kind, 'figures');
});

test('the smallest but so many is where sorting would put it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 200 }),
      fc.nat(),
      (all, at) => {
        const rank = 1 + (at % all.length);
        const sorted = all.toSorted((a, b) => a - b);
        assert.equal(smallest(Float64Array.from(all), rank), sorted[rank - 1]);
      },
    ),
  );
});

test('a pattern says the same as a regular expression would', () => {
  const letters = fc.stringMatching(/^[ab.*?-]{0,12}$/);
  fc.assert(
    fc.property(letters, letters, (name, pattern) => {
      const expression = pattern.replace(/[.-]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
      assert.equal(isLike(name, pattern), new RegExp(`^${expression}$`).test(name), `${name} ${pattern}`);
    }),
  );
});

test('a pattern of many stars ends', () => {
  // As a regular expression this would look at more ways than there are atoms.
  assert.equal(isLike('a'.repeat(63), `${'*?'.repeat(60)}*b`), false);
});

test('what cannot be an answer from below is not joined with the others', () => {
  const query = parseQuery('avg(cpu.used)');
  const stats = { count: 2, sum: 60, min: 20, max: 40, squares: 200, sketch: null };
  const group = { name: '', peers: 2, stats: [stats] };
  const part = { ...emptyPart, looked: 2, matched: 2, groups: [group] };
  assert.equal(canBe(query, part, 5), true);
  assert.equal(canBe(query, { ...part, looked: Number.MAX_SAFE_INTEGER }, 5), false);
  assert.equal(canBe(query, { ...part, agesMs: 9_000, oldestMs: 1_000 }, 5), false);
  assert.equal(canBe(query, { ...part, missing: Number.MAX_SAFE_INTEGER }, 5), false);
  assert.equal(canBe(query, { ...part, groups: [{ ...group, stats: [] }] }, 5), false);
  assert.equal(
    canBe(query, { ...part, groups: [{ ...group, stats: [{ ...stats, sum: 1e300 }] }] }, 5),
    false,
  );
  const found = parseQuery('1 peer order by cpu.free');
  const row = { id: 'a', values: [1], ageMs: 0, distanceMs: Number.NaN, keys: [-1] };
  const rows = { ...emptyPart, looked: 1, matched: 1, rows: [row] };
  assert.equal(canBe(found, rows, 5), true);
  assert.equal(canBe(found, { ...rows, rows: [{ ...row, keys: [] }] }, 5), false);
  assert.equal(canBe(found, { ...rows, rows: [row, row] }, 5), false);
});

test('what was measured takes the place of estimates, in whatever order was asked for', async () => {
  const found = async (order: string) => {
    const query = parseQuery(`3 peers near x measured order by ${order}`);
    const peers = [
      { id: 'a', values: { 'cpu.free': 50 }, latencyMs: 5 },
      { id: 'b', values: { 'cpu.free': 60 }, latencyMs: 9 },
      { id: 'c', values: { 'cpu.free': 70 }, latencyMs: 12 },
      { id: 'd', values: { 'cpu.free': 80 }, latencyMs: 30 },
    ].map((peer) => ({ ...peer, ageMs: 0, isMeasured: false }));
    const delivery = { part: emptyPart, alive: 4, answeredBy: 'x', hops: 0, problem: null };
    const answer = { ...answerOf(query, delivery, 0, 0), peers };
    const took: Record<string, number> = { a: 40.2, b: 8.3, c: 8.9 };
    const all = await measured(query, answer, async (_, to) => ({
      tookMs: to.map((id) => took[id] ?? Number.NaN),
      problem: null,
    }));
    return all.peers.map(({ id, isMeasured }) => `${isMeasured ? '' : '~'}${id}`).join(' ');
  };
  assert.equal(await found('latency'), 'b c ~d');
  // The same millisecond: the next key decides.
  assert.equal(await found('latency, cpu.free'), 'c b ~d');
  assert.equal(await found('latency desc'), 'a ~d c');
  assert.equal(await found('cpu.free, latency'), '~d c b');
  // No more are asked for than an answer holds.
  const all = parseQuery('peers near x measured');
  assert.ok(all.kind === 'find' && all.count === COUNT_MAX && all.wanted === COUNT_MAX);
});

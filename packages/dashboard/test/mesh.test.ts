// Tests of the mesh in the page: updates, layout of the tree, validation of peers' details.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshAnswer, MeshChange, MeshPeer } from '../src/api/mesh-types.ts';
import { nearest } from '../src/charts/canvas.ts';
import { layoutTree } from '../src/charts/radial-layout.ts';
import { measured, unitOf } from '../src/format/measured.ts';
import { detailsOf } from '../src/pages/mesh/details.ts';
import { shares } from '../src/pages/mesh/shares.ts';
import { changed } from '../src/state/mesh-changes.ts';
import { pauseMs } from '../src/state/pause.ts';

const peer = (id: string, status = 'alive'): MeshPeer => ({
  ...{ id, status, role: 'peer', parent: null, addresses: [], admitted: 0, revoked: null, measure: null },
});
const change = (part: Partial<MeshChange>): MeshChange => ({
  ...{ peer: 'a', mesh: 'lab', is_authority: true, root: 'a', is_whole: false, set: [], gone: [] },
  ...part,
});

test('polling backs off without a peer and recovers with one', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 60].map((failures) => pauseMs(1_000, failures)),
    [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
  );
  assert.equal(pauseMs(60_000, 3), 60_000);
});

test('a full update replaces all peers, a partial one only those it names', () => {
  const first = changed(null, change({ is_whole: true, set: [peer('a'), peer('b')] }));
  const second = changed(first, change({ set: [peer('b', 'dead'), peer('c')], gone: ['a'] }));
  assert.deepEqual([...second.peers.keys()], ['b', 'c']);
  assert.equal(second.peers.get('b')!.status, 'dead');
  assert.equal(first.peers.get('b')!.status, 'alive', 'what was drawn is not changed');
  assert.deepEqual([...changed(second, change({ is_whole: true, set: [peer('d')] })).peers.keys()], ['d']);
});

test('the tree fills its area, with a ring per level and without overlap', () => {
  const parents = new Map<string, string | null>([['r', null]]);
  for (let i = 0; i < 8; i++) {
    parents.set(`c${i}`, 'r');
    for (let k = 0; k < 8; k++) parents.set(`c${i}-${k}`, `c${i}`);
  }
  const room = { width: 440, height: 400 };
  const placed = layoutTree(parents, 'r', new Set(), room);
  assert.equal(placed.length, 73);
  const { x: middle, y: centre } = placed[0]!;
  for (const { x, y, depth } of placed)
    assert.ok(Math.abs(Math.hypot((x - middle) / 110, (y - centre) / 100) - depth) < 0.02);
  assert.ok(Math.abs(Math.max(...placed.map(({ x }) => x)) - 220) < 1e-6);
  assert.ok(Math.abs(Math.min(...placed.map(({ y }) => y)) + 200) < 1e-6);
  for (const [i, a] of placed.entries())
    for (const b of placed.slice(i + 1))
      assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 8, `${a.id} and ${b.id}`);
  const folded = layoutTree(parents, 'r', new Set(['c3']), room);
  assert.equal(folded.length, 65);
  assert.equal(folded.find(({ id }) => id === 'c3')!.hidden, 8);
  const some = placed[10]!;
  assert.equal(nearest(placed, some.x + 1, some.y, 5)?.id, some.id);
  assert.equal(nearest(placed, 900, 900, 5), null);
});

test('a cycle of parents is drawn once', () => {
  const parents = new Map([
    ['a', 'b'],
    ['b', 'a'],
  ]);
  assert.deepEqual(
    layoutTree(parents, 'a', new Set(['b']), { width: 100, height: 100 }).map(({ id, hidden }) => [
      id,
      hidden,
    ]),
    [
      ['a', 0],
      ['b', 0],
    ],
  );
});

test('shares of percentages are relative to 100, others to the maximum', () => {
  const answer = (name: string, values: (number | null)[]) =>
    ({
      peers: values.map((value, i) => ({ id: String(i), values: { [name]: value } })),
    }) as unknown as MeshAnswer;
  assert.deepEqual(
    [...shares(answer('cpu.used', [50, null, 0]), 'cpu.used')],
    [
      ['0', 0.5],
      ['2', 0],
    ],
  );
  assert.equal(shares(answer('latency', [5, 20]), 'latency').get('0'), 0.25);
});

test('values have the unit of their attribute, aggregates too', () => {
  assert.equal(measured(3.1234, '%'), '3.1 %');
  assert.equal(measured(null, 'ms'), '–');
  assert.equal(measured(1.5, unitOf('latency')), '1.5 ms');
  assert.equal(measured(2e9, unitOf('p95(memory.free)')), '2.00 GB');
  assert.equal(unitOf('count'), '');
});

test('invalid parts of a peer’s details are ignored', () => {
  assert.deepEqual(detailsOf(null), { interfaces: [], storage: [] });
  assert.deepEqual(detailsOf({ interfaces: [{ name: 5, rx: { bytes: 'x' } }, null], storage: 'all' }), {
    interfaces: [
      { name: '', received: 0, sent: 0, lost: 0 },
      { name: '', received: 0, sent: 0, lost: 0 },
    ],
    storage: [],
  });
  const [eth] = detailsOf({
    interfaces: [{ name: 'eth0', rx: { bytes: 7, drops: 1 }, tx: { bytes: 8 } }],
  }).interfaces;
  assert.deepEqual(eth, { name: 'eth0', received: 7, sent: 8, lost: 1 });
});

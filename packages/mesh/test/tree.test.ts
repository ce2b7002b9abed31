// The tree: complete, the same for all peers, and stable when one joins or leaves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { positionOf, Tree } from '../src/members/tree.ts';

const treeOf = (count: number, branching = 8, prefix = 'peer-') => {
  const tree = new Tree(branching);
  for (let i = 0; i < count; i++) tree.add(`${prefix}${i}`);
  return tree;
};

test('every peer is below the root exactly once, and parents and children agree', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 2, max: 9 }),
      fc.string(),
      (count, branching, prefix) => {
        const tree = treeOf(count, branching, prefix);
        const seen: string[] = [];
        const visit = (id: string) => {
          seen.push(id);
          const children = tree.childrenOf(id);
          assert.ok(children.length <= branching);
          for (const child of children) {
            assert.equal(tree.parentOf(child), id);
            visit(child);
          }
        };
        visit(tree.root!);
        assert.deepEqual(seen.sort(), [...tree.ids].sort());
      },
    ),
    { numRuns: 60 },
  );
});

test('a thousand peers are few hops apart', () => {
  const tree = treeOf(1000);
  const depth = Math.max(...tree.ids.map((id) => tree.pathTo(id).length));
  assert.ok(depth <= 8, `depth ${depth}`);
});

test('following next hops, every message arrives', () => {
  const tree = treeOf(300);
  for (let i = 0; i < 300; i += 7) {
    const [from, to] = [`peer-${i}`, `peer-${(i * 31 + 5) % 300}`];
    let at = from;
    let hops = 0;
    while (at !== to && hops++ < 30) at = tree.nextHop(at, to)!;
    assert.equal(at, to);
  }
});

test('when a peer leaves, few others change parents', () => {
  const tree = treeOf(1000);
  const before = new Map(tree.ids.map((id) => [id, tree.parentOf(id)]));
  let moved = 0;
  for (const gone of ['peer-1', 'peer-500', tree.root!]) {
    tree.delete(gone);
    for (const id of tree.ids) if (tree.parentOf(id) !== before.get(id) && before.get(id) !== gone) moved++;
    tree.add(gone);
  }
  assert.ok(moved < 60, `${moved} moved`);
});

test('the order in which peers join does not matter', () => {
  const forward = treeOf(100);
  const backward = new Tree();
  for (let i = 99; i >= 0; i--) backward.add(`peer-${i}`);
  backward.add('peer-3');
  assert.equal(backward.size, 100);
  for (const id of forward.ids) assert.deepEqual(backward.pathTo(id), forward.pathTo(id));
});

test('positions are uniform; an unknown peer has no place', () => {
  const positions = Array.from({ length: 1000 }, (_, i) => positionOf(`x${i}`));
  assert.ok(Math.abs(positions.reduce((a, b) => a + b) / 1000 - 0.5) < 0.05);
  const tree = new Tree();
  assert.equal(tree.root, null);
  assert.equal(tree.parentOf('nobody'), null);
  assert.deepEqual(tree.childrenOf('nobody'), []);
});

test('the size of a subtree equals a count by traversal', () => {
  for (const [count, branching] of [
    [1, 8],
    [40, 2],
    [300, 8],
    [300, 3],
  ] as const) {
    const tree = new Tree(branching);
    for (let i = 0; i < count; i++) tree.add(`peer-${i}`);
    const walked = (id: string): number => tree.childrenOf(id).reduce((sum, child) => sum + walked(child), 1);
    for (const id of tree.ids) assert.equal(tree.sizeFrom(id), walked(id), `${count}, ${branching}, ${id}`);
    assert.equal(tree.sizeFrom(tree.root!), count);
    assert.equal(tree.sizeFrom('stranger'), 0);
  }
});

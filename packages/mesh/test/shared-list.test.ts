// Lists that peers of one process share at rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedList } from '../src/members/shared-list.ts';

const OWNERS = 4;

test('a shared list that one owner changes is unchanged for all others', () => {
  const owner = fc.nat(OWNERS - 1);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), owner, item: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('delete' as const), owner, item: fc.nat(3) }),
    // Leaves a gap where the list is shorter.
    fc.record({ kind: fc.constant('set' as const), owner, item: fc.nat(3) }),
    fc.record({ kind: fc.constant('share' as const), owner }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const lists = Array.from({ length: OWNERS }, () => new SharedList<string>());
      const model = lists.map((): string[] => []);
      for (const each of steps) {
        const list = lists[each.owner]!;
        if (each.kind === 'share') list.share();
        else if (each.kind === 'push') {
          list.own().push(each.item);
          model[each.owner]!.push(each.item);
        } else if (each.kind === 'set') {
          list.own()[each.item] = 'c';
          model[each.owner]![each.item] = 'c';
        } else {
          list.own().splice(each.item, 1);
          model[each.owner]!.splice(each.item, 1);
        }
        assert.deepEqual(
          lists.map(({ items }) => items),
          model,
        );
      }
    }),
    { seed: 1 },
  );
});

test('a list with a gap is not equal to one with an item there', () => {
  const [sparse, full] = [new SharedList<string>(), new SharedList<string>()];
  sparse.own()[1] = 'b';
  full.own().push('a', 'b');
  full.share();
  sparse.share();
  assert.equal(sparse.items[0], undefined);
});

test('equal lists are one after all owners shared them', () => {
  const lists = Array.from({ length: OWNERS }, () => new SharedList<string>());
  for (const list of lists) list.own().push('only here', 'twice');
  for (const list of lists) list.share();
  assert.equal(new Set(lists.map(({ items }) => items)).size, 1);
  lists[2]!.own().pop();
  lists[2]!.share();
  assert.equal(new Set(lists.map(({ items }) => items)).size, 2);
});

// The live table of peers, without a terminal: rows, keys, and what stands on the screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberView } from '@eyrie/mesh';
import { FIRST_VIEW, keysOf, pressed, type View } from '../src/mesh/top/keys.ts';
import { filtered, rowsOf, sorted } from '../src/mesh/top/rows.ts';
import { screenLines, type TopState, tableLines } from '../src/mesh/top/screen.ts';
import { Paint } from '../src/terminal/paint.ts';

const member = (id: string, status = 'alive'): MemberView =>
  ({ id, status, role: 'peer', addresses: [], key: '', admittedMs: 0, revoked: null }) as MemberView;

const rows = rowsOf([member('a-10'), member('a-9'), member('b-1', 'dead')], {
  peers: [
    { id: 'a-10', values: { 'cpu.used': 10, 'memory.used': 80, latency: null }, ageMs: 1_500 },
    { id: 'a-9', values: { 'cpu.used': 95 }, ageMs: 20 },
    { id: 'stranger', values: { 'cpu.used': 50 }, ageMs: 0 },
  ],
});
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
const plain = new Paint({ width: 100, colours: false, unicode: false });

test('rows sort descending or ascending, those without a value last', () => {
  assert.deepEqual(ids(sorted(rows, 'cpu.used', false)), ['a-9', 'a-10', 'b-1']);
  assert.deepEqual(ids(sorted(rows, 'cpu.used', true)), ['a-10', 'a-9', 'b-1']);
  assert.deepEqual(ids(sorted(rows, 'memory.used', false)), ['a-10', 'a-9', 'b-1']);
  assert.deepEqual(ids(sorted(rows, 'age', false)), ['a-10', 'a-9', 'b-1']);
  assert.deepEqual(ids(sorted(rows, 'id', false)), ['a-9', 'a-10', 'b-1']);
  assert.deepEqual(ids(sorted(rows, 'status', true)), ['b-1', 'a-9', 'a-10']);
});

test('a filter matches name, role and state', () => {
  assert.deepEqual(ids(filtered(rows, 'A- peer')), ['a-10', 'a-9']);
  assert.deepEqual(ids(filtered(rows, 'dead')), ['b-1']);
  assert.deepEqual(ids(filtered(rows, ' ')), ['a-10', 'a-9', 'b-1']);
});

function after(keys: readonly string[], from: View = FIRST_VIEW): View | null {
  return keys.reduce<View | null>((view, key) => (view === null ? null : pressed(view, key, 3)), from);
}

test('keys sort, filter, move, pause and quit', () => {
  assert.equal(after(['>'])!.column, 'memory.used');
  assert.equal(after(['<', '<', '<'])!.column, 'age');
  assert.equal(after(['r'])!.isReversed, true);
  assert.deepEqual(
    [after(['/', 'a', 'q', '\u007f', '\r'])!.filter, after(['/', 'x', '\u001b'])!.filter],
    ['a', ''],
  );
  assert.equal(after(['/', 'q'])!.filter, 'q');
  assert.equal(after(['\u001b[B', 'j', 'j', 'j'])!.at, 2);
  assert.equal(after(['\u001b[A'])!.at, 0);
  assert.equal(after([' '])!.isPaused, true);
  assert.equal(after(['q']), null);
  assert.equal(after(['/', '\u0003']), null);
});

test('every screen has as many lines as the terminal, none wider', () => {
  const state: TopState = {
    ...FIRST_VIEW,
    ...{ mesh: 'lab', rows, all: 3, alive: 2, problem: 'hub: \u001b[2J does not answer', talkers: null },
  };
  for (const [width, height] of [
    [100, 24],
    [60, 10],
    [20, 5],
  ] as const) {
    const lines = screenLines(state, plain, width, height);
    assert.equal(lines.length, Math.max(height, 6), `${width} x ${height}`);
    assert.ok(!lines.join('').includes('\u001b'));
    assert.ok(
      lines.every((line) => line.length <= width),
      lines.find((line) => line.length > width),
    );
  }
  const items = [{ name: 'cdn.example', rate: 1_500_000 }];
  const talkers = { peers: 2, ageMs: 5, names: { items, shortBy: 0 }, addresses: { items: [], shortBy: 0 } };
  assert.equal(
    screenLines({ ...state, problem: null, talkers }, plain, 100, 24)[2],
    'Most traffic: cdn.example 1.50 MB/s',
  );
  const lines = screenLines(state, plain, 100, 24);
  assert.match(lines[0]!, /^lab: 2 of 3 peers are here$/);
  assert.match(lines[3]!, /^PEER +STATE +CPU +MEM +LOAD/);
  assert.match(tableLines(rows, plain, 100)[1]!, /^a-10 +alive +10\.0% +80\.0% +- /);
});

test('several keys in one chunk are handled one by one', () => {
  assert.deepEqual(keysOf('/b-1\r\u001b[B\u001b[5~\u001bOAq'), [
    '/',
    'b',
    '-',
    '1',
    '\r',
    '\u001b[B',
    '\u001b[5~',
    '\u001bOA',
    'q',
  ]);
  assert.deepEqual(keysOf('\u001b'), ['\u001b']);
  const view = keysOf('/b\r').reduce<View | null>((from, key) => from && pressed(from, key, 3), FIRST_VIEW);
  assert.deepEqual([view?.filter, view?.isTyping], ['b', false]);
});

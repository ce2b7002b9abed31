import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HEIGHT_MAX, Scroll } from '../src/list/scroll.ts';

const ROW = 22;
const VIEWPORT = 600;

function scrollOf(rows: number): Scroll {
  const scroll = new Scroll(ROW);
  scroll.resize(rows, VIEWPORT);
  return scroll;
}

test('few rows scroll as the browser does', () => {
  const scroll = scrollOf(1000);
  assert.equal(scroll.height, 22_000);
  assert.equal(scroll.scrolled(220), 220);
  assert.equal(scroll.firstRow, 10);
  assert.equal(scroll.topOf(10), 220);
});

test('ten million rows fit, and both ends can be reached', () => {
  const scroll = scrollOf(10_000_000);
  assert.equal(scroll.height, HEIGHT_MAX);
  assert.equal(scroll.scrolled(0), 0);
  assert.equal(scroll.firstRow, 0);
  scroll.scrolled(HEIGHT_MAX - VIEWPORT);
  assert.ok(scroll.firstRow + scroll.rowsInSight >= 10_000_000 - 1);
});

test('a turn of the wheel moves by its own way, wherever one is', () => {
  const scroll = scrollOf(10_000_000);
  let top = scroll.toPixel(5_000_000 * ROW);
  const before = scroll.firstRow;
  for (let i = 0; i < 10; i++) top = scroll.scrolled(top + 110);
  assert.ok(Math.abs(scroll.firstRow - before - 50) < 0.01, `${scroll.firstRow - before} rows`);
});

test('rows in sight are drawn within the element', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rows, share) => {
        const scroll = scrollOf(rows);
        scroll.scrolled(Math.round(share * Math.max(0, scroll.height - VIEWPORT)));
        const first = Math.floor(scroll.firstRow);
        assert.ok(first >= 0 && first < rows);
        assert.ok(scroll.topOf(first) > -ROW - 1 && scroll.topOf(first) <= scroll.height);
      },
    ),
  );
});

test('a row is shown with the least movement', () => {
  const scroll = scrollOf(1000);
  assert.equal(scroll.show(5), 0);
  assert.equal(scroll.show(100), 101 * ROW - VIEWPORT);
  assert.equal(scroll.show(99), 101 * ROW - VIEWPORT, 'in sight already');
});

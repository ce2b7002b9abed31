// Tests of virtual scrolling.
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

test('few rows scroll natively', () => {
  const scroll = scrollOf(1000);
  assert.equal(scroll.height, 22_000);
  assert.equal(scroll.scrolled(220), 220);
  assert.equal(scroll.firstRow, 10);
  assert.equal(scroll.topOf(10), 220);
});

test('ten million rows fit into the element, and both ends can be reached', () => {
  const scroll = scrollOf(10_000_000);
  assert.equal(scroll.height, HEIGHT_MAX);
  assert.equal(scroll.scrolled(0), 0);
  assert.equal(scroll.firstRow, 0);
  scroll.scrolled(HEIGHT_MAX - VIEWPORT);
  assert.ok(scroll.firstRow + scroll.rowsInSight >= 10_000_000 - 1);
});

test('a wheel step moves the rows by its own distance at any position', () => {
  const scroll = scrollOf(10_000_000);
  let top = scroll.toPixel(5_000_000 * ROW);
  const before = scroll.firstRow;
  for (let i = 0; i < 10; i++) top = scroll.scrolled(top + 110);
  assert.ok(Math.abs(scroll.firstRow - before - 50) < 0.01, `${scroll.firstRow - before} rows`);
});

test('visible rows are within the element', () => {
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

test('showing a row scrolls by the least distance', () => {
  const scroll = scrollOf(1000);
  assert.equal(scroll.show(5), 0);
  assert.equal(scroll.show(100), 101 * ROW - VIEWPORT);
  assert.equal(scroll.show(99), 101 * ROW - VIEWPORT, 'in sight already');
});

// The series of an I/O graph without a browser: the address, putting answers together, comma-separated values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  added,
  COLOURS,
  csvOf,
  FIRST_SERIES,
  FORMS,
  figureOf,
  readSeries,
  SERIES_MAX,
  type Series,
  UNITS,
  valuesOf,
  written,
} from '../src/pages/analysis/graph/series.ts';

const anySeries = fc.record<Series>(
  {
    filter: fc.string(),
    colour: fc.constantFrom(...(Object.keys(COLOURS) as Series['colour'][])),
    unit: fc.constantFrom(...UNITS),
    form: fc.constantFrom(...FORMS),
    isOn: fc.boolean(),
  },
  { noNullPrototype: true },
);
const graph = (start: number, packets: number[], step = 1) => ({
  start,
  step,
  packets,
  bytes: packets.map((n) => n * 100),
  is_exact: true,
});
const [all, errors, dns] = FIRST_SERIES as [Series, Series, Series];

test('series in the address: what is written is read again, whatever the filter', () => {
  fc.assert(
    fc.property(fc.array(anySeries, { maxLength: SERIES_MAX }), (series) => {
      assert.deepEqual(readSeries(written(series)), series);
    }),
  );
});

test('series in the address: what somebody typed is refused, not drawn wrongly, and never throws', () => {
  for (const text of [
    undefined,
    '',
    '{}',
    '[1]',
    '[["dns","black","packets","line",1]]',
    '[null]',
    '[["dns"]]',
  ])
    assert.equal(readSeries(text), null, text);
  fc.assert(fc.property(fc.json(), (text) => void readSeries(text)));
});

test('another series: it gets a colour that is not taken', () => {
  let series: Series[] = [];
  for (let i = 0; i < SERIES_MAX; i++) series = added(series, `tcp.port == ${i}`);
  assert.equal(new Set(series.map(({ colour }) => colour)).size, SERIES_MAX);
});

test('values: bits are eight a byte; per second they are divided by the step', () => {
  const half = graph(0, [1, 2], 0.5);
  assert.deepEqual(valuesOf(half, 'packets', false), [1, 2]);
  assert.deepEqual(valuesOf(half, 'bits', false), [800, 1600]);
  assert.deepEqual(valuesOf(half, 'bytes', true), [200, 400]);
});

test('a figure: a series that began later, or was counted before more packets came, is drawn at its own times', () => {
  const figure = figureOf(
    [
      [all, graph(10, [5, 6, 7, 8])],
      [errors, graph(11, [1, 2])],
    ],
    false,
  );
  assert.deepEqual(figure.times, [10, 11, 12, 13]);
  assert.deepEqual(
    figure.drawn.map(({ values }) => values),
    [
      [5, 6, 7, 8],
      [null, 1, 2, null],
    ],
  );
});

test('a figure: a series in steps of another width waits, one without packets has no times', () => {
  const figure = figureOf(
    [
      [all, graph(10, [5, 6], 2)],
      [errors, graph(10, [1, 2, 3, 4])],
      [dns, graph(0, [], 0)],
    ],
    false,
  );
  assert.deepEqual([figure.step, figure.times, figure.drawn.length], [2, [10, 12], 1]);
  assert.deepEqual(figureOf([[dns, graph(0, [], 0)]], false).times, []);
});

test('comma-separated values: a column for each series, quoted', () => {
  const quotes = { ...dns, filter: 'dns.qry.name == "a"' };
  const figure = figureOf(
    [
      [all, graph(10, [5, 6])],
      [quotes, graph(10, [0, 1])],
    ],
    false,
  );
  assert.equal(csvOf(figure), 'time,"all (packets)","dns.qry.name == ""a"" (packets)"\n10,5,0\n11,6,1\n');
});

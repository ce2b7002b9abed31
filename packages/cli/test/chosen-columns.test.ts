import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../src/errors.ts';
import { chosenColumns, titledColumn } from '../src/read/chosen-columns.ts';
import { columnFormat, preferences } from '../src/read/preferences.ts';

test('gui.column.format, pairs of titles and formats: a column each, fields by name or number', () => {
  const columns = chosenColumns(
    '"No.","%m","Host","%Cus:http.host:0:R","Port","%Cus:tcp.port:0:U","Source","%s"',
  );
  assert.deepEqual(
    columns.map(({ title, side, width }) => [title, side, width]),
    [
      ['No.', 'none', 5],
      ['Host', 'none', 0],
      ['Port', 'none', 0],
      ['Source', 'source', 12],
    ],
  );
});

for (const [text, titles] of [
  ['"No., or so","%m","a, b","%s"', ['No., or so', 'a, b']],
  ['No.,%m, Info ,%i', ['No.', 'Info ']],
  [String.raw`"a \"q\" b","%m",c\, d,"%s",`, ['a "q" b', 'c, d']],
] as const)
  test(`gui.column.format, ${text}: quotes and backslashes as in Wireshark’s lists`, () => {
    assert.deepEqual(
      chosenColumns(text).map(({ title }) => title),
      titles,
    );
  });

for (const wrong of [
  '"No."',
  '""',
  '"","%m"',
  '"No.","%m',
  '"No.","%m\\\\',
  '"No.","%zz"',
  '"Host","%Cus:http.hots"',
  '"A","toString"',
])
  test(`gui.column.format, ${wrong}: refused with one line that says what is wrong`, () => {
    assert.throws(() => chosenColumns(wrong), UserError);
  });

test('gui.column.format among other preferences: the last one counts, the others are read as before', () => {
  const options = ['gui.column.format:"A","%m"', 'ip.check_checksum:TRUE', 'gui.column.format:"B","%s"'];
  assert.equal(columnFormat(options), '"B","%s"');
  assert.equal(preferences(options)['ip.check_checksum'], true);
});

test('-e beside gui.column.format: titles of its columns, of the usual ones without a value, and fields', () => {
  const columns = chosenColumns('"A","%m","A","%s","Time","%Cus:tcp.time_delta"');
  assert.equal(titledColumn('_ws.col.A', columns)!.of.length, 2);
  assert.equal(titledColumn('_ws.col.Time', columns)!.isTimed, true);
  assert.deepEqual(titledColumn('_ws.col.Info', columns)!.owners, []);
  assert.equal(titledColumn('_ws.col.B', columns), undefined);
  assert.equal(titledColumn('ip.src', columns)!.name, 'ip.src');
});

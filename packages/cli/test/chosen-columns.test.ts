import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../src/errors.ts';
import { chosenColumns } from '../src/read/chosen-columns.ts';
import { columnFormat, preferences } from '../src/read/preferences.ts';

test('gui.column.format, pairs of titles and formats: a column each, fields by name or number', () => {
  const columns = chosenColumns(
    '"No.","%m","Host","%Cus:http.host:0:R","Port","%Cus:tcp.port:0:U","Source","%s"',
  );
  assert.deepEqual(
    columns.map(({ fields, isNamed, side, width }) => [fields.map(({ name }) => name), isNamed, side, width]),
    [
      [[], false, 'none', 5],
      [['http.host'], true, 'none', 0],
      [['tcp.port'], false, 'none', 0],
      [[], false, 'source', 12],
    ],
  );
});

for (const wrong of ['"No."', '"No.","%zz"', '"Host","%Cus:http.hots"', '"A","toString"'])
  test(`gui.column.format, ${wrong}: refused with one line that says what is wrong`, () => {
    assert.throws(() => chosenColumns(wrong), UserError);
  });

test('gui.column.format among other preferences: the last one counts, the others are read as before', () => {
  const options = ['gui.column.format:"A","%m"', 'ip.check_checksum:TRUE', 'gui.column.format:"B","%s"'];
  assert.equal(columnFormat(options), '"B","%s"');
  assert.equal(preferences(options)['ip.check_checksum'], true);
});

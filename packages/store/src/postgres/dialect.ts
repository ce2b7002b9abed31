import type { Dialect } from '../sql/database.ts';

export const dialect: Dialect = {
  // The view `packet` unpacks them.
  packed: {
    capture: 'capture',
    number: 'number',
    captured_length: 'captured_length',
    interface: 'interface',
  },
  captured: '((CAST(interface AS BIGINT) + 1) << 32 | captured_length)',
  comesInOrder: () => false,
  divide: (left, right) => `(${left}) / ${right}`,
  fromJson: (columns) =>
    `jsonb_to_recordset(CAST($1 AS JSONB)) AS s(${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  isOneOf: (column, numbers) => `${column} IN (${numbers.join(', ')})`,
  whole: (sum) => `CAST(${sum} AS BIGINT)`,
  unhex: (text) => `decode(${text}, 'hex')`,
  // By binary search: to look for each packet's batch in an index takes ten times as long.
  withBatches: (
    packets,
  ) => `(SELECT array_agg(first_id ORDER BY first_id) AS firsts FROM batches WHERE packets > 0) f
    CROSS JOIN (${packets}) p
    JOIN batches b ON b.packets > 0 AND b.first_id = f.firsts[width_bucket(p.id, f.firsts)]`,
};

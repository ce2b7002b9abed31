import type { Dialect } from '../sql/database.ts';

/** DuckDB plans longer lists within larger conditions as joins, and NOT IN as slow ones. */
const LIST_MAX = 4;
/** A condition that becomes a join: a subselect, or a list of more than LIST_MAX numbers. */
const JOIN = /\(SELECT |\bIN \(\d+(?:, \d+){4}/;
/** Highest number tested with a bit mask. */
const MASK_MAX = 20_000;

export const dialect: Dialect = {
  // As expressions, not virtual columns of the table: DuckDB would bind and compute those for every 2,048 rows that are appended, a
  // tenth of the time of storing.
  packed: {
    capture: 'CAST(place >> 40 AS INTEGER)',
    number: '(place & 1099511627775)',
    captured_length: '(captured & 4294967295)',
    interface: '(CAST(captured >> 32 AS INTEGER) - 1)',
  },
  captured: 'captured',
  // Guaranteed by `preserve_insertion_order` even with several threads, since one connection inserts. Not after a join,
  // where DuckDB compacts small vectors and so emits them late.
  comesInOrder: (condition) => !JOIN.test(condition),
  divide: (left, right) => `(${left}) // ${right}`,
  fromJson: (columns) => {
    const shape = JSON.stringify([Object.fromEntries(columns.map(({ name, type }) => [name, type]))]);
    return `(SELECT unnest(from_json($1, '${shape}'), max_depth := 2)) AS s`;
  },
  isOneOf: (column, numbers) => {
    const most = numbers.at(-1)!;
    if (numbers.length <= LIST_MAX || most > MASK_MAX) return `${column} IN (${numbers.join(', ')})`;
    const bits = new Array<string>(most + 1).fill('0');
    for (const number of numbers) bits[number] = '1';
    return `(CASE WHEN ${column} <= ${most} THEN get_bit('${bits.join('')}'::BIT, ${column}) = 1 ELSE FALSE END)`;
  },
  whole: (sum) => `CAST(${sum} AS BIGINT)`,
  unhex: (text) => `unhex(${text})`,
  withBatches: (packets) =>
    `(${packets}) p ASOF JOIN (SELECT * FROM batches WHERE packets > 0) b ON p.id >= b.first_id`,
};

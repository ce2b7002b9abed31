import type { Dialect } from '../sql/database.ts';

/** Longer lists, within larger conditions, become joins, and their opposites slow ones. */
const LIST_MAX = 4;
/** What becomes a join: a query within the query, or a list of more than LIST_MAX numbers. */
const JOIN = /\(SELECT |\bIN \(\d+(?:, \d+){4}/;
/** Bits of a mask. */
const MASK_MAX = 20_000;

export const dialect: Dialect = {
  // By `preserve_insertion_order`, even where several threads look; only one connection inserts. Behind a join, DuckDB puts
  // small pieces of the answer together and hands them on later than what came after them.
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
  // Row groups know their least and greatest time: nothing to add.
  timeHint: () => null,
};

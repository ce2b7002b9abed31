import type { Dialect } from '../sql/database.ts';

export const dialect: Dialect = {
  divide: (left, right) => `(${left}) // ${right}`,
  fromJson: (columns) => {
    const shape = JSON.stringify([Object.fromEntries(columns.map(({ name, type }) => [name, type]))]);
    return `(SELECT unnest(from_json($1, '${shape}'), max_depth := 2)) AS s`;
  },
  whole: (sum) => `CAST(${sum} AS BIGINT)`,
  unhex: (text) => `unhex(${text})`,
  // Row groups know their least and greatest time: nothing to add.
  timeHint: () => null,
};

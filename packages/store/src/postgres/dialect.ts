import type { Dialect } from '../sql/database.ts';

export const dialect: Dialect = {
  comesInOrder: () => false,
  divide: (left, right) => `(${left}) / ${right}`,
  fromJson: (columns) =>
    `jsonb_to_recordset(CAST($1 AS JSONB)) AS s(${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  isOneOf: (column, numbers) => `${column} IN (${numbers.join(', ')})`,
  whole: (sum) => `CAST(${sum} AS BIGINT)`,
  unhex: (text) => `decode(${text}, 'hex')`,
  // Packets are partitioned by timestamp, which has microseconds.
  timeHint: (from, to) => {
    const hints = [from === null ? null : `at >= ${stamp(from)}`, to === null ? null : `at <= ${stamp(to)}`];
    return hints.filter((hint) => hint !== null).join(' AND ') || null;
  },
};

/** Rounded down, so that no packet is missed. */
function stamp(nanoseconds: bigint): string {
  const microseconds = nanoseconds / 1000n - (nanoseconds < 0n ? 1n : 0n);
  const seconds = microseconds / 1_000_000n;
  return `(to_timestamp(${seconds}) + INTERVAL '${microseconds % 1_000_000n} microseconds')`;
}

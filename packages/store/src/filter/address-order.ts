// Comparison of addresses with an address or network, as SQL conditions on `addresses.bytes`.
import { type Constant, isPrefix } from '@eyrie/dissect';
import type { Sql } from './condition.ts';

export type Order = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A condition that compares `bytes` with an address or network; null if the constant is neither. */
export function addressCondition(
  order: Order,
  value: Constant,
  sqlOf: (bytes: Uint8Array) => Sql,
): Sql | null {
  const range = rangeOf(value);
  if (range === null) return null;
  const [first, last] = [sqlOf(range.first), sqlOf(range.last)];
  switch (order) {
    case '==':
      return `bytes BETWEEN ${first} AND ${last}`;
    case '!=':
      return `bytes NOT BETWEEN ${first} AND ${last}`;
    case '<':
      return `bytes < ${first}`;
    case '<=':
      return `bytes <= ${last}`;
    case '>':
      return `bytes > ${last}`;
    case '>=':
      return `bytes >= ${first}`;
  }
}

/** The range of addresses that count as equal. */
function rangeOf(value: Constant): { first: Uint8Array; last: Uint8Array } | null {
  if (value instanceof Uint8Array) return { first: value, last: value };
  if (!isPrefix(value)) return null;
  const first = value.bytes.slice();
  const last = value.bytes.slice();
  for (let i = 0; i < first.length; i++) {
    const bits = Math.min(8, Math.max(0, value.bits - 8 * i));
    const mask = bits === 0 ? 0 : (0xff << (8 - bits)) & 0xff;
    first[i]! &= mask;
    last[i]! |= ~mask & 0xff;
  }
  return { first, last };
}

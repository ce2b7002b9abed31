// SQL conditions that are never NULL; constants are folded.

export type Sql = string;

export const TRUE = 'TRUE';
export const FALSE = 'FALSE';

export function and(...all: readonly Sql[]): Sql {
  const rest = [...new Set(all)].filter((each) => each !== TRUE);
  if (rest.includes(FALSE) || rest.some((each) => rest.includes(not(each)))) return FALSE;
  return rest.length === 0 ? TRUE : rest.length === 1 ? rest[0]! : `(${rest.join(' AND ')})`;
}

export function or(...all: readonly Sql[]): Sql {
  const rest = [...new Set(all)].filter((each) => each !== FALSE);
  if (rest.includes(TRUE) || rest.some((each) => rest.includes(not(each)))) return TRUE;
  return rest.length === 0 ? FALSE : rest.length === 1 ? rest[0]! : `(${rest.join(' OR ')})`;
}

const NOT = '(NOT ';

export function not(condition: Sql): Sql {
  if (condition === TRUE) return FALSE;
  if (condition === FALSE) return TRUE;
  // No other function makes a condition that begins like this.
  return condition.startsWith(NOT) ? condition.slice(NOT.length, -1) : `${NOT}${condition})`;
}

/** Conditions for rows that certainly pass a filter (`lower`), and for those that may (`upper`); equal if columns decide it. */
export interface Bounds {
  readonly lower: Sql;
  readonly upper: Sql;
}

export const isDecided = ({ lower, upper }: Bounds): boolean => lower === upper;

export const exactly = (condition: Sql): Bounds => ({ lower: condition, upper: condition });

export const bothHold = (a: Bounds, b: Bounds): Bounds => ({
  lower: and(a.lower, b.lower),
  upper: and(a.upper, b.upper),
});

export const oneHolds = (a: Bounds, b: Bounds): Bounds => ({
  lower: or(a.lower, b.lower),
  upper: or(a.upper, b.upper),
});

export const fails = ({ lower, upper }: Bounds): Bounds => ({ lower: not(upper), upper: not(lower) });

/** Exclusive or. */
export const differ = (a: Bounds, b: Bounds): Bounds =>
  oneHolds(bothHold(a, fails(b)), bothHold(b, fails(a)));

// The rows of `eyrie mesh top`: the list of members, and their readings.
import type { MemberView } from '@eyrie/mesh';

export interface TopRow {
  readonly id: string;
  readonly status: string;
  readonly role: string;
  /** Readings by attribute, in its unit; unknown ones are missing. */
  readonly values: Readonly<Record<string, number>>;
  /** Age of the reading; null without one. */
  readonly ageMs: number | null;
}

/** The part of an answer used here. */
export interface Readings {
  readonly peers: readonly {
    readonly id: string;
    readonly values: Readonly<Record<string, number | null>>;
    readonly ageMs: number;
  }[];
}

export function rowsOf(members: readonly MemberView[], readings: Readings): TopRow[] {
  const read = new Map(readings.peers.map((peer) => [peer.id, peer]));
  return members.map(({ id, status, role }) => {
    const found = read.get(id);
    const values = Object.fromEntries(
      Object.entries(found?.values ?? {}).filter((entry): entry is [string, number] => entry[1] !== null),
    );
    return { id, status, role, values, ageMs: found?.ageMs ?? null };
  });
}

/** Rows whose name, role or state contain all words. */
export function filtered(rows: readonly TopRow[], text: string): TopRow[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter(({ id, status, role }) => {
    const text = `${id} ${status} ${role}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Sorted by a column of `COLUMNS`; missing values come last, ties are broken by name. */
export function sorted(rows: readonly TopRow[], column: string, isReversed: boolean): TopRow[] {
  const sign = isReversed ? -1 : 1;
  const byName = (a: TopRow, b: TopRow) => a.id.localeCompare(b.id, 'en', { numeric: true });
  if (column === 'id') return [...rows].sort((a, b) => sign * byName(a, b));
  if (column === 'status')
    return [...rows].sort((a, b) => sign * a.status.localeCompare(b.status) || byName(a, b));
  const shownBy = (row: TopRow) => (column === 'age' ? (row.ageMs ?? undefined) : row.values[column]);
  return [...rows].sort((a, b) => {
    const [left, right] = [shownBy(a), shownBy(b)];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined) || byName(a, b);
    return sign * (right - left) || byName(a, b);
  });
}

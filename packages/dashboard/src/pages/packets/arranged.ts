// The rows in the order that the user asked for: of time by the server, by other columns here where all rows are here.
import { useEffect, useState } from 'preact/hooks';
import type { PacketRow } from '../../api/types.ts';
import { columnNamed } from '../../list/columns.ts';
import { announce } from '../../ui/announce.tsx';
import type { Sorting } from './list-head.tsx';
import { allRows, type Rows, SORTED_ROWS_MAX } from './rows.ts';

const BY_TIME = new Set(['number', 'time']);

export function canSort(column: string, rows: Rows): boolean {
  return BY_TIME.has(column) || (rows.isExact && rows.total <= SORTED_ROWS_MAX);
}

/** The same rows under other numbers. */
export function useArranged(rows: Rows, sorting: Sorting, question: string): Rows {
  const [sorted, setSorted] = useState<{ key: string; rows: PacketRow[] } | null>(null);
  const isByTime = BY_TIME.has(sorting.column);
  const key = `${question} ${sorting.column} ${sorting.isDescending} ${rows.total}`;

  useEffect(() => {
    if (isByTime || !rows.isCounted || !canSort(sorting.column, rows)) return setSorted(null);
    let isOver = false;
    allRows(rows).then(
      (all) => !isOver && setSorted({ key, rows: inOrder(all, sorting) }),
      (error) => announce(error.message),
    );
    return () => {
      isOver = true;
    };
  }, [key, isByTime, rows.isCounted]);

  if (!isByTime && sorted?.key === key) {
    return {
      ...rows,
      row: (number) => sorted.rows[number] ?? null,
      want: () => {},
      find: async ({ id }) => sorted.rows.findIndex((row) => row.id === id),
    };
  }
  if (!isByTime || !sorting.isDescending) return rows;
  const turned = (number: number) => rows.total - 1 - number;
  return {
    ...rows,
    row: (number) => rows.row(turned(number)),
    want: (from, to) => rows.want(rows.total - to, rows.total - from),
    find: async (row) => {
      const at = await rows.find(row);
      return at < 0 ? -1 : turned(at);
    },
  };
}

function inOrder(rows: PacketRow[], { column, isDescending }: Sorting): PacketRow[] {
  const value = columnNamed(column)!.value;
  const sign = isDescending ? -1 : 1;
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return rows.sort((a, b) => {
    const x = value(a);
    const y = value(b);
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : compare(String(x), String(y));
    return order === 0 ? a.id - b.id : sign * order;
  });
}

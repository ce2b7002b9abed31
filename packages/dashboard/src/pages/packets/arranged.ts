// Sorting of the packet list. By time, rows keep their numbers; short lists are sorted by other columns in the browser,
// long ones by the server, whose pages are appended while scrolling.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client.ts';
import type { PacketRow, Page } from '../../api/types.ts';
import { columnNamed } from '../../list/columns.ts';
import { GrowingRows } from '../../list/growing-rows.ts';
import { announce } from '../../ui/announce.tsx';
import type { Sorting } from './list-head.tsx';
import { allRows, type Rows, SORTED_ROWS_MAX } from './rows.ts';

const BY_TIME = new Set(['number', 'time']);

/** Columns that the server sorts by, for any number of rows. */
const BY_SERVER = new Set(['src', 'dst', 'src_port', 'dst_port', 'protocol', 'length', 'stream', 'path']);

function isShort(rows: Rows): boolean {
  return rows.isExact && rows.total <= SORTED_ROWS_MAX;
}

export function canSort(column: string, rows: Rows): boolean {
  return BY_TIME.has(column) || isShort(rows) || BY_SERVER.has(column);
}

interface Question {
  q: string;
  capture: number | null;
  /** Fields that are shown as columns, separated by commas. */
  fields: string | null;
}

/** The rows in the selected order. */
export function useArranged(rows: Rows, sorting: Sorting, question: Question): Rows {
  const [sorted, setSorted] = useState<{ key: string; rows: PacketRow[] } | null>(null);
  const isByTime = BY_TIME.has(sorting.column);
  const { q, capture, fields } = question;
  const key = JSON.stringify([q, capture, fields, sorting]);
  const isByServer = !isByTime && rows.isCounted && !isShort(rows) && BY_SERVER.has(sorting.column);
  const paged = usePaged(question, isByServer ? sorting : null);

  useEffect(() => {
    if (isByTime || !rows.isCounted || !isShort(rows)) return setSorted(null);
    let isOver = false;
    allRows(rows).then(
      (all) => !isOver && setSorted({ key, rows: inOrder(all, sorting) }),
      (error) => announce(error.message),
    );
    return () => {
      isOver = true;
    };
  }, [key, isByTime, rows.isCounted, rows.total]);

  if (isByServer) return { ...rows, ...paged };
  if (!isByTime && sorted?.key === key) {
    // While packets arrive, the previously sorted rows stay until all rows are loaded.
    return {
      ...rows,
      total: sorted.rows.length,
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

/** Rows in the server's order; null: no request. */
function usePaged({ q, capture, fields }: Question, sorting: Sorting | null) {
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<ApiError | null>(null);
  const source = useRef<GrowingRows | null>(null);
  const key = sorting === null ? null : JSON.stringify([q, capture, fields, sorting]);
  useEffect(() => {
    if (sorting === null) return;
    const control = new AbortController();
    const { column: sort, isDescending } = sorting;
    const query = { q, capture, fields, sort, order: isDescending ? 'desc' : 'asc' };
    const pages = new GrowingRows(
      (limit, after) => get<Page<PacketRow>>('/packets', { ...query, limit, after }, control.signal),
      () => setVersion((n) => n + 1),
      (problem) => problem instanceof ApiError && setError(problem),
    );
    source.current = pages;
    setError(null);
    pages.want(0, 1);
    return () => {
      control.abort();
      pages.close();
      source.current = null;
    };
  }, [key]);
  return {
    total: source.current?.total ?? 0,
    isExact: source.current?.isAtEnd ?? false,
    ...{ version, error },
    row: (number: number) => source.current?.row(number) ?? null,
    want: (from: number, to: number) => source.current?.want(from, to),
    find: async (row: { id: number }) => (await source.current?.find(row)) ?? -1,
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

// The rows of the list for a filter and a capture, counted again while packets arrive.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client.ts';
import type { FilterCheck, PacketRow, Page, Timeline } from '../../api/types.ts';
import { GrowingRows } from '../../list/growing-rows.ts';
import { RowTree, type Span } from '../../list/row-tree.ts';
import { captures, revision } from '../../state/captures.ts';

const BUCKETS_MAX = 2000;
/** Upper bound for sorting in the browser. */
export const SORTED_ROWS_MAX = 10_000;
const PAGE_ROWS_MAX = 1000;
/** Maximum number of captures shown one after the other. */
const CAPTURES_MAX = 100;

export interface Rows {
  total: number;
  /** False while the number of rows is unknown. */
  isCounted: boolean;
  /** False: there may be more rows. */
  isExact: boolean;
  error: ApiError | null;
  /** Increments with every change. */
  version: number;
  row: (number: number) => PacketRow | null;
  want: (from: number, to: number) => void;
  find: (row: { id: number; capture: number; time: string }) => Promise<number>;
  reload: () => void;
}

export function useRows(q: string, capture: number | null): Rows {
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const source = useRef<RowTree | GrowingRows | null>(null);
  const counted = useRef(false);
  const known = captures.value;
  const isReady = known !== null;

  useEffect(() => {
    if (!isReady) return;
    let isOver = false;
    const control = new AbortController();
    counted.current = false;
    const redraw = () => !isOver && setVersion((n) => n + 1);
    const fail = (problem: unknown) => {
      if (isOver || (problem as Error).name === 'AbortError') return;
      setError(problem instanceof ApiError ? problem : new ApiError('page', String(problem)));
    };
    const begin = async () => {
      const check = q === '' ? null : await get<FilterCheck>('/filter/check', { q }, control.signal);
      if (check?.error) throw new ApiError('bad_filter', check.error.message, null, check.error);
      source.current?.close();
      source.current = check?.needs_bytes
        ? new GrowingRows(
            (limit, after) => get<Page<PacketRow>>('/packets', { q, capture, limit, after }, control.signal),
            redraw,
            fail,
          )
        : new RowTree(asksFor(q, control.signal), redraw, fail);
      if (source.current instanceof RowTree) await source.current.count(chosenCaptures(capture));
      else source.current.want(0, 1);
      counted.current = true;
      setError(null);
      redraw();
    };
    begin().catch(fail);
    return () => {
      isOver = true;
      control.abort();
      source.current?.close();
    };
  }, [q, capture, isReady, attempt]);

  const changed = revision.value;
  useEffect(() => {
    if (!(source.current instanceof RowTree) || changed === 0 || !counted.current) return;
    source.current.count(chosenCaptures(capture)).catch(() => {});
  }, [changed]);

  return {
    total: source.current?.total ?? 0,
    isCounted: counted.current,
    isExact: !(source.current instanceof GrowingRows) || source.current.isAtEnd,
    error,
    version,
    row: (number) => source.current?.row(number) ?? null,
    want: (from, to) => source.current?.want(from, to),
    find: async (row) => (await source.current?.find(row)) ?? -1,
    reload: () => setAttempt((n) => n + 1),
  };
}

/** Ids of the captures shown, in ascending order; the latest CAPTURES_MAX. */
export function chosenCaptures(capture: number | null): number[] {
  if (capture !== null) return [capture];
  const rows = (captures.peek() ?? []).filter(({ packets, state }) => packets > 0 || state === 'running');
  return rows
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .slice(-CAPTURES_MAX);
}

function asksFor(q: string, signal: AbortSignal) {
  const terms = ({ capture, from, to }: Span) => ({ q, capture, from, to });
  return {
    timeline: (span: Span) =>
      get<Timeline>('/timeline', { ...terms(span), by: 'none', buckets: BUCKETS_MAX }, signal),
    rows: (span: Span, limit: number, after: string | null) =>
      get<Page<PacketRow>>('/packets', { ...terms(span), limit, after }, signal),
  };
}

/** Loads all rows of a list that is short enough to be sorted in the browser. */
export async function allRows(rows: Rows): Promise<PacketRow[]> {
  const all: PacketRow[] = [];
  const deadline = Date.now() + 30_000;
  for (let at = 0; at < rows.total; ) {
    rows.want(at, Math.min(rows.total, at + PAGE_ROWS_MAX));
    const row = rows.row(at);
    if (row !== null) {
      all.push(row);
      at++;
    } else if (Date.now() > deadline) throw new ApiError('slow', 'The rows did not arrive in time.');
    else await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return all;
}

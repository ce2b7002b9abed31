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

/** @param fields names of further fields to load, separated by commas; null: none */
export function useRows(q: string, capture: number | null, fields: string | null): Rows {
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const source = useRef<RowTree | GrowingRows | null>(null);
  const counted = useRef(false);
  /** The filter and the capture whose rows are there. */
  const shown = useRef('');
  useEffect(() => () => source.current?.close(), []);
  const known = captures.value;
  const isReady = known !== null;

  useEffect(() => {
    if (!isReady) return;
    let isOver = false;
    const control = new AbortController();
    // Only other fields are wanted: the old rows stay until the new ones have as many, so that nothing moves.
    const isSame = shown.current === `${q} ${capture}` && counted.current;
    counted.current = isSame;
    let onChange = () => {};
    const redraw = () => {
      onChange();
      if (!isOver) setVersion((n) => n + 1);
    };
    const fail = (problem: unknown) => {
      if (isOver || (problem as Error).name === 'AbortError') return;
      setError(problem instanceof ApiError ? problem : new ApiError('page', String(problem)));
      if (isRefused(problem)) source.current?.close();
    };
    const use = (fresh: RowTree | GrowingRows) => {
      source.current?.close();
      source.current = fresh;
    };
    const begin = async () => {
      const check = q === '' ? null : await get<FilterCheck>('/filter/check', { q, capture }, control.signal);
      if (check?.error) throw new ApiError('bad_filter', check.error.message, null, check.error);
      const fresh = check?.needs_bytes
        ? new GrowingRows(
            (limit, after) =>
              get<Page<PacketRow>>('/packets', { q, capture, limit, after, fields }, control.signal),
            redraw,
            fail,
          )
        : new RowTree(asksFor(q, fields, control.signal), redraw, fail);
      if (!isSame) use(fresh);
      if (fresh instanceof RowTree) await fresh.count(chosenCaptures(capture));
      else if (!isSame) fresh.want(0, 1);
      else await grown(fresh, source.current?.total ?? 0, (call) => (onChange = call));
      if (isSame && !isOver) use(fresh);
      shown.current = `${q} ${capture}`;
      counted.current = true;
      setError(null);
      redraw();
    };
    begin().catch(fail);
    return () => {
      isOver = true;
      control.abort();
    };
  }, [q, capture, fields, isReady, attempt]);

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

/** The request is wrong, so that another attempt would fail as well. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'bad_value' || error.at !== null);
}

/** Loads pages until there are `total` rows. @param listen calls back after each page */
function grown(rows: GrowingRows, total: number, listen: (call: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      if (rows.isAtEnd || rows.total >= total) resolve();
      else rows.want(0, total);
    };
    listen(go);
    go();
  });
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

function asksFor(q: string, fields: string | null, signal: AbortSignal) {
  const terms = ({ capture, from, to }: Span) => ({ q, capture, from, to });
  return {
    timeline: (span: Span) =>
      get<Timeline>('/timeline', { ...terms(span), by: 'none', buckets: BUCKETS_MAX }, signal),
    rows: (span: Span, limit: number, after: string | null) =>
      get<Page<PacketRow>>('/packets', { ...terms(span), limit, after, fields }, signal),
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

// What a chosen time range is compared with: as much time right before it.
import type { CaptureRow, ProtocolSummary } from '../../api/types.ts';
import { timeRange, withTimeRange } from '../../state/expression.ts';

/** Decimals of a moment, as many as captures have. */
const PLACES = 9;

interface Terms {
  q: string;
  /** Null: all. */
  capture: number | null;
}

/** `uncaptured`: some or all of the time before is older than the captures, so counts would not be comparable. */
export type Earlier = ProtocolSummary | 'uncaptured';

/**
 * The filter for the time before its range; null: it has none.
 * @param known captures of which one has to have begun by then
 */
export function before({ q, capture }: Terms, known: readonly CaptureRow[]): string | 'uncaptured' | null {
  const { from, to } = timeRange(q);
  if (from === null || to === null || to <= from) return null;
  const start = from - (to - from);
  const isCaptured = known.some(
    ({ id, first }) => (capture === null || id === capture) && first !== null && Number(first) <= start,
  );
  return isCaptured ? withTimeRange(q, start, from, PLACES) : 'uncaptured';
}

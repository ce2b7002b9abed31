// What a chosen time range is compared with: as much time right before it.
import { get } from '../../api/client.ts';
import type { ProtocolSummary } from '../../api/types.ts';
import { timeRange, withTimeRange } from '../../state/expression.ts';
import { useResource } from '../../state/resource.ts';

export interface Earlier {
  summary: ProtocolSummary;
  seconds: number;
}

/** Decimals of a moment, as many as captures have. */
const PLACES = 9;

/** The filter for the time before its range, and how long that is in seconds; null: it has no range. */
export function before(q: string): { q: string; seconds: number } | null {
  const { from, to } = timeRange(q);
  if (from === null || to === null || to <= from) return null;
  return { q: withTimeRange(q, from - (to - from), from, PLACES), seconds: to - from };
}

/** Null: no range is chosen, or the answer is pending. */
export function useEarlier(terms: { q: string; capture: number | null }): Earlier | null {
  const past = before(terms.q);
  const query = { ...terms, q: past?.q ?? '' };
  const { data, isLoading } = useResource(past && JSON.stringify(query), (signal) =>
    get<ProtocolSummary>('/protocol_summary', query, signal),
  );
  return past === null || data === null || isLoading ? null : { summary: data, seconds: past.seconds };
}

// What a chosen time range is compared with: as much time right before it.
import { get } from '../../api/client.ts';
import type { ProtocolSummary } from '../../api/types.ts';
import { timeRange, withTimeRange } from '../../state/expression.ts';
import { useResource } from '../../state/resource.ts';

/** Decimals of a moment, as many as captures have. */
const PLACES = 9;

/** The filter for the time before its range; null: it has none. */
export function before(q: string): string | null {
  const { from, to } = timeRange(q);
  if (from === null || to === null || to <= from) return null;
  return withTimeRange(q, from - (to - from), from, PLACES);
}

/** Null: no range is chosen, or the answer is pending. */
export function useEarlier(terms: { q: string; capture: number | null }): ProtocolSummary | null {
  const q = before(terms.q);
  const query = { ...terms, q };
  const { data, isLoading } = useResource(q && JSON.stringify(query), (signal) =>
    get<ProtocolSummary>('/protocol_summary', query, signal),
  );
  return isLoading ? null : data;
}

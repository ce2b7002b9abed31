// Offered where a few packets stretch a chart's time: zooms to where nearly all of the others are.
import { get, type Query } from '../api/client.ts';
import type { Timeline } from '../api/types.ts';
import { announce } from '../ui/announce.tsx';
import { Icon } from '../ui/icons.tsx';
import { denseSpan, placesOf, type Span, stackOf, type Totals } from './stack.ts';

interface Props {
  /** Null: not counted yet. */
  totals: Totals | null;
  /** Query parameters of /timeline for what the chart shows, without its time. */
  terms: Query;
  /** @param places decimal places of the span's borders */
  onSpan: (span: Span, places: number) => void;
}

export function DenseButton({ totals, terms, onSpan }: Props) {
  const dense = totals === null ? null : denseSpan(totals);
  if (totals === null || dense === null) return null;
  return (
    <button
      type="button"
      class="button button-small"
      title="Nearly all packets are in a small part of this time"
      onClick={() =>
        narrowed(dense, placesOf(totals.step), terms).then(
          ([span, places]) => onSpan(span, places),
          (error) => announce(error.message),
        )
      }
    >
      <Icon name="find" size={12} /> Where the packets are
    </button>
  );
}

/** Buckets of the requests that narrow a span, and how many there are at most: each leaves a twentieth or less of the time. */
const BUCKETS = 240;
const REQUESTS_MAX = 8;

/** The span, or a part of it that nearly all packets are in. */
async function narrowed(dense: Span, decimals: number, terms: Query): Promise<[Span, number]> {
  let [span, places] = [dense, decimals];
  for (let i = 0; i < REQUESTS_MAX; i++) {
    const query = { ...terms, ...span, by: 'none', buckets: BUCKETS };
    const stack = stackOf(await get<Timeline>('/timeline', query), 'packets');
    const next = denseSpan(stack);
    if (next === null) break;
    [span, places] = [next, placesOf(stack.step)];
  }
  return [span, places];
}

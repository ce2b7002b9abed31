// The Overview page: figures, traffic over time, protocols, talkers, findings. Each element filters when clicked.
import { get } from '../../api/client.ts';
import type { FindingRow, Hosts, Page, ProtocolSummary, Timeline } from '../../api/types.ts';
import { captures } from '../../state/captures.ts';
import { timeRange } from '../../state/expression.ts';
import { capture, filter, scope } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { Welcome } from '../../ui/nothing.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { before, type Earlier } from './earlier.ts';
import { Figures } from './figures.tsx';
import { Findings, LINES, NewHosts, TopNames } from './lists.tsx';
import { Protocols } from './protocols.tsx';
import { type Span, spanOfPackets } from './span.ts';
import { TopTalkers } from './talkers.tsx';
import { Traffic } from './traffic.tsx';

/** Number of hosts requested, enough to find the names with the most traffic. */
const TALKERS = 200;
/** Maximum number of findings marked above the timeline. */
const MARKS = 300;
/** Maximum number of protocols in the timeline; the rest is `other`. */
const SERIES = 50;
const BUCKETS = 240;

/** Null: no range is chosen, or the answer is pending. */
function useEarlier(terms: { q: string; capture: number | null }): Earlier | null {
  const q = captures.value && before(terms, captures.value);
  const query = { ...terms, q };
  const key = q === null || q === 'uncaptured' ? null : JSON.stringify(query);
  const { data, isLoading } = useResource(key, (signal) =>
    get<ProtocolSummary>('/protocol_summary', query, signal),
  );
  if (q === 'uncaptured') return q;
  return isLoading ? null : data;
}

/** All that the page requests. */
function useAnswers() {
  const terms = scope.value;
  const key = JSON.stringify(terms);
  const summary = useResource(key, (signal) => get<ProtocolSummary>('/protocol_summary', terms, signal));
  const timeline = useResource(key, (signal) =>
    get<Timeline>(
      '/timeline',
      { ...terms, ...timeRange(terms.q), by: 'protocol', series: SERIES, buckets: BUCKETS },
      signal,
    ),
  );
  const talkers = useResource(key, (signal) =>
    get<Hosts>('/hosts', { ...terms, sort: 'bytes', limit: TALKERS }, signal),
  );
  const newest = useResource(key, (signal) =>
    get<Hosts>('/hosts', { ...terms, sort: 'first', limit: LINES }, signal),
  );
  const expert = useResource(key, (signal) =>
    get<Page<FindingRow>>('/findings', { ...terms, finder: 'expert', limit: LINES }, signal),
  );
  const suspicions = useResource(key, (signal) =>
    get<Page<FindingRow>>('/findings', { ...terms, finder: 'rule', limit: MARKS }, signal),
  );
  const earlier = useEarlier(terms);
  return { summary, earlier, timeline, talkers, newest, expert, suspicions };
}

export function Overview() {
  const { summary, earlier, timeline, talkers, newest, expert, suspicions } = useAnswers();
  if (summary.data === null) {
    if (summary.error !== null) return <Trouble error={summary.error} onRetry={summary.reload} />;
    return <Loading />;
  }
  if (summary.data.packets === 0 && filter.value === '' && (captures.value?.length ?? 0) === 0)
    return <Welcome />;

  return (
    <div class="overview">
      <Figures
        summary={summary.data}
        earlier={earlier}
        span={spanOf(timeline.data)}
        isStale={summary.isLoading}
      />
      {summary.error !== null && <Trouble error={summary.error} onRetry={summary.reload} />}
      <Traffic timeline={timeline} findings={suspicions.data?.items ?? []} />
      <Protocols summary={summary.data} earlier={earlier} isStale={summary.isLoading} />
      <TopTalkers hosts={talkers} />
      <Findings rules={suspicions} expert={expert} />
      <TopNames hosts={talkers} />
      <NewHosts hosts={newest} />
    </div>
  );
}

/** The time span: exact from the captures without a filter, otherwise from the timeline to a bucket. */
function spanOf(timeline: Timeline | null): Span | null {
  const rows = (captures.value ?? []).filter(({ id }) => capture.value === null || capture.value === id);
  const times = rows.flatMap(({ first, last }) =>
    first === null || last === null ? [] : [Number(first), Number(last)],
  );
  if (filter.value === '' && times.length > 0) return { from: Math.min(...times), to: Math.max(...times) };
  return timeline === null ? null : spanOfPackets(timeline);
}

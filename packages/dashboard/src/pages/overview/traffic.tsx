// The timeline of the overview. Selecting a range filters the whole page.
import { useMemo } from 'preact/hooks';
import type { FindingRow, Timeline } from '../../api/types.ts';
import { DenseButton } from '../../charts/dense-button.tsx';
import { type FamilySeries, stackOf, type Unit } from '../../charts/stack.ts';
import { TimelineChart } from '../../charts/timeline-chart.tsx';
import { familyTitles } from '../../families.ts';
import { duration } from '../../format/time.ts';
import { quoted, timeRange, withTimeRange } from '../../state/expression.ts';
import { addToFilter, filter, place, scope, setTimeRange, setView } from '../../state/navigation.ts';
import type { Resource } from '../../state/resource.ts';
import { Icon } from '../../ui/icons.tsx';
import { Panel, Switch } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';

export function Traffic({
  timeline,
  findings,
}: {
  timeline: Resource<Timeline>;
  findings: readonly FindingRow[];
}) {
  const unit: Unit = place.value.view.traffic === 'bytes' ? 'bytes' : 'packets';
  const { data } = timeline;
  const stack = useMemo(() => (data === null ? null : stackOf(data, unit)), [data, unit]);
  const { q, capture } = scope.value;
  const range = timeRange(q);
  const isZoomed = range.from !== null || range.to !== null;
  return (
    <Panel
      title="Traffic"
      class="traffic"
      note={
        stack !== null && stack.times.length > 0 ? `${unit} in bars of ${duration(stack.step)}` : undefined
      }
      isStale={timeline.isLoading}
      tools={
        <>
          <DenseButton
            totals={stack}
            terms={{ q: withTimeRange(q, null, null), capture }}
            onSpan={({ from, to }, places) => filter.value === q && setTimeRange(from, to, places)}
          />
          {isZoomed && (
            <button type="button" class="button button-small" onClick={() => setTimeRange(null, null)}>
              <Icon name="close" size={12} /> All time
            </button>
          )}
          <Switch
            label="Unit"
            value={unit}
            options={[
              ['packets', 'Packets'],
              ['bytes', 'Bytes'],
            ]}
            onChange={(next) => setView({ traffic: next }, true)}
          />
        </>
      }
    >
      {stack === null &&
        (timeline.error === null ? (
          <Loading />
        ) : (
          <Trouble error={timeline.error} onRetry={timeline.reload} />
        ))}
      {stack !== null && stack.times.length === 0 && (
        <Empty icon="filter" title="No packets pass this filter" />
      )}
      {stack !== null && stack.times.length > 0 && (
        <>
          <Legend series={stack.series} />
          <TimelineChart
            stack={stack}
            unit={unit}
            height={220}
            label="Traffic over time"
            findings={findings}
            onRange={setTimeRange}
            onOut={() => setTimeRange(null, null)}
          />
        </>
      )}
    </Panel>
  );
}

function Legend({ series }: { series: FamilySeries[] }) {
  return (
    <ul class="legend" aria-label="Families of protocols">
      {series.map(({ family, protocols }) => {
        const text = (
          <>
            <span class={`dot family-${family}`} />
            {familyTitles[family]}
          </>
        );
        return (
          <li key={family}>
            {protocols.length === 0 ? (
              <span>{text}</span>
            ) : (
              <button
                type="button"
                class="link"
                title={protocols.join(', ')}
                onClick={() => addToFilter(termFor(protocols))}
              >
                {text}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function termFor(protocols: string[]): string {
  if (protocols.length === 1) return `_ws.col.Protocol == ${quoted(protocols[0]!)}`;
  return `_ws.col.Protocol in {${protocols.map(quoted).join(', ')}}`;
}

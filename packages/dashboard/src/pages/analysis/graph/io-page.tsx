// The I/O graph: traffic over time, a series for each of several display filters. Series, scale and time are in the address.
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { IoGraph } from '../../../api/analysis-types.ts';
import { captures } from '../../../state/captures.ts';
import { timeRange } from '../../../state/expression.ts';
import { capture, filter, place, setView } from '../../../state/navigation.ts';
import { remembered } from '../../../state/settings.ts';
import { Welcome } from '../../../ui/nothing.tsx';
import { GraphPanel } from './graph-panel.tsx';
import { DETAILS, detailOf, mannerOf } from './look.ts';
import { FIRST_SERIES, figureOf, readSeries, type Series, written } from './series.ts';
import type { Terms } from './series-line.tsx';
import { SeriesPanel } from './series-panel.tsx';

/** The series of the last visit. */
const kept = remembered('io-graph', written(FIRST_SERIES));

export function IoPage() {
  const { view } = place.value;
  const series = useMemo(
    () => readSeries(view.series) ?? readSeries(kept.value) ?? [...FIRST_SERIES],
    [view.series],
  );
  const manner = useMemo(() => mannerOf(view), [view.scale, view.per]);
  const { loaded, onLoad, onRemove } = useLoaded();
  const figure = useMemo(() => {
    const shown = series.flatMap((one, i) => (one.isOn && loaded[i] ? [[one, loaded[i]] as const] : []));
    return figureOf(shown, manner.isRate);
  }, [series, loaded, manner.isRate]);

  if (captures.value?.length === 0) return <Welcome />;
  const change = (next: readonly Series[]) => {
    kept.value = written(next);
    setView({ series: kept.value }, true);
  };
  return (
    <div class="io">
      <GraphPanel figure={figure} manner={manner} series={series} loaded={loaded} />
      <SeriesPanel
        series={series}
        figure={figure}
        terms={termsOf(DETAILS[detailOf(view)])}
        onChange={change}
        onLoad={onLoad}
        onRemove={(i) => {
          onRemove(i);
          change(series.filter((_, k) => k !== i));
        }}
      />
    </div>
  );
}

/** What the lines of the form have counted, in their order; null: nothing to draw. */
export type Loaded = readonly (IoGraph | null)[];

function useLoaded() {
  const [loaded, set] = useState<Loaded>([]);
  const onLoad = useCallback((i: number, graph: IoGraph | null) => {
    set((old) => Object.assign([...old], { [i]: graph }));
  }, []);
  const onRemove = (i: number) => set((old) => old.filter((_, k) => k !== i));
  return { loaded, onLoad, onRemove };
}

/** The graph's own time, else that of the page's filter: the axis then has no empty part. */
function termsOf(buckets: number): Terms {
  const { from, to } = place.value.view;
  const range = timeRange(filter.value);
  const text = (own: string | undefined, otherwise: number | null) =>
    own !== undefined && own !== '' ? own : otherwise === null ? null : String(otherwise);
  return {
    q: filter.value,
    capture: capture.value,
    from: text(from, range.from),
    to: text(to, range.to),
    buckets,
  };
}

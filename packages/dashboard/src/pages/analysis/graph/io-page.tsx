// The I/O graph: traffic over time, a series for each of several display filters. Series, scale and time are in the address.
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { IoGraph } from '../../../api/analysis-types.ts';
import { placesOf } from '../../../charts/stack.ts';
import { duration } from '../../../format/time.ts';
import { captures } from '../../../state/captures.ts';
import { allOf, timeRange, withTimeRange } from '../../../state/expression.ts';
import { capture, filter, go, place, setTimeRange, setView } from '../../../state/navigation.ts';
import { remembered } from '../../../state/settings.ts';
import { Icon } from '../../../ui/icons.tsx';
import { type MenuItem, openMenu } from '../../../ui/menu.tsx';
import { Welcome } from '../../../ui/nothing.tsx';
import { Panel, Switch } from '../../../ui/panel.tsx';
import { Empty, Loading } from '../../../ui/states.tsx';
import { save } from '../../packets/packet-menu.ts';
import { IoChart } from './io-chart.tsx';
import {
  added,
  csvOf,
  FIRST_SERIES,
  type Figure,
  figureOf,
  PRESETS,
  readSeries,
  SERIES_MAX,
  type Series,
  written,
} from './series.ts';
import { SeriesLine, type Terms } from './series-line.tsx';

/** Buckets across the graph. */
const DETAILS = { coarse: 60, medium: 240, fine: 1000 } as const;
type Detail = keyof typeof DETAILS;

/** The series of the last visit. */
const kept = remembered('io-graph', written(FIRST_SERIES));

export function IoPage() {
  const { view } = place.value;
  const series = useMemo(
    () => readSeries(view.series) ?? readSeries(kept.value) ?? [...FIRST_SERIES],
    [view.series],
  );
  const manner = useMemo(
    () => ({ isLog: view.scale === 'log', isRate: view.per === 'second' }),
    [view.scale, view.per],
  );
  const detail: Detail = Object.hasOwn(DETAILS, view.detail ?? '') ? (view.detail as Detail) : 'medium';
  const change = (next: readonly Series[]) => {
    kept.value = written(next);
    setView({ series: kept.value }, true);
  };
  const terms = termsOf(DETAILS[detail]);

  const [loaded, setLoaded] = useState<readonly (IoGraph | null)[]>([]);
  const onLoad = useCallback((i: number, graph: IoGraph | null) => {
    setLoaded((old) => Object.assign([...old], { [i]: graph }));
  }, []);
  const figure = useMemo(() => {
    const shown = series.flatMap((one, i) => (one.isOn && loaded[i] ? [[one, loaded[i]] as const] : []));
    return figureOf(shown, manner.isRate);
  }, [series, loaded, manner.isRate]);

  if (captures.value?.length === 0) return <Welcome />;
  const isZoomed = (view.from ?? '') !== '';
  const zoom = (from: number, to: number) => {
    const places = placesOf(figure.step);
    const end = figure.times[to]! + figure.step;
    setView({ from: figure.times[from]!.toFixed(places), to: end.toFixed(places) });
  };
  const open = (at: number, which: number) => {
    const own = figure.drawn[which]?.series.filter ?? '';
    const start = figure.times[at]!;
    const q = withTimeRange(allOf(filter.value, own), start, start + figure.step, placesOf(figure.step));
    go({ page: 'packets', item: '', packet: null, view: {}, q });
  };
  return (
    <div class="io">
      <Panel
        title="I/O graph"
        class="io-panel"
        note={
          figure.times.length > 0
            ? `${unitsOf(figure)}${manner.isRate ? ' per second,' : ''} in steps of ${duration(figure.step)}`
            : undefined
        }
        tools={
          <>
            {isZoomed && <Zoomed />}
            <Switch
              label="Detail"
              value={detail}
              options={[
                ['coarse', 'Coarse'],
                ['medium', 'Medium'],
                ['fine', 'Fine'],
              ]}
              onChange={(next) => setView({ detail: next === 'medium' ? '' : next }, true)}
            />
            <Switch
              label="Values"
              value={manner.isRate ? 'second' : ''}
              options={[
                ['', 'Per step'],
                ['second', 'Per second'],
              ]}
              onChange={(per) => setView({ per }, true)}
            />
            <Switch
              label="Scale"
              value={manner.isLog ? 'log' : ''}
              options={[
                ['', 'Linear'],
                ['log', 'Log'],
              ]}
              onChange={(scale) => setView({ scale }, true)}
            />
          </>
        }
      >
        {figure.times.length > 0 ? (
          <IoChart figure={figure} manner={manner} onZoom={zoom} onOut={zoomOut} onOpen={open} />
        ) : (
          <Blank series={series} loaded={loaded} />
        )}
      </Panel>
      <Panel
        title="Series"
        note={<span class="io-hint">Drag in the graph to zoom; a click lists the packets of that time</span>}
        tools={
          <>
            <button
              type="button"
              class="button button-small"
              disabled={figure.times.length === 0}
              onClick={() =>
                save(`data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(figure))}`, 'io-graph.csv')
              }
            >
              <Icon name="download" size={12} /> CSV
            </button>
            <button
              type="button"
              class="button button-small"
              aria-haspopup="menu"
              disabled={series.length >= SERIES_MAX}
              onClick={(event) =>
                openMenu(
                  event,
                  presets((own) => change(added(series, own))),
                  event.currentTarget,
                )
              }
            >
              <Icon name="plus" size={12} /> Add a series
            </button>
          </>
        }
      >
        <ul class="io-list">
          {series.map((one, i) => (
            <SeriesLine
              key={`${i}-${one.colour}`}
              id={String(i)}
              series={one}
              terms={terms}
              onLoad={(graph) => onLoad(i, graph)}
              onChange={(own) => change(series.map((each, k) => (k === i ? { ...each, ...own } : each)))}
              onRemove={() => {
                setLoaded((old) => old.filter((_, k) => k !== i));
                change(series.filter((_, k) => k !== i));
              }}
            />
          ))}
        </ul>
        {series.length === 0 && <p class="io-none">No series: add one to draw something.</p>}
      </Panel>
    </div>
  );
}

/** What the axes are in. */
function unitsOf({ drawn }: Figure): string {
  return [...new Set(drawn.map(({ series }) => series.unit))].join(' and ');
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

function zoomOut(): void {
  setView({ from: '', to: '' });
}

function Zoomed() {
  const { from, to } = place.value.view;
  return (
    <>
      <button
        type="button"
        class="button button-small"
        title="Filter the whole page by this time"
        onClick={() => {
          zoomOut();
          setTimeRange(Number(from), Number(to), 9);
        }}
      >
        <Icon name="filter" size={12} /> Filter by this time
      </button>
      <button type="button" class="button button-small" title="0" onClick={zoomOut}>
        <Icon name="close" size={12} /> Whole time
      </button>
    </>
  );
}

function presets(add: (own: string) => void): MenuItem[] {
  return [
    { label: 'All packets', run: () => add('') },
    'separator',
    ...PRESETS.map(([label, own]) => ({ label, hint: own, run: () => add(own) })),
  ];
}

function Blank({ series, loaded }: { series: readonly Series[]; loaded: readonly (IoGraph | null)[] }) {
  if (!series.some(({ isOn }) => isOn)) return <Empty icon="analysis" title="No series is drawn" />;
  if (series.some(({ isOn }, i) => isOn && loaded[i] !== null && loaded[i] !== undefined))
    return <Empty icon="filter" title="No packets at this time" />;
  return <Loading what="Counting" />;
}

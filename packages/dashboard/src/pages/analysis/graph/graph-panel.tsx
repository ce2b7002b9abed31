// The panel of the I/O graph: its scales, its zoom, and the graph, or why there is none.
import { DenseButton } from '../../../charts/dense-button.tsx';
import { placesOf, type Span } from '../../../charts/stack.ts';
import { duration } from '../../../format/time.ts';
import { allOf, withTimeRange } from '../../../state/expression.ts';
import { filter, go, place, scope, setTimeRange, setView } from '../../../state/navigation.ts';
import { Icon } from '../../../ui/icons.tsx';
import { Panel, Switch } from '../../../ui/panel.tsx';
import { Empty, Loading } from '../../../ui/states.tsx';
import { IoChart } from './io-chart.tsx';
import type { Loaded } from './io-page.tsx';
import { detailOf, type Manner } from './look.ts';
import { type Figure, type Series, totalsOf } from './series.ts';

interface Props {
  figure: Figure;
  manner: Manner;
  series: readonly Series[];
  loaded: Loaded;
}

export function GraphPanel({ figure, manner, series, loaded }: Props) {
  const { times, step } = figure;
  const places = placesOf(step);
  const open = (at: number, which: number) => {
    const own = figure.drawn[which]?.series.filter ?? '';
    const q = withTimeRange(allOf(filter.value, own), times[at]!, times[at]! + step, places);
    go({ page: 'packets', item: '', packet: null, view: {}, q });
  };
  return (
    <Panel
      title="I/O graph"
      class="io-panel"
      note={times.length > 0 ? noteOf(figure, manner) : undefined}
      tools={
        <>
          <DenseButton totals={totalsOf(figure)} terms={scope.value} onSpan={zoomTo} />
          {(place.value.view.from ?? '') !== '' && <Zoomed />}
          <Scales manner={manner} />
        </>
      }
    >
      {times.length > 0 ? (
        <IoChart
          figure={figure}
          manner={manner}
          onZoom={(from, to) => zoomTo({ from: times[from]!, to: times[to]! + step }, places)}
          onOut={zoomOut}
          onOpen={open}
        />
      ) : (
        <Blank series={series} loaded={loaded} />
      )}
    </Panel>
  );
}

/** What the axes are in. */
function noteOf({ drawn, step }: Figure, { isRate }: Manner): string {
  const units = [...new Set(drawn.map(({ series }) => series.unit))].join(' and ');
  return `${units}${isRate ? ' per second,' : ''} in steps of ${duration(step)}`;
}

function Scales({ manner }: { manner: Manner }) {
  return (
    <>
      <Switch
        label="Detail"
        value={detailOf(place.value.view)}
        options={[
          ['coarse', 'Coarse'],
          ['medium', 'Medium'],
          ['fine', 'Fine'],
        ]}
        onChange={(detail) => setView({ detail: detail === 'medium' ? '' : detail }, true)}
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
  );
}

function zoomTo({ from, to }: Span, places: number): void {
  setView({ from: from.toFixed(places), to: to.toFixed(places) });
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

function Blank({ series, loaded }: Pick<Props, 'series' | 'loaded'>) {
  if (!series.some(({ isOn }) => isOn)) return <Empty icon="analysis" title="No series is drawn" />;
  if (series.some(({ isOn }, i) => isOn && loaded[i] !== null && loaded[i] !== undefined))
    return <Empty icon="filter" title="No packets at this time" />;
  return <Loading what="Counting" />;
}

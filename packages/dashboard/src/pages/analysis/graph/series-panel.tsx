// The panel below the I/O graph: its series as a form, to be added to and saved as CSV.
import type { IoGraph } from '../../../api/analysis-types.ts';
import { Icon } from '../../../ui/icons.tsx';
import { type MenuItem, openMenu } from '../../../ui/menu.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { save } from '../../packets/packet-menu.ts';
import { added, csvOf, type Figure, PRESETS, SERIES_MAX, type Series } from './series.ts';
import { SeriesLine, type Terms } from './series-line.tsx';

interface Props {
  series: readonly Series[];
  figure: Figure;
  terms: Terms;
  onChange: (series: readonly Series[]) => void;
  onLoad: (i: number, graph: IoGraph | null) => void;
  onRemove: (i: number) => void;
}

export function SeriesPanel(props: Props) {
  const { series, terms, onChange, onLoad, onRemove } = props;
  return (
    <Panel
      title="Series"
      note={<span class="io-hint">Drag in the graph to zoom; a click lists the packets of that time</span>}
      tools={<Tools {...props} />}
    >
      <ul class="io-list">
        {series.map((one, i) => (
          <SeriesLine
            key={`${i}-${one.colour}`}
            id={String(i)}
            series={one}
            terms={terms}
            onLoad={(graph) => onLoad(i, graph)}
            onChange={(own) => onChange(series.map((each, k) => (k === i ? { ...each, ...own } : each)))}
            onRemove={() => onRemove(i)}
          />
        ))}
      </ul>
      {series.length === 0 && <p class="io-none">No series: add one to draw something.</p>}
    </Panel>
  );
}

function Tools({ series, figure, onChange }: Pick<Props, 'series' | 'figure' | 'onChange'>) {
  const add = (filter: string) => onChange(added(series, filter));
  return (
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
        onClick={(event) => openMenu(event, presets(add), event.currentTarget)}
      >
        <Icon name="plus" size={12} /> Add a series
      </button>
    </>
  );
}

function presets(add: (filter: string) => void): MenuItem[] {
  return [
    { label: 'All packets', run: () => add('') },
    'separator',
    ...PRESETS.map(([label, filter]) => ({ label, hint: filter, run: () => add(filter) })),
  ];
}

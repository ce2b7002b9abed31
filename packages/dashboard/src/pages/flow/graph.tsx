// One graph of a stream. Dragging zooms, a click opens the packet. With the keys: arrows
// move from packet to packet, + and − zoom, Enter opens.
import { useEffect, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { FlowSegment } from '../../api/types.ts';
import { movedBy, usePlot } from '../../charts/use-plot.ts';
import { count } from '../../format/numbers.ts';
import {
  BAR_COLOURS,
  dataOf,
  LINE_COLOURS,
  optionsFor,
  secondsText,
  valueText,
  wholeOf,
} from './graph-options.ts';
import type { Bar, Graph } from './series.ts';

const BAR_NAMES: Partial<Record<Bar['tone'], string>> = {
  retransmitted: 'Retransmitted',
  reordered: 'Out of order',
  sack: 'Selectively acknowledged',
};

interface Props {
  graph: Graph;
  label: string;
  onOpen: (packet: FlowSegment) => void;
}

export function StreamGraph({ graph, label, onOpen }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const [isZoomed, setZoomed] = useState(false);
  const open = (i: number) => graph.packets[i] !== undefined && onOpen(graph.packets[i]!);

  const { holder, chart } = usePlot(
    (width, height) => {
      setZoomed(false);
      return [
        optionsFor(graph, width, height, { onMove: setAt, onClick: open, onZoom: setZoomed }),
        dataOf(graph),
      ];
    },
    [graph],
  );

  const show = (i: number | null) => {
    setAt(i);
    const plot = chart.current;
    if (plot === null || i === null) return;
    plot.setCursor({ left: plot.valToPos(graph.times[i]!, 'x'), top: 10 }, false);
  };
  useEffect(() => setAt(null), [graph]);

  const hasPackets = graph.packets.length > 0;
  const reading = at === null || at >= graph.times.length ? null : at;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = movedBy(event, reading, graph.times.length - 1);
    if (next !== null) show(next);
    else if (event.key === 'Enter' && reading !== null) open(reading);
    else if (event.key === '+' || event.key === '-') zoom(chart.current!, graph, reading, event.key);
    else if (event.key === '0') zoomOut(chart.current!, graph);
    else return;
    event.preventDefault();
  };

  return (
    <div class="stream-graph">
      <Legend graph={graph} onWhole={isZoomed ? () => zoomOut(chart.current!, graph) : null} />
      <div
        ref={holder}
        class="stream-canvas"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, graph.times.length - 1)}
        aria-valuenow={reading ?? 0}
        aria-valuetext={
          reading === null
            ? `Arrow keys move along, plus and minus zoom${hasPackets ? ', Enter opens' : ''}`
            : readingOf(graph, reading)
        }
        onKeyDown={onKey}
      />
      <p class="stream-reading num">
        {reading === null
          ? `Drag to zoom${hasPackets ? '; a click opens the packet' : ''}.`
          : readingOf(graph, reading)}
      </p>
    </div>
  );
}

/** @param onWhole null: the graph is not zoomed */
function Legend({ graph, onWhole }: { graph: Graph; onWhole: (() => void) | null }) {
  return (
    <ul class="legend" aria-label="Legend">
      {graph.lines.map(({ name, tone }) => (
        <li key={name}>
          <span class="dot" style={{ background: `var(--${LINE_COLOURS[tone]})` }} /> {name}
        </li>
      ))}
      {(Object.keys(BAR_NAMES) as Bar['tone'][])
        .filter((tone) => graph.bars.some((bar) => bar.tone === tone))
        .map((tone) => (
          <li key={tone}>
            <span class="dot" style={{ background: `var(--${BAR_COLOURS[tone]})` }} /> {BAR_NAMES[tone]}
          </li>
        ))}
      {onWhole !== null && (
        <li class="legend-tool">
          <button type="button" class="button button-small" onClick={onWhole}>
            Whole time
          </button>
        </li>
      )}
    </ul>
  );
}

/** Zooms by two around the cursor, or around the middle. */
function zoom(plot: uPlot, graph: Graph, at: number | null, key: string): void {
  const [first, last] = wholeOf(graph);
  const { min, max } = plot.scales.x!;
  const [from, to] = [min ?? first, max ?? last];
  const centre = at === null ? (from + to) / 2 : graph.times[at]!;
  const half = ((to - from) / 2) * (key === '+' ? 0.5 : 2);
  const next = { min: Math.max(first, centre - half), max: Math.min(last, centre + half) };
  if (next.max > next.min) plot.setScale('x', next);
}

function zoomOut(plot: uPlot, graph: Graph): void {
  const [min, max] = wholeOf(graph);
  plot.setScale('x', { min, max });
}

/** `0.123 s · packet 17 · Sent 1,449`: what is at one time. */
function readingOf(graph: Graph, at: number): string {
  const packet = graph.packets[at];
  const values = graph.lines.flatMap(({ name, values: all }) => {
    const value = all[at];
    if (value === null || value === undefined) return [];
    return [`${name} ${graph.unit === 'sequence' ? count(value) : valueText(graph.unit, value)}`];
  });
  const findings = (packet?.tcp?.findings ?? []).map((finding) => finding.replaceAll('_', ' '));
  const time = graph.times[at]!;
  const when =
    graph.step > 0
      ? `${secondsText(time, graph.step)} to ${secondsText(time + graph.step, graph.step)}`
      : secondsText(time, 1e-6);
  return [
    when,
    ...(packet === undefined ? [] : [`packet ${count(packet.number)}`]),
    ...values,
    ...findings,
  ].join(' · ');
}

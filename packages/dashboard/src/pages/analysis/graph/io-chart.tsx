// The drawing of an I/O graph. Dragging, or Shift and arrows, zooms to a time; a click, or Enter, lists a bucket's packets.
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { afterKey, type Cursor, useRange } from '../../../charts/range-keys.ts';
import { placesOf } from '../../../charts/stack.ts';
import { usePlot } from '../../../charts/use-plot.ts';
import { clock, dayAndClock, duration } from '../../../format/time.ts';
import { dataOf, optionsFor, readingText } from './io-options.ts';
import type { Manner } from './look.ts';
import { COLOURS, type Drawn, type Figure } from './series.ts';

interface Props {
  figure: Figure;
  manner: Manner;
  /** Buckets, both ends included. */
  onZoom: (from: number, to: number) => void;
  onOut: () => void;
  /** `series`: the index of the one that was meant. */
  onOpen: (at: number, series: number) => void;
}

export function IoChart({ figure, manner, onZoom, onOut, onOpen }: Props) {
  const latest = useRef({ onZoom, onOpen, onOut });
  latest.current = { onZoom, onOpen, onOut };
  const [{ at, anchor }, setCursor] = useState<Cursor>({ at: null, anchor: null });
  const { times, drawn } = figure;
  const { holder, chart } = usePlot(
    (width, height) => [
      optionsFor(figure, manner, width, height, {
        onMove: (next) => setCursor({ at: next, anchor: null }),
        onChoose: (from, to) => latest.current.onZoom(from, to),
        onOut: () => latest.current.onOut(),
        onPress: (next, series) => latest.current.onOpen(next, series),
      }),
      dataOf(figure, manner),
    ],
    [figure, manner.isLog, manner.isRate],
  );
  useEffect(
    () => setCursor((old) => (old.at !== null && old.at >= times.length ? { at: null, anchor: null } : old)),
    [figure],
  );
  useRange(chart, figure, anchor, at);

  const onKey = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    const centre = at ?? times.length >> 1;
    const quarter = Math.max(1, times.length >> 2);
    if (event.key === '+')
      onZoom(Math.max(0, centre - quarter), Math.min(times.length - 1, centre + quarter));
    else if (event.key === '-' || event.key === '0') onOut();
    else {
      const next = afterKey(event, { at, anchor }, times.length - 1);
      if (next === null) return;
      if (next !== 'choose') setCursor(next);
      else if (anchor === null) onOpen(at!, largest(drawn, at!));
      else onZoom(Math.min(anchor, at!), Math.max(anchor, at!));
    }
    event.preventDefault();
  };
  const reading = at === null || at >= times.length ? null : at;
  return (
    <div
      class="io-chart"
      role="slider"
      tabIndex={0}
      aria-label="I/O graph"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, times.length - 1)}
      aria-valuenow={reading ?? 0}
      aria-valuetext={
        reading === null
          ? 'Arrow keys move along, Shift chooses a time to zoom to, Enter lists packets, 0 shows the whole time'
          : spoken(figure, manner, reading)
      }
      onKeyDown={onKey}
      onBlur={() => setCursor({ at: null, anchor: null })}
    >
      <div ref={holder} class="io-canvas" />
      {reading !== null && chart.current !== null && (
        <Reading
          figure={figure}
          manner={manner}
          at={reading}
          x={middleOf(chart.current, figure, reading)}
          width={holder.current!.clientWidth}
        />
      )}
    </div>
  );
}

/** For the keys: the series with the most packets there. */
function largest(drawn: readonly Drawn[], at: number): number {
  const counts = drawn.map(({ values }) => values[at] ?? 0);
  return counts.indexOf(Math.max(...counts));
}

function middleOf(plot: uPlot, { times, step }: Figure, at: number): number {
  return plot.valToPos(times[at]! + step / 2, 'x') + plot.over.offsetLeft;
}

function nameOf({ series: { filter } }: Drawn): string {
  return filter === '' ? 'All packets' : filter;
}

function spoken({ times, step, drawn }: Figure, { isRate }: Manner, at: number): string {
  const values = drawn.map(
    (one) => `${nameOf(one)} ${readingText(one.values[at] ?? 0, one.series.unit, isRate)} ${one.series.unit}`,
  );
  return [clock(times[at]!, Math.min(6, placesOf(step))), ...values].join(', ');
}

interface ReadingProps {
  figure: Figure;
  manner: Manner;
  at: number;
  /** Where the bucket is, and how wide the chart, in pixels. */
  x: number;
  width: number;
}

function Reading({ figure: { times, step, drawn }, manner, at, x, width }: ReadingProps) {
  const places = Math.min(6, placesOf(step));
  return (
    <div
      class="reading"
      style={x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` }}
      aria-hidden="true"
    >
      <p class="reading-head num">
        {step >= 86_400 ? dayAndClock(times[at]!) : clock(times[at]!, places)} <span>+{duration(step)}</span>
      </p>
      {drawn.map((one, i) => (
        <p key={i}>
          <span class="dot" style={{ background: `var(--${COLOURS[one.series.colour]})` }} />
          <span class="io-name">{nameOf(one)}</span>
          <span class="num">{readingText(one.values[at] ?? 0, one.series.unit, manner.isRate)}</span>
        </p>
      ))}
    </div>
  );
}

// Options of uPlot for the graphs of a stream: lines and points, segments as bars, zoom along the time.

import { lowerAxis, sideAxis } from '../../charts/axes.ts';
import uPlot from '../../charts/plot.ts';
import { onPress } from '../../charts/use-plot.ts';
import { bitRate, bytes, rounded, short } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { token } from '../../state/settings.ts';
import type { Bar, Graph, Line } from './series.ts';

/** Width and least height of a bar in CSS pixels. What is odd stands out, and is drawn over what is not. */
const BAR_SIZES: readonly (readonly [Bar['tone'], width: number, heightMin: number])[] = [
  ['data', 2, 2],
  ['sack', 3, 3],
  ['reordered', 5, 6],
  ['retransmitted', 5, 6],
];

/** Names of colours in styles/tokens.css. */
export const LINE_COLOURS: Record<Line['tone'], string> = {
  data: 'accent-ink',
  ack: 'good',
  window: 'ink-3',
};
export const BAR_COLOURS: Record<Bar['tone'], string> = {
  data: 'accent-ink',
  retransmitted: 'bad',
  reordered: 'warn',
  sack: 'family-media',
};

/** A value on the axis or in the reading. */
export function valueText(unit: Graph['unit'], value: number): string {
  if (unit === 'seconds') return duration(value);
  if (unit === 'bits') return bitRate(value);
  return unit === 'bytes' ? bytes(value) : short(value);
}

/** Seconds with as many decimals as a step of the axis has: 1.4282 s. */
export function secondsText(seconds: number, step: number): string {
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return `${seconds.toFixed(places)} s`;
}

export function dataOf(graph: Graph): uPlot.AlignedData {
  return [graph.times, ...graph.lines.map(({ values }) => values)] as uPlot.AlignedData;
}

interface Handlers {
  onMove: (at: number | null) => void;
  onClick: (at: number) => void;
  onZoom: (isZoomed: boolean) => void;
}

export function optionsFor(graph: Graph, width: number, height: number, on: Handlers): uPlot.Options {
  const whole = wholeOf(graph);
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, 12, 0, 0],
    cursor: {
      y: false,
      points: { size: 7, fill: (_, i) => token(LINE_COLOURS[graph.lines[i - 1]!.tone]) },
      drag: { x: true, y: false, setScale: true },
    },
    scales: {
      x: {
        time: false,
        // The last step is wider than its time, with which the data ends.
        range: (_plot, min, max) => [
          min ?? 0,
          max === null || max >= (graph.times.at(-1) ?? 0) ? whole[1] : max,
        ],
      },
      y: {
        range: (_plot, min, max) => {
          // Sequence numbers may be far from 0 after zooming in; all else is compared with 0.
          if (graph.unit !== 'sequence') return [0, max > 0 ? max * 1.05 : 1];
          const margin = Math.max(1, (max - min) * 0.04);
          return [min - margin, max + margin];
        },
      },
    },
    axes: axesFor(graph),
    series: [{}, ...graph.lines.map(seriesFor)],
    hooks: {
      setCursor: [(plot) => on.onMove(plot.cursor.idx ?? null)],
      setScale: [
        (plot, scale) => {
          const { min, max } = plot.scales.x!;
          if (scale === 'x') on.onZoom((min ?? whole[0]) > whole[0] || (max ?? whole[1]) < whole[1]);
        },
      ],
      drawSeries: [(plot, i) => i === graph.lines.length && drawBars(plot, graph)],
      ready: [(plot) => onPress(plot, () => plot.cursor.idx != null && on.onClick(plot.cursor.idx))],
    },
  };
}

export function wholeOf({ times, step }: Graph): [number, number] {
  const end = (times.at(-1) ?? 0) + step;
  return [0, end > 0 ? end : 1];
}

function seriesFor({ tone, form }: Line): uPlot.Series {
  const stroke = token(LINE_COLOURS[tone]);
  const line = { stroke, width: tone === 'window' ? 1 : 1.5, points: { show: false }, spanGaps: true };
  if (form === 'line') return line;
  if (form === 'steps') return { ...line, paths: uPlot.paths.stepped!({ align: 1 }) };
  return { stroke, paths: () => null, points: { show: true, size: 4, fill: stroke, stroke } };
}

/** Draws segments and SACK blocks over the lines, those in sight only. */
function drawBars(plot: uPlot, { bars, times }: Graph): void {
  const { min, max } = plot.scales.x!;
  const ratio = devicePixelRatio;
  const { ctx } = plot;
  ctx.save();
  for (const [tone, width, heightMin] of BAR_SIZES) {
    ctx.fillStyle = token(BAR_COLOURS[tone]);
    for (const { at, from, to, tone: own } of bars) {
      const time = times[at]!;
      if (own !== tone || time < (min ?? 0) || time > (max ?? Number.POSITIVE_INFINITY)) continue;
      const x = plot.valToPos(time, 'x', true);
      const [bottom, top] = [plot.valToPos(from, 'y', true), plot.valToPos(to, 'y', true)];
      const height = Math.max(heightMin * ratio, bottom - top);
      ctx.fillRect(x - (width / 2) * ratio, bottom - height, width * ratio, height);
    }
  }
  ctx.restore();
}

function axesFor({ unit }: Graph): uPlot.Axis[] {
  return [
    lowerAxis({
      space: 70,
      values: (_plot, splits, _axis, _space, step) => splits.map((at) => secondsText(at, step)),
    }),
    sideAxis({
      size: 74,
      values: (_plot, splits) => splits.map((value) => (value < 0 ? '' : rounded(valueText(unit, value)))),
    }),
  ];
}

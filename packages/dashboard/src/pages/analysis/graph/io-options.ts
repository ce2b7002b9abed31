// Options of uPlot for an I/O graph: an axis for each unit, linear or logarithmic; dragging chooses a time.

import {
  AXIS_END,
  bucketAt,
  bucketCursor,
  choosingHooks,
  clockAxis,
  sideAxis,
  spanOfBuckets,
} from '../../../charts/axes.ts';
import uPlot from '../../../charts/plot.ts';
import { onPress } from '../../../charts/use-plot.ts';
import { bytes, count, rounded, short } from '../../../format/numbers.ts';
import { token } from '../../../state/settings.ts';
import type { Manner } from './look.ts';
import { COLOURS, type Drawn, type Figure, type Form, UNITS, type Unit } from './series.ts';

/** 12.5 kB/s */
export function valueText(value: number, unit: Unit, isRate: boolean): string {
  const per = isRate ? '/s' : '';
  if (unit === 'bytes') return `${bytes(value)}${per}`;
  return unit === 'bits' ? `${short(value).replace(/(\d)$/, '$1 ')}bit${per}` : `${short(value)}${per}`;
}

/** Beside the cursor: packets are counted to the last one. */
export function readingText(value: number, unit: Unit, isRate: boolean): string {
  return unit === 'packets' && !isRate ? count(value) : valueText(value, unit, isRate);
}

/** Ticks of what is counted in wholes: no half a packet. */
const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

export function dataOf({ times, drawn }: Figure, { isLog }: Manner): uPlot.AlignedData {
  // A logarithm has no place for 0.
  const shown = ({ values }: Drawn) => (isLog ? values.map((value) => (value === 0 ? null : value)) : values);
  return [times, ...drawn.map(shown)] as uPlot.AlignedData;
}

interface Handlers {
  onMove: (at: number | null) => void;
  /** Buckets, both ends included. */
  onChoose: (from: number, to: number) => void;
  onOut: () => void;
  /** A click in a bucket; `series` is the one nearest to it. */
  onPress: (at: number, series: number) => void;
}

export function optionsFor(
  figure: Figure,
  manner: Manner,
  width: number,
  height: number,
  on: Handlers,
): uPlot.Options {
  const units = UNITS.filter((unit) => figure.drawn.some(({ series }) => series.unit === unit));
  const choosing = choosingHooks(on.onChoose, on.onOut);
  return {
    width,
    height,
    legend: { show: false },
    padding: [10, units.length > 1 ? 0 : AXIS_END, 0, 0],
    cursor: bucketCursor(on.onMove),
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: spanOfBuckets },
      ...Object.fromEntries(units.map((unit) => [unit, scaleOf(manner)])),
    },
    axes: [clockAxis(width), ...units.map((unit, i) => axisOf(unit, i, manner))],
    series: [
      {},
      ...figure.drawn.map(({ series }) =>
        seriesOf(series.form, COLOURS[series.colour], series.unit, manner.isLog),
      ),
    ],
    hooks: {
      setSelect: choosing.setSelect!,
      ready: [
        ...choosing.ready!,
        (plot) =>
          onPress(plot, () => {
            const { left = -1, top = -1 } = plot.cursor;
            if (left < 0) return;
            const at = bucketAt(plot, left);
            on.onPress(at, nearest(plot, figure, at, top));
          }),
      ],
    },
  };
}

function scaleOf({ isLog }: Manner): uPlot.Scale {
  if (!isLog) return { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] };
  // From the power of ten below the least value, so that it still has a height.
  return {
    distr: 3,
    log: 10,
    range: (_plot, min, max) =>
      min === null || max === null || min <= 0
        ? [0.1, 10]
        : [10 ** (Math.ceil(Math.log10(min)) - 1), 10 ** Math.ceil(Math.log10(max) + 0.02)],
  };
}

function axisOf(unit: Unit, i: number, { isRate, isLog }: Manner): uPlot.Axis {
  return sideAxis({
    scale: unit,
    side: i === 0 ? 3 : 1,
    size: 66,
    // Lines across of one axis are enough.
    ...(i === 0 ? {} : { grid: { show: false } }),
    ...(isRate || isLog ? {} : { incrs: WHOLE_STEPS }),
    values: (_plot, splits) =>
      splits.map((value) =>
        value === null || (isLog && !Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6))
          ? ''
          : rounded(valueText(value, unit, isRate)),
      ),
  });
}

function seriesOf(form: Form, colour: string, scale: Unit, isLog: boolean): uPlot.Series {
  const stroke = token(colour);
  const own: uPlot.Series = { scale, stroke, width: 1.5, points: { show: false } };
  if (form === 'bars') {
    const fill = `${stroke}99`;
    return { ...own, width: 0, fill, paths: uPlot.paths.bars!({ size: [1, 48], align: 1, gap: 1 }) };
  }
  if (form === 'steps') return { ...own, paths: uPlot.paths.stepped!({ align: 1 }) };
  if (form === 'dots')
    return { ...own, paths: () => null, points: { show: true, size: 5, fill: stroke, stroke } };
  // A value between zeros has no neighbour to draw a line to.
  return isLog ? { ...own, points: { show: true, size: 3, fill: stroke, stroke } } : own;
}

/** The series whose value is nearest to the pointer, of those that have packets there. */
function nearest(plot: uPlot, { drawn }: Figure, at: number, top: number): number {
  const distance = ({ series, values }: Drawn): number => {
    const value = values[at] ?? 0;
    return value > 0 ? Math.abs(plot.valToPos(value, series.unit) - top) : Number.POSITIVE_INFINITY;
  };
  const distances = drawn.map(distance);
  return distances.indexOf(Math.min(...distances));
}

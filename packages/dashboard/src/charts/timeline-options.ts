// Options of uPlot for the timeline: stacked bars, a time axis, a value axis.

import { bytes, rounded, short } from '../format/numbers.ts';
import { token } from '../state/settings.ts';
import {
  AXIS_END,
  AXIS_START,
  bucketCursor,
  choosingHooks,
  clockAxis,
  sideAxis,
  spanOfBuckets,
} from './axes.ts';
import uPlot from './plot.ts';
import type { Stack, Unit } from './stack.ts';

export function dataOf(stack: Stack): uPlot.AlignedData {
  // The highest top first, so that each lower one is drawn over it.
  return [stack.times, ...[...stack.tops].reverse()] as unknown as uPlot.AlignedData;
}

export function optionsFor(
  stack: Stack,
  unit: Unit,
  width: number,
  height: number,
  onMove: (at: number | null) => void,
  onChoose: (from: number, to: number) => void,
  onOut: () => void,
): uPlot.Options {
  const bars = uPlot.paths.bars!({ size: [1, 48], align: 1, gap: 1 });
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, AXIS_END, 0, 0],
    cursor: bucketCursor(onMove),
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: spanOfBuckets },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: axesFor(unit, width),
    series: [
      {},
      ...[...stack.series].reverse().map(({ family }) => ({
        paths: bars,
        fill: token(`family-${family}`),
        width: 0,
        points: { show: false },
      })),
    ],
    hooks: choosingHooks(onChoose, onOut),
  };
}

/** Time axis below, value axis on the left. */
function axesFor(unit: Unit, width: number): uPlot.Axis[] {
  const valueText = (value: number) => rounded(unit === 'bytes' ? bytes(value) : short(value));
  return [clockAxis(width), sideAxis({ size: AXIS_START, values: (_plot, splits) => splits.map(valueText) })];
}

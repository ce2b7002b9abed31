// Options of uPlot for the timeline: stacked bars, a time axis, a value axis.
import uPlot from 'uplot';
import { bytes, rounded, short } from '../format/numbers.ts';
import { clock, dayAndClock } from '../format/time.ts';
import { token } from '../state/settings.ts';
import { placesOf, type Stack, type Unit } from './stack.ts';

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
): uPlot.Options {
  const bars = uPlot.paths.bars!({ size: [1, 48], align: 1, gap: 1 });
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      move: (plot, left, top) => {
        onMove(left < 0 ? null : bucketAt(plot, left));
        return [left, top];
      },
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: {
        time: true,
        range: (plot) => {
          const times = plot.data[0];
          const step = times.length > 1 ? times[1]! - times[0]! : 1;
          return times.length === 0 ? [0, 1] : [times[0]!, times[times.length - 1]! + step];
        },
      },
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
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 3) return;
          onChoose(bucketAt(plot, left), bucketAt(plot, left + wide - 1));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Time axis below, value axis on the left. */
function axesFor(unit: Unit, width: number): uPlot.Axis[] {
  const ink = token('ink-3');
  const line = token('line');
  const font = `11px ${token('font')}`;
  return [
    {
      stroke: ink,
      font,
      grid: { show: false },
      ticks: { stroke: line, width: 1, size: 4 },
      size: 26,
      space: width < 500 ? 60 : 84,
      incrs: AXIS_STEPS,
      values: (_plot, splits, _axis, _space, increment) =>
        splits.map((at) => axisTime(at, increment, splits)),
    },
    {
      stroke: ink,
      font,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      size: 54,
      space: 36,
      gap: 6,
      values: (_plot, splits) =>
        splits.map((value) => rounded(unit === 'bytes' ? bytes(value) : short(value))),
    },
  ];
}

/** A bar starts at its bucket's start, so the bucket is the last that starts left of the position. */
function bucketAt(plot: uPlot, left: number): number {
  const times = plot.data[0];
  const step = times.length > 1 ? times[1]! - times[0]! : 1;
  const at = Math.floor((plot.posToVal(left, 'x') - times[0]!) / step);
  return Math.min(times.length - 1, Math.max(0, at));
}

const DAY = 86_400;
const YEAR = 364 * DAY;

/** Tick intervals in seconds: decimal below a second, then as on a clock and a calendar. */
const AXIS_STEPS = [
  ...[-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power)),
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14, 28, 91, 182].map((days) => days * DAY),
  // A packet without a timestamp is at 1970: without intervals of years, uPlot would draw no axis.
  ...[1, 2, 5, 10, 20, 50, 100].map((years) => years * YEAR),
];

function axisTime(at: number, increment: number, splits: readonly number[]): string {
  if (increment >= YEAR) return dayAndClock(at).slice(0, 7);
  if (increment >= DAY) return dayAndClock(at).slice(5, 10);
  const text = increment >= 60 ? clock(at).slice(0, 5) : clock(at, increment >= 1 ? 0 : placesOf(increment));
  const isLong = splits[splits.length - 1]! - splits[0]! > DAY;
  return isLong ? `${dayAndClock(at).slice(5, 10)} ${text}` : text;
}

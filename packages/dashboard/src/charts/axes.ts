// Axes of all charts, and the axis of time of those that are drawn in buckets.
import type uPlot from 'uplot';
import { clock, day, dayAndClock } from '../format/time.ts';
import { token } from '../state/settings.ts';
import { placesOf } from './stack.ts';
import { onTouch, rangeUnderFingers } from './touch.ts';

const text = () => ({ stroke: token('ink-3'), font: `11px ${token('font')}` });

/** Pixels right of the chart: half of the last time's label. */
export const AXIS_END = 26;
/** Pixels left of the timeline, for the labels of its values. */
export const AXIS_START = 54;

/** Below the chart, with ticks. */
export function lowerAxis(own: uPlot.Axis): uPlot.Axis {
  const ticks = { stroke: token('line'), width: 1, size: 4 };
  return { ...text(), grid: { show: false }, ticks, size: 26, ...own };
}

/** At a side of the chart, with lines across it. */
export function sideAxis(own: uPlot.Axis): uPlot.Axis {
  const grid = { stroke: token('line'), width: 1 };
  return { ...text(), grid, ticks: { show: false }, space: 36, gap: 6, ...own };
}

/** Of seconds since 1970. */
export function clockAxis(width: number): uPlot.Axis {
  return lowerAxis({
    space: width < 500 ? 60 : 84,
    incrs: CLOCK_STEPS,
    values: (_plot, splits, _axis, _space, increment) => splits.map((at) => clockText(at, increment, splits)),
  });
}

/** From the first bucket's start to the last one's end, unless fingers are zooming. */
export function spanOfBuckets(plot: uPlot): [number, number] {
  return rangeUnderFingers(plot, wholeSpan(plot));
}

function wholeSpan({ data: [times] }: uPlot): [number, number] {
  return times.length === 0 ? [0, 1] : [times[0]!, times[times.length - 1]! + stepOf(times)];
}

/**
 * Choosing a time by dragging, or by fingers on a touch screen.
 *
 * @param onChoose buckets, both ends included
 * @param onOut fingers came together: the whole time is wanted
 */
export function choosingHooks(
  onChoose: (from: number, to: number) => void,
  onOut: () => void,
): Pick<uPlot.Hooks.Arrays, 'setSelect' | 'ready'> {
  return {
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width < 3) return;
        onChoose(bucketAt(plot, left), bucketAt(plot, left + width - 1));
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      },
    ],
    ready: [
      (plot) =>
        onTouch(plot, wholeSpan, {
          onChoose: (from, to) => onChoose(bucketOf(plot, from), bucketOf(plot, to)),
          onOut,
        }),
    ],
  };
}

/** A bucket is drawn from its start on, so it is the last that starts left of the position. */
export function bucketAt(plot: uPlot, left: number): number {
  return bucketOf(plot, plot.posToVal(left, 'x'));
}

function bucketOf({ data: [times] }: uPlot, time: number): number {
  const at = Math.floor((time - times[0]!) / stepOf(times));
  return Math.min(times.length - 1, Math.max(0, at));
}

/**
 * A cursor in buckets, with which a range is selected. uPlot also moves its cursor away when it is drawn anew, as it is
 * while packets arrive: only a pointer that leaves counts, or else arrow keys would lose their place.
 *
 * @param onMove null: the pointer left
 */
export function bucketCursor(onMove: (at: number | null) => void): uPlot.Cursor {
  return {
    y: false,
    points: { show: false },
    drag: { x: true, y: false, setScale: false },
    move: (plot, left, top) => {
      if (left >= 0 && plot.data[0].length > 0) onMove(bucketAt(plot, left));
      return [left, top];
    },
    bind: {
      mouseleave: (_plot, _target, handle) => (event) => {
        handle(event);
        onMove(null);
        return null;
      },
    },
  };
}

function stepOf(times: ArrayLike<number>): number {
  return times.length > 1 ? times[1]! - times[0]! : 1;
}

const DAY = 86_400;
// uPlot's own lengths: it steps by the calendar, and by as many months or years as these go into an interval.
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

/** Tick intervals in seconds: decimal below a second, then as on a clock and a calendar. */
const CLOCK_STEPS = [
  ...[-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power)),
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14].map((days) => days * DAY),
  ...[1, 3, 6].map((months) => months * MONTH),
  // A packet without a timestamp is at 1970: without intervals of years, uPlot would draw no axis.
  ...[1, 2, 5, 10, 20, 50, 100].map((years) => years * YEAR),
];

function clockText(at: number, increment: number, splits: readonly number[]): string {
  if (increment >= YEAR) return day(at).replace(/-\d\d$/, '');
  if (increment >= DAY) return dayAndClock(at).slice(5, 10);
  const time = increment >= 60 ? clock(at).slice(0, 5) : clock(at, increment >= 1 ? 0 : placesOf(increment));
  const isLong = splits[splits.length - 1]! - splits[0]! > DAY;
  return isLong ? `${dayAndClock(at).slice(5, 10)} ${time}` : time;
}

// Traffic over time, stacked by family. Drag to choose a range, or with the keys.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { FindingRow } from '../api/types.ts';
import { familyTitles } from '../families.ts';
import { bytes, count, rounded, short } from '../format/numbers.ts';
import { clock, dayAndClock, duration } from '../format/time.ts';
import { paint, token } from '../state/settings.ts';
import { Ribbon } from './ribbon.tsx';
import { placesOf, type Stack, type Unit } from './stack.ts';

interface Props {
  stack: Stack;
  unit: Unit;
  height: number;
  label: string;
  /** Seconds since 1970; `to` is where the last chosen bucket ends. */
  onRange: (from: number, to: number, places: number) => void;
  /** Marked where they are in time. */
  findings?: readonly FindingRow[];
}

export function TimelineChart({ stack, unit, height, label, onRange, findings = [] }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ stack, unit, onRange });
  latest.current = { stack, unit, onRange };
  const [at, setAt] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  /** Only what keys have chosen is taken away: the pointer's choice is uPlot's own. */
  const hadAnchor = useRef(false);
  const colours = paint.value;
  const shape = stack.series.map(({ family }) => family).join();

  useLayoutEffect(() => {
    const element = holder.current!;
    const plot = new uPlot(
      optionsFor(stack, unit, element.clientWidth, height, setAt, (from, to) => choose(from, to)),
      dataOf(stack),
      element,
    );
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [shape, unit, height, colours]);

  useEffect(() => {
    const plot = chart.current;
    if (plot === null || plot.data[0] === stack.times) return;
    plot.setData(dataOf(stack));
  }, [stack]);

  /** By bucket numbers, both included. */
  const choose = (from: number, to: number) => {
    const { stack: now, onRange: tell } = latest.current;
    const begin = now.times[Math.max(0, Math.min(from, to))];
    const end = now.times[Math.min(now.times.length - 1, Math.max(from, to))];
    if (begin !== undefined && end !== undefined) tell(begin, end + now.step, placesOf(now.step));
  };

  const onKey = (event: KeyboardEvent) => {
    const last = stack.times.length - 1;
    const now = at ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    const step = event.ctrlKey ? 10 : 1;
    const moves: Record<string, number> = {
      ArrowLeft: now - step,
      ArrowRight: now + step,
      Home: 0,
      End: last,
    };
    if (event.key === 'Enter' && at !== null) choose(anchor ?? at, at);
    else if (event.key === 'Escape') setAnchor(null);
    else if (event.key in moves) {
      const next = Math.min(last, Math.max(0, moves[event.key]!));
      setAnchor(event.shiftKey ? (anchor ?? at ?? next) : null);
      setAt(next);
    } else return;
    event.preventDefault();
  };

  // A range chosen by keys looks like one that was dragged.
  useEffect(() => {
    const plot = chart.current;
    if (plot === null) return;
    if (anchor === null || at === null) {
      if (hadAnchor.current) plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      hadAnchor.current = false;
      return;
    }
    hadAnchor.current = true;
    const from = plot.valToPos(stack.times[Math.min(anchor, at)]!, 'x');
    const to = plot.valToPos(stack.times[Math.max(anchor, at)]! + stack.step, 'x');
    plot.setSelect({ left: from, top: 0, width: to - from, height: plot.over.clientHeight }, false);
  }, [anchor, at]);

  const said = at === null || at >= stack.times.length ? null : at;
  return (
    <div
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, stack.times.length - 1)}
      aria-valuenow={said ?? 0}
      aria-valuetext={
        said === null
          ? 'Arrow keys move along, Shift chooses a range, Enter filters'
          : spoken(stack, unit, said)
      }
      onKeyDown={onKey}
      onBlur={() => {
        setAt(null);
        setAnchor(null);
      }}
    >
      <Ribbon findings={findings} from={stack.times[0] ?? 0} to={(stack.times.at(-1) ?? 0) + stack.step} />
      <div ref={holder} class="timeline-canvas" />
      {said !== null && <Reading stack={stack} unit={unit} at={said} chart={chart.current} />}
    </div>
  );
}

function spoken(stack: Stack, unit: Unit, at: number): string {
  return `${clock(stack.times[at]!, placesOf(stack.step))}: ${inUnit(stack.totals[at]!, unit)}`;
}

function inUnit(value: number, unit: Unit): string {
  return unit === 'bytes' ? bytes(value) : `${count(value)} packets`;
}

/** What one bucket holds, beside the cursor. */
function Reading(props: { stack: Stack; unit: Unit; at: number; chart: uPlot | null }) {
  const { stack, unit, at, chart } = props;
  if (chart === null) return null;
  const x = chart.valToPos(stack.times[at]! + stack.step / 2, 'x') + chart.over.offsetLeft;
  const isRight = x > chart.over.offsetLeft + chart.over.clientWidth / 2;
  const lines = stack.series.filter(({ values }) => values[at]! > 0).reverse();
  return (
    <div
      class="reading"
      style={isRight ? { right: `calc(100% - ${x - 12}px)` } : { left: `${x + 12}px` }}
      aria-hidden="true"
    >
      <p class="reading-head num">
        {clock(stack.times[at]!, Math.min(6, placesOf(stack.step)))} <span>+{duration(stack.step)}</span>
      </p>
      {lines.map(({ family, values }) => (
        <p key={family}>
          <span class={`dot family-${family}`} />
          {familyTitles[family]}
          <span class="num">{unit === 'bytes' ? bytes(values[at]!) : count(values[at]!)}</span>
        </p>
      ))}
      <p class="reading-sum">
        All<span class="num">{unit === 'bytes' ? bytes(stack.totals[at]!) : count(stack.totals[at]!)}</span>
      </p>
    </div>
  );
}

function dataOf(stack: Stack): uPlot.AlignedData {
  // The highest top first: each lower one is drawn over it.
  return [stack.times, ...[...stack.tops].reverse()] as unknown as uPlot.AlignedData;
}

function optionsFor(
  stack: Stack,
  unit: Unit,
  width: number,
  height: number,
  onMove: (at: number | null) => void,
  onChoose: (from: number, to: number) => void,
): uPlot.Options {
  const ink = token('ink-3');
  const line = token('line');
  const font = `11px ${token('font')}`;
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
    axes: [
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
    ],
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

/** Bars begin where their bucket does, so the bucket is the last one that begins left of the place. */
function bucketAt(plot: uPlot, left: number): number {
  const times = plot.data[0];
  const step = times.length > 1 ? times[1]! - times[0]! : 1;
  const at = Math.floor((plot.posToVal(left, 'x') - times[0]!) / step);
  return Math.min(times.length - 1, Math.max(0, at));
}

/** Seconds between two marks of the axis, as a clock divides them; finer ones are decimal. */
const AXIS_STEPS = [
  ...[-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power)),
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * 86_400),
];

function axisTime(at: number, increment: number, splits: readonly number[]): string {
  if (increment >= 86_400) return dayAndClock(at).slice(5, 10);
  const text = increment >= 60 ? clock(at).slice(0, 5) : clock(at, increment >= 1 ? 0 : placesOf(increment));
  const isLong = splits[splits.length - 1]! - splits[0]! > 86_400;
  return isLong ? `${dayAndClock(at).slice(5, 10)} ${text}` : text;
}

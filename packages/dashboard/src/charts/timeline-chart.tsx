// Traffic over time, stacked by family. A range is selected by dragging or with the keys.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { FindingRow } from '../api/types.ts';
import { paint } from '../state/settings.ts';
import { Ribbon } from './ribbon.tsx';
import { placesOf, type Stack, type Unit } from './stack.ts';
import { dataOf, optionsFor } from './timeline-options.ts';
import { Reading, spoken } from './timeline-reading.tsx';

interface Props {
  stack: Stack;
  unit: Unit;
  height: number;
  label: string;
  /** Seconds since 1970; `to` is the end of the last selected bucket. `places`: decimals to keep. */
  onRange: (from: number, to: number, places: number) => void;
  /** Drawn as marks at their times. */
  findings?: readonly FindingRow[];
}

export function TimelineChart({ stack, unit, height, label, onRange, findings = [] }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ stack, unit, onRange });
  latest.current = { stack, unit, onRange };
  const [at, setAt] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
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

  /** Selects a range of buckets, both ends included. */
  const choose = (from: number, to: number) => {
    const { stack: now, onRange: tell } = latest.current;
    const begin = now.times[Math.max(0, Math.min(from, to))];
    const end = now.times[Math.min(now.times.length - 1, Math.max(from, to))];
    if (begin !== undefined && end !== undefined) tell(begin, end + now.step, placesOf(now.step));
  };

  useRange(chart, stack, anchor, at);

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
      onKeyDown={(event) => {
        const next = afterKey(event, { at, anchor }, stack.times.length - 1);
        if (next === null) return;
        event.preventDefault();
        if (next === 'choose') choose(anchor ?? at!, at!);
        else {
          setAt(next.at);
          setAnchor(next.anchor);
        }
      }}
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

interface Cursor {
  at: number | null;
  /** Bucket at which the selection by keys started; null: none. */
  anchor: number | null;
}

/** The cursor after a key; `choose` if the key applies the selection, null if it has no function here. */
function afterKey(event: KeyboardEvent, { at, anchor }: Cursor, last: number): Cursor | 'choose' | null {
  if (event.key === 'Enter' && at !== null) return 'choose';
  if (event.key === 'Escape') return { at, anchor: null };
  const now = at ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
  const step = event.ctrlKey ? 10 : 1;
  const moves: Record<string, number> = {
    ArrowLeft: now - step,
    ArrowRight: now + step,
    Home: 0,
    End: last,
  };
  if (!(event.key in moves)) return null;
  const next = Math.min(last, Math.max(0, moves[event.key]!));
  return { at: next, anchor: event.shiftKey ? (anchor ?? at ?? next) : null };
}

/** Draws a range selected by keys like a dragged one. */
function useRange(
  chart: { readonly current: uPlot | null },
  stack: Stack,
  anchor: number | null,
  at: number | null,
): void {
  /** Clears only a selection made by keys; uPlot clears its own. */
  const hadAnchor = useRef(false);
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
}

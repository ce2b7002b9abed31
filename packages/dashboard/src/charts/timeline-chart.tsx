// Traffic over time, stacked by family. A range is selected by dragging or with the keys.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FindingRow } from '../api/types.ts';
import { afterKey, useRange } from './range-keys.ts';
import { Ribbon } from './ribbon.tsx';
import { placesOf, type Stack, type Unit } from './stack.ts';
import { dataOf, optionsFor } from './timeline-options.ts';
import { Reading, spoken } from './timeline-reading.tsx';
import { usePlot } from './use-plot.ts';

interface Props {
  stack: Stack;
  unit: Unit;
  height: number;
  label: string;
  /** Seconds since 1970; `to` is the end of the last selected bucket. `places`: decimals to keep. */
  onRange: (from: number, to: number, places: number) => void;
  /** Two fingers zoomed out. */
  onOut?: () => void;
  /** Drawn as marks at their times. */
  findings?: readonly FindingRow[];
}

export function TimelineChart({ stack, unit, height, label, onRange, onOut, findings = [] }: Props) {
  const latest = useRef({ stack, unit, onRange, onOut });
  latest.current = { stack, unit, onRange, onOut };
  const [at, setAt] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const shape = stack.series.map(({ family }) => family).join();

  const { holder, chart } = usePlot(
    (width) => [
      optionsFor(
        stack,
        unit,
        width,
        height,
        setAt,
        (from, to) => choose(from, to),
        () => latest.current.onOut?.(),
      ),
      dataOf(stack),
    ],
    [shape, unit],
    height,
  );

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

  const reading = at === null || at >= stack.times.length ? null : at;
  return (
    <div class="timeline">
      {/* Links: a slider may have none inside. */}
      <Ribbon findings={findings} from={stack.times[0] ?? 0} to={(stack.times.at(-1) ?? 0) + stack.step} />
      <div
        class="timeline-slider"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, stack.times.length - 1)}
        aria-valuenow={reading ?? 0}
        aria-valuetext={
          reading === null
            ? 'Arrow keys move along, Shift chooses a range, Enter filters'
            : spoken(stack, unit, reading)
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
        <div ref={holder} class="timeline-canvas" />
        {reading !== null && <Reading stack={stack} unit={unit} at={reading} chart={chart.current} />}
      </div>
    </div>
  );
}

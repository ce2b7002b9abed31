// A uPlot that fills an element: drawn anew when it shows something else or colours change, and resized with the element.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { paint } from '../state/settings.ts';
import uPlot from './plot.ts';

/** In CSS pixels. */
const HEIGHT_MIN = 200;

export interface Plot {
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly chart: { readonly current: uPlot | null };
}

type Made = readonly [uPlot.Options, uPlot.AlignedData];

/**
 * @param shows what it depends on: other values, another plot
 * @param height in CSS pixels; default: that of the element
 */
export function usePlot(
  make: (width: number, height: number) => Made,
  shows: readonly unknown[],
  height?: number,
): Plot {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  useLayoutEffect(() => {
    const element = holder.current!;
    const size = () => ({
      width: element.clientWidth,
      height: height ?? Math.max(HEIGHT_MIN, element.clientHeight),
    });
    const first = size();
    const plot = new uPlot(...make(first.width, first.height), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [...shows, height, paint.value]);
  return { holder, chart };
}

/** Calls back for a click, but not at the end of a drag, which zooms or selects. */
export function onPress(plot: uPlot, press: () => void): void {
  let pressed = 0;
  plot.over.addEventListener('mousedown', ({ clientX }) => {
    pressed = clientX;
  });
  plot.over.addEventListener('click', ({ clientX }) => {
    if (Math.abs(clientX - pressed) < 3) press();
  });
}

/** Where a key moves the cursor along `last + 1` places; null if it is no such key. `at`: null before the first move. */
export function movedBy({ key, ctrlKey }: KeyboardEvent, at: number | null, last: number): number | null {
  const now = at ?? (key === 'ArrowLeft' ? last + 1 : -1);
  const step = ctrlKey ? 10 : 1;
  const moves: Record<string, number> = {
    ArrowLeft: now - step,
    ArrowRight: now + step,
    Home: 0,
    End: last,
  };
  return Object.hasOwn(moves, key) ? Math.min(last, Math.max(0, moves[key]!)) : null;
}

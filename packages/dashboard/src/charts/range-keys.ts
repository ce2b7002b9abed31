// Selecting a range of a chart by keys: arrows move a cursor, with Shift they choose a range, Enter takes it.
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { movedBy } from './use-plot.ts';

export interface Cursor {
  at: number | null;
  /** Bucket at which the selection by keys started; null: none. */
  anchor: number | null;
}

/** The cursor after a key; `choose` if the key applies the selection, null if it has no function here. */
export function afterKey(
  event: KeyboardEvent,
  { at, anchor }: Cursor,
  last: number,
): Cursor | 'choose' | null {
  if (event.key === 'Enter' && at !== null) return 'choose';
  if (event.key === 'Escape') return { at, anchor: null };
  const next = movedBy(event, at, last);
  if (next === null) return null;
  return { at: next, anchor: event.shiftKey ? (anchor ?? at ?? next) : null };
}

/** Draws a range selected by keys like a dragged one. */
export function useRange(
  chart: { readonly current: uPlot | null },
  { times, step }: { times: ArrayLike<number>; step: number },
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
    const from = plot.valToPos(times[Math.min(anchor, at)]!, 'x');
    const to = plot.valToPos(times[Math.max(anchor, at)]! + step, 'x');
    plot.setSelect({ left: from, top: 0, width: to - from, height: plot.over.clientHeight }, false);
  }, [anchor, at]);
}

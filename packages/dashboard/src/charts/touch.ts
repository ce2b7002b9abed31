// Touch on a chart over time: one finger along it chooses a time, two fingers zoom. Up and down still scrolls the page.
import type uPlot from 'uplot';

/** Seconds since 1970 at the chart's edges while fingers zoom it. */
const zoomed = new WeakMap<uPlot, readonly [from: number, to: number]>();

/** Pixels that a finger may tremble while it taps. */
const TREMBLE_PX = 8;
/** Two fingers that come together by this share zoom out. */
const OUT = 0.8;

export interface TouchHandlers {
  /** Chosen with one finger, or what remained between the edges when two moved apart; seconds since 1970. */
  onChoose: (from: number, to: number) => void;
  /** Fingers came together. */
  onOut: () => void;
}

/** The scale's range: `whole`, or what two fingers have made of it so far. */
export function rangeUnderFingers(plot: uPlot, whole: [number, number]): [number, number] {
  const [from, to] = zoomed.get(plot) ?? whole;
  return [from, to];
}

/** @param whole the scale's range that no finger changed */
export function onTouch(plot: uPlot, whole: (plot: uPlot) => [number, number], on: TouchHandlers): void {
  const { over } = plot;
  /** Where each finger is, from the left edge. */
  const fingers = new Map<number, number>();
  let start = 0;
  /** Times at which the two fingers were put down. */
  let held: readonly [number, number] | null = null;
  const leftOf = ({ clientX }: PointerEvent) => clientX - over.getBoundingClientRect().left;

  const show = (view: readonly [number, number] | null) => {
    if (view === null) zoomed.delete(plot);
    else zoomed.set(plot, view);
    const [min, max] = view ?? whole(plot);
    plot.setScale('x', { min, max });
  };
  const pinch = () => {
    const [a, b] = [...fingers.values()].sort((one, other) => one - other) as [number, number];
    const [from, to] = held!;
    const perPixel = (to - from) / Math.max(TREMBLE_PX, b - a);
    const first = from - a * perPixel;
    show([first, first + over.clientWidth * perPixel]);
  };
  const select = (now: number) => {
    const [left, right] = [Math.min(start, now), Math.max(start, now)];
    plot.setSelect({ left, top: 0, width: right - left, height: over.clientHeight }, false);
    return [left, right] as const;
  };
  const forget = () => {
    fingers.clear();
    held = null;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  };

  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch' || fingers.size === 2) return;
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, leftOf(event));
    if (fingers.size === 1) start = leftOf(event);
    else {
      const [a, b] = [...fingers.values()].sort((one, other) => one - other) as [number, number];
      held = [plot.posToVal(a, 'x'), plot.posToVal(b, 'x')];
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }
  });
  over.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, leftOf(event));
    if (held === null) select(leftOf(event));
    else if (fingers.size === 2) pinch();
  });
  over.addEventListener('pointerup', (event) => {
    if (!fingers.has(event.pointerId)) return;
    const [left, right] = held === null ? select(leftOf(event)) : [0, 0];
    const view = zoomed.get(plot);
    forget();
    if (right - left > TREMBLE_PX) on.onChoose(plot.posToVal(left, 'x'), plot.posToVal(right, 'x'));
    if (view === undefined) return;
    show(null);
    const [first, last] = whole(plot);
    if (view[1] - view[0] > (last - first) / OUT) on.onOut();
    else if (view[1] - view[0] < last - first) on.onChoose(...view);
  });
  // The browser scrolls the page instead.
  over.addEventListener('pointercancel', () => {
    forget();
    if (zoomed.has(plot)) show(null);
  });
}

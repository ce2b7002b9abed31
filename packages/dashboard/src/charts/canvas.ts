// A canvas that fills its container, with the origin at its centre; shared by the tree of peers and the connection map.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Size {
  /** CSS pixels. */
  width: number;
  height: number;
}

/** `size` follows the container; 0 by 0 until the first layout. */
export function useCanvas() {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = holder.current!;
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { holder, canvas, size };
}

/** Clears the canvas and returns its context: a unit is a CSS pixel, 0, 0 is the centre. */
export function penOf(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext('2d')!;
  pen.setTransform(scale, 0, 0, scale, (width / 2) * scale, (height / 2) * scale);
  return pen;
}

/** Pointer position relative to the centre, in CSS pixels. */
export function placeOf(event: MouseEvent, canvas: HTMLCanvasElement): { x: number; y: number } {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

interface Spot {
  readonly x: number;
  readonly y: number;
  /** Radius in pixels; default 0. */
  readonly size?: number;
}

/** The nearest spot whose edge is within `reach` pixels of the position, or null. */
export function nearest<T extends Spot>(spots: readonly T[], x: number, y: number, reach: number): T | null {
  let [best, least]: [T | null, number] = [null, reach];
  for (const spot of spots) {
    const away = Math.hypot(spot.x - x, spot.y - y) - (spot.size ?? 0);
    if (away <= least) [best, least] = [spot, away];
  }
  return best;
}

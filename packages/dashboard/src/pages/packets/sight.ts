// The visible rows of the list, and scrolling to others.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Scroll } from '../../list/scroll.ts';
import { entry, keepScrolled, scrolledTo } from '../../state/scrolled.ts';

const ROW_HEIGHT = 22;
const ROW_HEIGHT_TOUCH = 42;
const LIST = 'Packets';
/** Rows rendered above and below the visible ones. */
const SPARE = 8;

export interface Sight {
  /** Rendered rows: `first` inclusive, `last` exclusive. */
  first: number;
  last: number;
  scroll: Scroll;
  /** Rows have two lines on a phone. */
  isCompact: boolean;
  show: (row: number, isCentred?: boolean) => void;
  toEnd: () => void;
  /** Handles a scroll event. @returns whether the user scrolled up */
  follow: () => boolean;
}

export function useSight(box: RefObject<HTMLElement | null>, total: number, selected: number): Sight {
  const isCompact = useRef(matchMedia('(max-width: 760px)').matches).current;
  const kept = useRef<Scroll | null>(null);
  kept.current ??= new Scroll(isCompact ? ROW_HEIGHT_TOUCH : ROW_HEIGHT);
  const scroll = kept.current;
  const [viewport, setViewport] = useState(0);
  const [, redraw] = useState(0);

  const placed = useRef(0);
  const place = (scrollTop: number) => {
    const element = box.current;
    if (element !== null && element.scrollTop !== scrollTop) element.scrollTop = scrollTop;
    // The scroll event reports what the browser made of the value, which may be limited by the current height.
    if (element !== null) placed.current = element.scrollTop;
    redraw((n) => n + 1);
  };

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => {
      const head = element.querySelector<HTMLElement>('.list-head')?.offsetHeight ?? 0;
      setViewport(element.clientHeight - head);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // First visible row when this history entry was left; null once restored.
  const goal = useRef<number | null>(null);
  const now = entry.value;
  useLayoutEffect(() => {
    goal.current = scrolledTo(LIST);
  }, [now]);
  useLayoutEffect(() => {
    const wasInSight = selected >= scroll.firstRow && selected < scroll.firstRow + scroll.rowsInSight;
    place(scroll.resize(total, viewport));
    // The first selection opens the panes below, which shrinks the list.
    if (wasInSight) place(scroll.show(selected));
    if (goal.current === null || total === 0 || viewport === 0) return;
    place(scroll.toPixel(goal.current * scroll.rowHeight));
    if (scroll.firstRow > goal.current - 0.5) goal.current = null;
  }, [total, viewport, now]);

  return {
    first: Math.max(0, Math.floor(scroll.firstRow) - SPARE),
    last: Math.min(total, Math.ceil(scroll.firstRow + scroll.rowsInSight) + SPARE),
    scroll,
    isCompact,
    show: (row, isCentred) => place(scroll.show(row, isCentred)),
    toEnd: () => place(scroll.toPixel(scroll.whole)),
    follow: () => {
      const before = scroll.firstRow;
      const isOwn = box.current!.scrollTop === placed.current;
      const scrollTop = scroll.scrolled(box.current!.scrollTop);
      const isUp = scroll.firstRow < before - 0.5;
      place(scrollTop);
      if (!isOwn) goal.current = null;
      keepScrolled(LIST, scroll.firstRow);
      return isUp && !isOwn;
    },
  };
}

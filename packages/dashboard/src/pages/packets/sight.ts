// Which rows are in sight, and how the list comes to others.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Scroll } from '../../list/scroll.ts';
import { entry, keepScrolled, scrolledTo } from '../../state/scrolled.ts';

const ROW_HEIGHT = 22;
const ROW_HEIGHT_TOUCH = 42;
const LIST = 'Packets';
/** Rows drawn above and below those in sight. */
const SPARE = 8;

export interface Sight {
  /** Drawn rows, from the first to before the last. */
  first: number;
  last: number;
  scroll: Scroll;
  /** On a phone rows have two lines. */
  isCompact: boolean;
  show: (row: number, isCentred?: boolean) => void;
  toEnd: () => void;
  /** The element was scrolled. @returns whether upwards, and by the user */
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
    // What it was set to, or as far as it goes yet: of that, too, an event tells.
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
  // The first row in sight when this entry of the history was left.
  const goal = useRef<number | null>(null);
  const now = entry.value;
  useLayoutEffect(() => {
    goal.current = scrolledTo(LIST);
  }, [now]);
  useLayoutEffect(() => {
    const wasInSight = selected >= scroll.firstRow && selected < scroll.firstRow + scroll.rowsInSight;
    place(scroll.resize(total, viewport));
    // The first choice opens the panes below, and takes room from the list.
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

// A list that comes back by Back stands where it stood.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { entry, keepScrolled, scrolledTo } from '../state/scrolled.ts';

/** @param count rows that are here: with too few of them, the place is come to when there are more. @returns onScroll */
export function useKeptScroll(box: RefObject<HTMLElement | null>, list: string, count: number): () => void {
  const goal = useRef<number | null>(null);
  const now = entry.value;
  useLayoutEffect(() => {
    goal.current = scrolledTo(list);
  }, [now]);
  useLayoutEffect(() => {
    if (goal.current === null || count === 0) return;
    const element = box.current!;
    element.scrollTop = goal.current;
    if (element.scrollTop > goal.current - 1) goal.current = null;
  }, [now, count]);
  return () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    // The reader went elsewhere before all rows were here.
    if (scrollTop < scrollHeight - clientHeight - 1) goal.current = null;
    keepScrolled(list, scrollTop);
  };
}

// Restores a list's scroll position after Back.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { entry, keepScrolled, scrolledTo } from '../state/scrolled.ts';

/** @param count number of loaded rows; the position is restored once there are enough. @returns the onScroll handler */
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
    // The event comes a frame later: the list may have gone.
    if (box.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    // The user scrolled elsewhere before all rows were loaded.
    if (scrollTop < scrollHeight - clientHeight - 1) goal.current = null;
    keepScrolled(list, scrollTop);
  };
}

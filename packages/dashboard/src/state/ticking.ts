// Answers that are asked for again and again while the page is looked at.
import { useEffect, useRef, useState } from 'preact/hooks';

/** Rises while the page is in sight. */
export function useTick(everyMs: number): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTick((n) => n + 1);
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return tick;
}

/** What was there before stays until something newer has come. */
export function useLatest<T>(data: T | null): T | null {
  const kept = useRef<T | null>(null);
  if (data !== null) kept.current = data;
  return kept.current;
}

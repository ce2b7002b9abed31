// Answers that are asked for again and again while the page is looked at.
import { useEffect, useRef, useState } from 'preact/hooks';
import { pauseMs } from './pause.ts';
import { type Resource, useResource } from './resource.ts';

/** Rises while the page is in sight; ever more seldom while nobody answers. */
function useTick(everyMs: number, isFailing = false): number {
  const [tick, setTick] = useState(0);
  const failures = useRef(0);
  useEffect(() => {
    failures.current = isFailing ? failures.current + 1 : 0;
    const waitMs = pauseMs(everyMs, failures.current);
    const timer = setInterval(() => {
      if (!document.hidden) setTick((n) => n + 1);
    }, waitMs);
    return () => clearInterval(timer);
  }, [everyMs, isFailing, isFailing ? tick : 0]);
  return tick;
}

/**
 * An answer that is asked for again and again; seldom where there is nobody to give it, as on a machine without a peer. One
 * that takes longer than that is waited for.
 */
export function usePolled<T>(
  key: string | null,
  everyMs: number,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [isFailing, setFailing] = useState(false);
  const tick = useTick(everyMs, isFailing);
  const asked = useResource(key, load, false);
  const { error, isLoading, again } = asked;
  useEffect(() => {
    if (tick > 0) again();
  }, [tick]);
  useEffect(() => {
    if (!isLoading) setFailing(error !== null);
  }, [isLoading, error]);
  return asked;
}

/** What was there before stays until something newer has come. */
export function useLatest<T>(data: T | null): T | null {
  const kept = useRef<T | null>(null);
  if (data !== null) kept.current = data;
  return kept.current;
}

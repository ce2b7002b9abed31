// Polls answers while the page is visible.
import { useEffect, useRef, useState } from 'preact/hooks';
import { pauseMs } from './pause.ts';
import { type Resource, useResource } from './resource.ts';

/** Increments while the page is visible, with back-off while requests fail. */
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
 * Polls an answer, with back-off on failure, as on a machine without a peer. A pending request that takes longer than
 * the interval is not aborted.
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

/** Keeps the last non-null value. */
export function useLatest<T>(data: T | null): T | null {
  const kept = useRef<T | null>(null);
  if (data !== null) kept.current = data;
  return kept.current;
}

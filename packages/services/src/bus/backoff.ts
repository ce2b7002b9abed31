// Exponential back-off with jitter.

export interface BackoffOptions {
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** Random number from 0 to 1; default Math.random. */
  readonly random?: () => number;
}

/** Milliseconds before try `attempt` (from 1): doubles each time, with equal jitter (full jitter may be 0). */
export function backoffMs(
  attempt: number,
  { firstMs = 100, mostMs = 5000, random = Math.random }: BackoffOptions = {},
): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return whole / 2 + (random() * whole) / 2;
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

// Exponential back-off for polling.

const PAUSE_MS_MAX = 30_000;

/** The interval doubles with each consecutive failure, up to PAUSE_MS_MAX. */
export function pauseMs(everyMs: number, failures: number): number {
  return failures === 0 ? everyMs : Math.max(everyMs, Math.min(PAUSE_MS_MAX, everyMs * 2 ** failures));
}

// How long to wait before asking again.

const PAUSE_MS_MAX = 30_000;

/** Twice as long after each failure in a row. */
export function pauseMs(everyMs: number, failures: number): number {
  return failures === 0 ? everyMs : Math.max(everyMs, Math.min(PAUSE_MS_MAX, everyMs * 2 ** failures));
}

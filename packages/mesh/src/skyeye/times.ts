// Intervals and timeouts shared by several files of SkyEye.

/** Maximum delay of urgent news at each hop. */
export const GAP_MS = 100;
/** Delay over which other changes are gathered into one frame. */
export const SETTLE_MS = 2_000;
/** Each peer is reported at least this often, even if nothing changed. */
export const HEARTBEAT_MS = 10_000;
/** Readings not reported for this long are left out. */
export const STALE_MS = 35_000;
/** Maximum time for which the aggregate of a lost child counts while its successor has not reported yet. */
export const HEIR_MS = 5_000;
/**
 * Time for which a new root waits for the reports of most peers before its first view; longer with aggregated reports.
 */
export const PATIENCE_MS = 1_500;
export const SUM_PATIENCE_MS = 6_000;
/** Minimum interval between requests to start over. */
export const AGAIN_MS = 1_000;

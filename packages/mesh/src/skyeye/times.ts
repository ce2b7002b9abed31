// How long things may take: one place for what several files must agree on.

/** What others should know at once goes on after so long at the most. */
export const GAP_MS = 100;
/** The rest is gathered, so that one frame carries the news of many. */
export const SETTLE_MS = 2_000;
/** Each peer is heard of so often at the least, though nothing changed. */
export const HEARTBEAT_MS = 10_000;
/** Nobody has reported it for so long: it is left out. */
export const STALE_MS = 35_000;
/** What a lost child had in sum counts until its heir has reported, and no longer than this. */
export const HEIR_MS = 5_000;
/** A new root waits so long for the reports of most, before it says what it sees; longer where they come in sums of sums. */
export const PATIENCE_MS = 1_500;
export const SUM_PATIENCE_MS = 6_000;
/** Who is out of step is asked to begin anew, and not more often than this. */
export const AGAIN_MS = 1_000;

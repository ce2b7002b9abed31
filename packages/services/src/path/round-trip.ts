// The round trip from one-way delays: the quickest there and the quickest back of about the same moment. Of different moments
// they do not belong together: the difference of two clocks, which cancels out in the sum, changes while they are slewed, and a
// path between neighbours is shorter than that.

/** Packets are of one moment within this time; if none are, within a multiple of it. */
const MOMENT_NS = 1e9;
const WIDER = 8;
/** More than any capture lasts. */
const MOMENT_NS_MAX = 1e18;

/** Delays of one direction, each with when it was measured, on the same clock for both directions. */
export interface Delays {
  readonly atNs: readonly number[];
  readonly delaysMs: readonly number[];
}

/** The pair with the smallest sum; null if one direction has no packet. */
export function quickestPair(there: Delays, back: Delays): { thereMs: number; backMs: number } | null {
  if (there.atNs.length === 0 || back.atNs.length === 0) return null;
  for (let momentNs = MOMENT_NS; ; momentNs *= WIDER) {
    const isAll = momentNs > MOMENT_NS_MAX;
    const [ours, theirs] = [
      quickestByMoment(there, momentNs, isAll),
      quickestByMoment(back, momentNs, isAll),
    ];
    let best: { thereMs: number; backMs: number } | null = null;
    for (const [moment, thereMs] of ours) {
      const backMs = theirs.get(moment);
      if (backMs === undefined) continue;
      if (best === null || thereMs + backMs < best.thereMs + best.backMs) best = { thereMs, backMs };
    }
    if (best !== null) return best;
  }
}

function quickestByMoment({ atNs, delaysMs }: Delays, momentNs: number, isAll: boolean): Map<number, number> {
  const quickest = new Map<number, number>();
  for (const [i, at] of atNs.entries()) {
    const moment = isAll ? 0 : Math.floor(at / momentNs);
    quickest.set(moment, Math.min(quickest.get(moment) ?? Number.POSITIVE_INFINITY, delaysMs[i]!));
  }
  return quickest;
}

// Selection, clustering and combining of sources (RFC 5905 §11.2).

export interface Candidate {
  /** Offset in seconds. */
  readonly offset: number;
  /** Seconds. */
  readonly jitter: number;
  /** Root distance in seconds: the true time is within offset ± this. */
  readonly rootDistance: number;
}

export interface Selection<T extends Candidate> {
  /** Sources that survived selection and clustering, best first. */
  readonly survivors: readonly T[];
  /** Sources outside of the majority's intersection interval. */
  readonly falsetickers: readonly T[];
  /** The survivors combined: offset and RMS jitter in seconds. */
  readonly offset: number;
  readonly jitter: number;
}

/** Clustering stops at this many (RFC 5905 §11.2.2). */
const SURVIVORS_MIN = 3;

/** Null if no majority agrees. */
export function select<T extends Candidate>(candidates: readonly T[]): Selection<T> | null {
  const truth = intersection(candidates);
  if (truth === null) return null;
  // Decided by their midpoint (RFC 5905 appendix A.5.5.1).
  const isTrue = ({ offset }: T) => offset >= truth.low && offset <= truth.high;
  const survivors = cluster(candidates.filter(isTrue));
  return {
    survivors,
    falsetickers: candidates.filter((each) => !isTrue(each)),
    ...combine(survivors),
  };
}

/**
 * The intersection algorithm (RFC 5905 §11.2.1): the smallest interval that contains the true time if fewer than half of
 * the sources are falsetickers.
 */
export function intersection(candidates: readonly Candidate[]): { low: number; high: number } | null {
  const edges = candidates
    .flatMap(({ offset, rootDistance }) => [
      { at: offset - rootDistance, step: 1, isMiddle: false },
      { at: offset, step: 0, isMiddle: true },
      { at: offset + rootDistance, step: -1, isMiddle: false },
    ])
    .sort((a, b) => a.at - b.at || b.step - a.step);
  for (let falsetickers = 0; 2 * falsetickers < candidates.length; falsetickers++) {
    const needed = candidates.length - falsetickers;
    const low = scan(edges, needed, 1);
    const high = scan(edges.toReversed(), needed, -1);
    if (low === null || high === null) continue;
    // More midpoints lie outside than falsetickers are allowed.
    if (low.middles + high.middles <= falsetickers && low.at <= high.at)
      return { low: low.at, high: high.at };
  }
  return null;
}

/** The point, from one side, at which `needed` intervals overlap, and the number of midpoints passed until then. */
function scan(
  edges: readonly { at: number; step: number; isMiddle: boolean }[],
  needed: number,
  sign: number,
): { at: number; middles: number } | null {
  let isOpen = 0;
  let middles = 0;
  for (const { at, step, isMiddle } of edges) {
    isOpen += step * sign;
    if (isOpen >= needed) return { at, middles };
    if (isMiddle) middles++;
  }
  return null;
}

/** Clustering: discards the source with the most selection jitter while that reduces the total jitter (§11.2.2). */
function cluster<T extends Candidate>(candidates: readonly T[]): T[] {
  const left = candidates.toSorted((a, b) => a.rootDistance - b.rootDistance);
  while (left.length > SURVIVORS_MIN) {
    const spread = left.map((each) => selectionJitter(each, left));
    const worst = spread.indexOf(Math.max(...spread));
    if (spread[worst]! <= Math.min(...left.map(({ jitter }) => jitter))) break;
    left.splice(worst, 1);
  }
  return left;
}

function selectionJitter(one: Candidate, all: readonly Candidate[]): number {
  const squares = all.reduce((sum, { offset }) => sum + (offset - one.offset) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, all.length - 1));
}

/** Combining: the mean, weighted by inverse root distance (RFC 5905 §11.2.3). */
function combine(survivors: readonly Candidate[]): { offset: number; jitter: number } {
  let weights = 0;
  let offset = 0;
  let squares = 0;
  const first = survivors[0]!;
  for (const each of survivors) {
    const weight = 1 / each.rootDistance;
    weights += weight;
    offset += each.offset * weight;
    squares += (each.offset - first.offset) ** 2 * weight;
  }
  const own = first.jitter ** 2;
  return { offset: offset / weights, jitter: Math.sqrt(squares / weights + own) };
}

// Beacon score as in RITA 5 (https://github.com/activecm/rita): the mean of four scores from 0 to 1.

export interface BeaconScore {
  readonly score: number;
  /** Regularity of the intervals, and of the amounts sent. */
  readonly intervals: number;
  readonly amounts: number;
  /** Persistence over the observation time, and its regularity. */
  readonly duration: number;
  readonly histogram: number;
}

const CONNECTIONS_MIN = 4;
const GAPS_MIN = 3;
const BINS = 24;
/** Consecutive hours for a full duration score. */
const FULL_RUN = 12;

/** `times` in seconds, ascending; `amounts` in bytes. Null for fewer than 4 connections or 3 intervals above zero. */
export function beaconScore(times: readonly number[], amounts: readonly number[]): BeaconScore | null {
  if (times.length < CONNECTIONS_MIN) return null;
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  if (gaps.filter((gap) => gap > 0).length < GAPS_MIN) return null;
  const counts = bins(times);
  const parts = {
    intervals: regularity(gaps),
    amounts: regularity(amounts),
    duration: durationScore(counts),
    histogram: evenness(counts),
  };
  const score = (parts.intervals + parts.amounts + parts.duration + parts.histogram) / 4;
  return { score, ...parts };
}

/** ½ · ((1 − |Bowley skewness|) + (median − MAD) / median): symmetric and narrow. */
function regularity(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, median, high] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  const range = high - low;
  const bowley = range < 10 || median === low || median === high ? 0 : (high + low - 2 * median) / range;
  const deviations = sorted.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  const narrow = median > 0 ? Math.max(0, (median - quantile(deviations, 0.5)) / median) : 0;
  return (1 - Math.abs(bowley) + narrow) / 2;
}

function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

/** Connections in each of 24 equal parts of the time span; in RITA, which analyses days, these are hours. */
function bins(times: readonly number[]): number[] {
  const counts: number[] = new Array(BINS).fill(0);
  const span = times.at(-1)! - times[0]!;
  for (const time of times)
    counts[Math.min(BINS - 1, Math.floor(((time - times[0]!) / (span || 1)) * BINS))]! += 1;
  return counts;
}

function durationScore(counts: readonly number[]): number {
  const covered = counts.filter((count) => count > 0).length / BINS;
  let run = 0;
  let longest = 0;
  for (const count of counts) {
    run = count > 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return Math.min(1, Math.max(covered, longest / FULL_RUN));
}

/** 1 minus the coefficient of variation. */
function evenness(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / BINS;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / BINS;
  return Math.max(0, 1 - Math.sqrt(variance) / mean);
}

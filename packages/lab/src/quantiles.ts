// Quantiles of measurements.

export interface Quantiles {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** All zero without values. By nearest rank: each quantile is a measured value. */
export function quantilesOf(values: Iterable<number>): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count === 0) return { count: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)]!;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** The same of values with their numbers. Equal values count together, so that the result does not depend on how they were divided. */
export function quantilesOfShared(shared: readonly (readonly [value: number, count: number])[]): Quantiles {
  const counts = new Map<number, number>();
  for (const [value, each] of shared) counts.set(value, (counts.get(value) ?? 0) + each);
  const sorted = [...counts].filter(([, each]) => each > 0).sort(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, each]) => sum + each, 0);
  if (count === 0) return quantilesOf([]);
  const at = (share: number) => {
    let rank = Math.max(1, Math.ceil(share * count));
    for (const [value, each] of sorted) {
      rank -= each;
      if (rank <= 0) return value;
    }
    return sorted.at(-1)![0];
  };
  const mean = sorted.reduce((sum, [value, each]) => sum + value * each, 0) / count;
  return { count, mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

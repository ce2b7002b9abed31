// DDSketch (Masson, Rim, Lee 2019, https://doi.org/10.14778/3352063.3352135): quantiles with bounded relative error, from
// buckets with exponentially growing bounds.

/** Buckets per sign; beyond it those of the smallest values are merged. 2,048 span 17 decades at 1 %. */
const BUCKETS_MAX = 2048;

export class Quantiles {
  readonly #gamma: number;
  readonly #logGamma: number;
  readonly #positive = new Map<number, number>();
  readonly #negative = new Map<number, number>();
  #zeros = 0;
  #count = 0;

  /** `error`: the relative error of quantiles. */
  constructor(error = 0.01) {
    if (!(error > 0 && error < 1)) throw new RangeError('error must be more than 0 and less than 1');
    this.#gamma = (1 + error) / (1 - error);
    this.#logGamma = Math.log(this.#gamma);
  }

  get count(): number {
    return this.#count;
  }

  /** Ignores numbers that are not finite. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#count++;
    const size = Math.abs(value);
    if (size < Number.MIN_VALUE / Number.EPSILON) {
      this.#zeros++;
      return;
    }
    const buckets = value > 0 ? this.#positive : this.#negative;
    const bucket = Math.ceil(Math.log(size) / this.#logGamma);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    if (buckets.size > BUCKETS_MAX) collapse(buckets);
  }

  /** `q` from 0 to 1; NaN if the sketch is empty. */
  at(q: number): number {
    if (this.#count === 0) return Number.NaN;
    let rank = Math.min(1, Math.max(0, q)) * (this.#count - 1);
    for (const [bucket, count] of [...this.#negative].sort((a, b) => b[0] - a[0])) {
      rank -= count;
      if (rank < 0) return -this.#middle(bucket);
    }
    rank -= this.#zeros;
    if (rank < 0) return 0;
    let last = 0;
    for (const [bucket, count] of [...this.#positive].sort((a, b) => a[0] - b[0])) {
      last = this.#middle(bucket);
      rank -= count;
      if (rank < 0) return last;
    }
    return last;
  }

  /** The value with the same relative error to both bounds of a bucket. */
  #middle(bucket: number): number {
    return (2 * this.#gamma ** bucket) / (1 + this.#gamma);
  }
}

/** Merges the quarter of the buckets with the smallest values; rare, so that adding stays fast. */
function collapse(buckets: Map<number, number>): void {
  const lowest = [...buckets.keys()].sort((a, b) => a - b).slice(0, BUCKETS_MAX / 4);
  const last = lowest.at(-1)!;
  let sum = 0;
  for (const bucket of lowest) {
    sum += buckets.get(bucket)!;
    buckets.delete(bucket);
  }
  buckets.set(last, sum);
}

// A mergeable quantile sketch: buckets whose borders grow by a constant factor
// (DDSketch: Masson et al., VLDB 2019). When there are too many buckets, all are merged in pairs, and the factor is
// squared (uniform collapse: Epicoco et al., 2020), so that the relative error stays uniform.

/** Relative accuracy of quantiles before buckets are merged. */
const ACCURACY = 0.01;
export const BUCKETS_MAX = 128;
const LOG_GAMMA = Math.log((1 + ACCURACY) / (1 - ACCURACY));
/** Smaller values count as zero: bucket 0. */
const SMALLEST = 1e-3;
export const KEYS = 2600;
export const LEVELS_MAX = 6;

export interface Sketch {
  /** Number of times that buckets were merged. */
  readonly level: number;
  /** Ascending; `counts` has the number of values in each. */
  readonly keys: readonly number[];
  readonly counts: readonly number[];
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The upper 20 bits of a positive number: its exponent, and eight bits of its mantissa (IEEE 754, little-endian). */
function bitsOf(value: number): number {
  double[0] = value;
  return words[1]! >>> 12;
}

function numberOf(bits: number): number {
  words[0] = 0;
  words[1] = bits << 12;
  return double[0]!;
}

/** Accumulates values and other sketches into a new sketch. Its buffer of 20 KB is reused: keep the maker. */
export class SketchMaker {
  readonly #gathered = new Float64Array(KEYS);
  #level = 0;
  #low = KEYS;
  #high = -1;

  /** @param value must not be negative */
  add(value: number): void {
    this.#count(joined(keyOf(value), this.#level), 1);
  }

  merge({ level, keys, counts }: Sketch): void {
    while (this.#level < level) this.#join();
    const joins = this.#level - level;
    for (let i = 0; i < keys.length; i++) this.#count(joined(keys[i]!, joins), counts[i]!);
  }

  /** Returns the sketch, and empties the maker. */
  finish(): Sketch {
    const gathered = this.#gathered;
    while (this.#used() > BUCKETS_MAX && this.#level < LEVELS_MAX) this.#join();
    const keys: number[] = [];
    const counts: number[] = [];
    for (let key = this.#low; key <= this.#high; key++) {
      if (gathered[key] === 0) continue;
      keys.push(key);
      counts.push(gathered[key]!);
    }
    const sketch = { level: this.#level, keys, counts };
    if (this.#high >= 0) gathered.fill(0, this.#low, this.#high + 1);
    this.#level = 0;
    this.#low = KEYS;
    this.#high = -1;
    return sketch;
  }

  #count(key: number, count: number): void {
    this.#gathered[key]! += count;
    if (key < this.#low) this.#low = key;
    if (key > this.#high) this.#high = key;
  }

  #used(): number {
    let used = 0;
    for (let key = this.#low; key <= this.#high; key++) if (this.#gathered[key] !== 0) used++;
    return used;
  }

  #join(): void {
    this.#level++;
    if (this.#high < 0) return;
    const gathered = this.#gathered;
    for (let key = this.#low; key <= this.#high; key++) {
      const to = joined(key, 1);
      if (to === key) continue;
      gathered[to]! += gathered[key]!;
      gathered[key] = 0;
    }
    this.#low = joined(this.#low, 1);
    this.#high = joined(this.#high, 1);
  }
}

/** The quantile `part` (0 to 1); NaN for an empty sketch. */
export function quantile({ level, keys, counts }: Sketch, part: number): number {
  let total = 0;
  for (const count of counts) total += count;
  let rank = Math.ceil(part * total);
  for (let i = 0; i < keys.length; i++) {
    rank -= counts[i]!;
    if (rank <= 0) return middleOf(keys[i]!, level);
  }
  return keys.length === 0 ? Number.NaN : middleOf(keys.at(-1)!, level);
}

/** The upper border of each bucket. */
const borders = Float64Array.from({ length: KEYS }, (_, key) => SMALLEST * Math.exp(LOG_GAMMA * (key - 1)));
/** First candidate bucket, by exponent and upper eight bits of the mantissa: steps of at most half a bucket. */
const FIRST_BITS = bitsOf(SMALLEST);
const guesses = Uint16Array.from({ length: bitsOf(borders[KEYS - 1]!) - FIRST_BITS + 1 }, (_, i) => {
  const key = 1 + Math.ceil(Math.log(numberOf(FIRST_BITS + i) / SMALLEST) / LOG_GAMMA);
  return Math.max(1, Math.min(KEYS - 1, key - 1));
});

/** The bucket of a value. A table look-up, because a logarithm takes five times as long. */
function keyOf(value: number): number {
  if (!(value > SMALLEST)) return 0;
  let key = guesses[bitsOf(value) - FIRST_BITS] ?? KEYS - 1;
  while (key < KEYS - 1 && value > borders[key]!) key++;
  return key;
}

function joined(key: number, times: number): number {
  for (let i = 0; i < times; i++) key = key === 0 ? 0 : 1 + (key >> 1);
  return key;
}

function middleOf(key: number, level: number): number {
  if (key === 0) return 0;
  const gamma = Math.exp(LOG_GAMMA * 2 ** level);
  return (2 * SMALLEST * gamma ** (key - 1)) / (gamma + 1);
}

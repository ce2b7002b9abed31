// Count-Min sketch (Cormode, Muthukrishnan 2005): frequency estimates in fixed memory that are never too low.
import { hashText } from './hash.ts';

export interface CountMinOptions {
  /** An estimate exceeds the count by at most this share of all counts … */
  readonly error?: number;
  /** … except with this probability. */
  readonly doubt?: number;
  readonly seed?: number;
}

export class CountMin {
  readonly width: number;
  readonly depth: number;
  /** Sum of all counts. */
  total = 0;
  readonly #cells: Float64Array;
  readonly #seed: number;
  readonly #hash = new Uint32Array(2);

  /** Memory: 8 bytes × e/error × ln(1/doubt); 0.001 and 0.01 are 109 kB. */
  constructor({ error = 0.001, doubt = 0.01, seed = 1 }: CountMinOptions = {}) {
    this.width = Math.ceil(Math.E / error);
    this.depth = Math.ceil(Math.log(1 / doubt));
    this.#cells = new Float64Array(this.width * this.depth);
    this.#seed = seed;
  }

  /** Adds `count`; returns the new estimate. Only cells below it are raised (conservative update, Estan 2002). */
  add(item: string, count = 1): number {
    const wanted = this.estimate(item) + count;
    for (let row = 0; row < this.depth; row++) {
      const cell = this.#cellOf(row);
      if (this.#cells[cell]! < wanted) this.#cells[cell] = wanted;
    }
    this.total += count;
    return wanted;
  }

  estimate(item: string): number {
    hashText(item, this.#seed, this.#hash);
    let least = Infinity;
    for (let row = 0; row < this.depth; row++) least = Math.min(least, this.#cells[this.#cellOf(row)]!);
    return least;
  }

  clear(): void {
    this.#cells.fill(0);
    this.total = 0;
  }

  /** Of the item hashed last: a row's hash is a + row · b (Kirsch, Mitzenmacher 2006). */
  #cellOf(row: number): number {
    const mixed = (this.#hash[0]! + Math.imul(row, this.#hash[1]! | 1)) >>> 0;
    return row * this.width + (mixed % this.width);
  }
}

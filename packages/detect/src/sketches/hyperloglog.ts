// HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007): estimates the number of distinct items in fixed memory.
import { hashText } from './hash.ts';

export class HyperLogLog {
  readonly #registers: Uint8Array;
  readonly #bits: number;
  readonly #seed: number;
  readonly #hash = new Uint32Array(2);

  /** 2^bits bytes (bits 4 to 16); the standard error is 1.04 / √(2^bits): 1.6 % for 12. */
  constructor(bits = 12, seed = 1) {
    if (!Number.isInteger(bits) || bits < 4 || bits > 16) throw new RangeError('bits must be 4 to 16');
    this.#bits = bits;
    this.#seed = seed;
    this.#registers = new Uint8Array(2 ** bits);
  }

  /** True if the estimate grew. */
  add(item: string): boolean {
    hashText(item, this.#seed, this.#hash);
    const register = this.#hash[0]! >>> (32 - this.#bits);
    const rank = Math.clz32(this.#hash[1]!) + 1;
    if (rank <= this.#registers[register]!) return false;
    this.#registers[register] = rank;
    return true;
  }

  estimate(): number {
    const count = this.#registers.length;
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const raw = (alpha(count) * count * count) / sum;
    // For small counts linear counting of empty registers is more accurate (§4 of the paper).
    return raw <= 2.5 * count && empty > 0 ? count * Math.log(count / empty) : raw;
  }

  /** Makes this sketch the union of both. @throws RangeError if their sizes or seeds differ */
  merge(other: HyperLogLog): void {
    if (other.#bits !== this.#bits || other.#seed !== this.#seed)
      throw new RangeError('only sketches of the same bits and seed can be merged');
    for (let i = 0; i < this.#registers.length; i++)
      this.#registers[i] = Math.max(this.#registers[i]!, other.#registers[i]!);
  }
}

function alpha(count: number): number {
  if (count === 16) return 0.673;
  if (count === 32) return 0.697;
  return count === 64 ? 0.709 : 0.7213 / (1 + 1.079 / count);
}

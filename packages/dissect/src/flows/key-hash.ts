// The hash by which a table finds its entries. Whoever sends packets chooses their addresses and ports: if it were the
// same everywhere, he could choose thousands that fall on one place, and each packet would cost a walk past all of them
// (hash flooding). So each table mixes with numbers of its own, which nobody outside can know.

/** Odd, so that no bit is lost by multiplying; from 1 to 2 ** 32 - 1. */
function drawn(random: () => number): number {
  return Math.floor(random() * 2 ** 31) * 2 + 1;
}

export class KeyHash {
  readonly #first: number;
  readonly #second: number;

  /** @param random from 0 to 1, as Math.random */
  constructor(random: () => number = Math.random) {
    this.#first = drawn(random);
    this.#second = drawn(random);
  }

  /**
   * One more word taken in. Two multiplications: a change of the highest bits alone goes through the first unchanged,
   * whatever the number, and could be taken back by the next word.
   */
  mix(hash: number, word: number): number {
    const once = Math.imul(hash ^ word, this.#first);
    return Math.imul(once ^ (once >>> 15), this.#second);
  }

  /** The hash as an index is made of it: its lowest bits are as good as the others. */
  end(hash: number): number {
    return (hash ^ (hash >>> 14)) >>> 0;
  }
}

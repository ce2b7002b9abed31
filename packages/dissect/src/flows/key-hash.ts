// A seeded hash for tables whose keys (addresses, ports) a sender can choose. With a fixed hash an attacker could pick
// thousands of keys that collide, and each packet would cost a walk past all of them (hash flooding).

/** A random odd 32-bit number; odd, so that multiplying by it loses no bits. */
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
   * Mixes in one more word. Two multiplications, because a difference in the highest bits alone passes one of them
   * unchanged, whatever the factor, and the next word could cancel it.
   */
  mix(hash: number, word: number): number {
    const once = Math.imul(hash ^ word, this.#first);
    return Math.imul(once ^ (once >>> 15), this.#second);
  }

  /** The final hash, whose low bits, used as an index, are as well mixed as the others. */
  end(hash: number): number {
    return (hash ^ (hash >>> 14)) >>> 0;
  }
}

// Replay protection for increasing numbers, per peer. The newest numbers are tracked one by one, since messages may
// overtake each other; all older ones count as taken, so that none can be replayed.

/** Of one peer. */
const OF_ONE_MAX = 512;
const PEERS_MAX = 4_096;

interface Taken {
  readonly newest: Set<number>;
  /** The highest of those that are not known one by one any more. */
  upTo: number;
}

export class Numbers {
  /** The peer heard of last at the end; of each, the oldest first. */
  readonly #taken = new Map<string, Taken>();

  has(peer: string, number: number): boolean {
    const own = this.#taken.get(peer);
    return own !== undefined && (number <= own.upTo || own.newest.has(number));
  }

  add(peer: string, number: number): void {
    const own = this.#taken.get(peer) ?? { newest: new Set<number>(), upTo: -1 };
    own.newest.add(number);
    if (own.newest.size > OF_ONE_MAX) {
      const [oldest] = own.newest;
      own.newest.delete(oldest!);
      own.upTo = Math.max(own.upTo, oldest!);
    }
    this.#taken.delete(peer);
    this.#taken.set(peer, own);
    if (this.#taken.size > PEERS_MAX) this.#taken.delete(this.#taken.keys().next().value!);
  }
}

// Which numbers of each peer were taken already, where a peer's numbers grow. Of its newest it is known one by one, since one
// may overtake another; all before those count as taken, so that nobody on the way can have them done again.

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

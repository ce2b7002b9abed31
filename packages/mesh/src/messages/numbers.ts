// Replay protection for increasing numbers, per peer. The newest numbers are tracked one by one, since messages may
// overtake each other; all older ones count as taken, so that none can be replayed.

/** Numbers tracked individually per peer. */
const OF_ONE_MAX = 512;
const PEERS_MAX = 4_096;

interface Taken {
  readonly newest: Set<number>;
  /** Highest number no longer tracked individually: it and all below count as taken. */
  upTo: number;
}

export class Numbers {
  /** By peer, least recently received first; of each peer, oldest first. */
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

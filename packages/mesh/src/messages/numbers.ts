// Replay protection for increasing numbers, per peer. The newest numbers are tracked one by one, since messages may
// overtake each other; all older ones count as taken, so that none can be replayed.

/** Numbers tracked individually per peer. */
const OF_ONE_MAX = 512;
/** Peers whose numbers are tracked individually, those received last; of others only the highest is. */
const PEERS_MAX = 4_096;
const OTHERS_MAX = 65_536;
const NONE = -1;

interface Taken {
  readonly newest: Set<number>;
  /** Highest number no longer tracked individually: it and all below count as taken. */
  upTo: number;
}

export class Numbers {
  /** By peer, least recently received first; of each peer, oldest first. */
  readonly #taken = new Map<string, Taken>();
  /** The highest number by peer, of those given up above: it and all below count as taken. */
  readonly #highest = new Map<string, number>();

  /**
   * @param max the highest number acceptable now. The numbers are times: if a higher one was taken, the clock was set back
   * since, and what was taken ahead of it is forgotten, or nothing would be new before that time comes again.
   */
  has(peer: string, number: number, max: number): boolean {
    const own = this.#taken.get(peer);
    if (own === undefined) {
      const highest = this.#highest.get(peer) ?? NONE;
      if (highest > max) this.#highest.delete(peer);
      return number <= highest && highest <= max;
    }
    if (own.upTo > max) own.upTo = NONE;
    if (number <= own.upTo || own.newest.has(number)) return true;
    for (const each of own.newest) if (each > max) own.newest.delete(each);
    return false;
  }

  add(peer: string, number: number): void {
    const own = this.#taken.get(peer) ?? { newest: new Set<number>(), upTo: this.#highest.get(peer) ?? NONE };
    own.newest.add(number);
    if (own.newest.size > OF_ONE_MAX) {
      const [oldest] = own.newest;
      own.newest.delete(oldest!);
      own.upTo = Math.max(own.upTo, oldest!);
    }
    this.#taken.delete(peer);
    this.#highest.delete(peer);
    this.#taken.set(peer, own);
    if (this.#taken.size > PEERS_MAX) this.#shorten();
  }

  /** Of the peer least recently received from, only the highest number is kept. */
  #shorten(): void {
    const [peer, { newest, upTo }] = this.#taken.entries().next().value!;
    this.#taken.delete(peer);
    this.#highest.set(peer, Math.max(upTo, ...newest));
    if (this.#highest.size > OTHERS_MAX) this.#highest.delete(this.#highest.keys().next().value!);
  }
}

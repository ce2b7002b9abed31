// Replay protection: names already taken, per peer. Each peer has its own quota, so that a busy peer does not evict the
// entries of others.

/** Maximum names per peer; the oldest is evicted. */
const OF_ONE_MAX = 512;
const PEERS_MAX = 4_096;

export class Once {
  /** By peer, least recently received first; of each peer, oldest first. Null until the first. */
  #taken: Map<string, Set<string>> | null = null;

  /** Takes a name; returns false if it was taken before. */
  take(peer: string, name: string): boolean {
    this.#taken ??= new Map();
    const own = this.#taken.get(peer) ?? new Set();
    if (own.has(name)) return false;
    own.add(name);
    if (own.size > OF_ONE_MAX) own.delete(own.values().next().value!);
    this.#taken.delete(peer);
    this.#taken.set(peer, own);
    if (this.#taken.size > PEERS_MAX) this.#taken.delete(this.#taken.keys().next().value!);
    return true;
  }

  has(peer: string, name: string): boolean {
    return this.#taken?.get(peer)?.has(name) ?? false;
  }
}

// Replay protection: what was taken already, by peer. Each peer has its own quota, so that
// a busy one does not push out the entries of others.

/** Of one peer; then its oldest is forgotten. */
const OF_ONE_MAX = 512;
const PEERS_MAX = 4_096;

export class Once {
  /** By peer, the one heard of last at the end; of each, the oldest first. */
  readonly #taken = new Map<string, Set<string>>();

  /** False if it came before. */
  take(peer: string, name: string): boolean {
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
    return this.#taken.get(peer)?.has(name) ?? false;
  }
}

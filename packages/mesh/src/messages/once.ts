// What was taken already, of each peer: so that nobody on the way has it done again. Each peer has its own part, so that
// one that says much makes nothing of the others be forgotten.

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

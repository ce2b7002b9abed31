// Detects two processes with the keys of one peer, after its folder was copied or restored from a backup: each receives
// announcements in its own name with a number that it did not assign.

import type { Announcement } from '../members/directory.ts';
import type { Runtime } from '../runtime.ts';

/** Minimum interval between contradictions: both processes send them, so they must stay cheap for the mesh. */
const CONTRADICT_MS = 30_000;
/** The other process is presumed stopped after this long without an announcement. */
const EXPIRY_MS = 3 * CONTRADICT_MS;

export class Twin {
  readonly #runtime: Runtime;
  #address = '';
  #receivedMs = Number.NEGATIVE_INFINITY;
  #contradictedMs = Number.NEGATIVE_INFINITY;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * Handles an announcement in this peer's name that this process did not make.
   *
   * @returns whether to contradict now
   */
  receive({ id, addresses, isLeaving }: Announcement, own: readonly string[]): boolean {
    const nowMs = this.#runtime.clock.elapsedMs();
    // Without a foreign address, it is from an earlier run of this process, when the clock was fast.
    const elsewhere = addresses.find((each) => !own.includes(each));
    if (elsewhere !== undefined && !isLeaving) {
      if (this.problem() === null)
        this.#runtime.log('warn', 'another process runs as this peer', { peer: id, address: elsewhere });
      this.#address = elsewhere;
      this.#receivedMs = nowMs;
    }
    if (!isLeaving && nowMs - this.#contradictedMs < CONTRADICT_MS) return false;
    this.#contradictedMs = nowMs;
    return true;
  }

  problem(): string | null {
    if (this.#runtime.clock.elapsedMs() - this.#receivedMs > EXPIRY_MS) return null;
    return `another process runs as this peer, at ${this.#address}: let one of them join under a name of its own`;
  }
}

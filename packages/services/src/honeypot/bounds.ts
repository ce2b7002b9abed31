// How much of this machine visitors may have. What is refused is counted; nobody waits.

export interface Bounds {
  /** Sessions at once, and those of one address. */
  readonly sessionsMax: number;
  readonly sessionsPerAddressMax: number;
  /** Milliseconds without a byte, and in all, after which a session is ended. */
  readonly idleMsMax: number;
  readonly sessionMsMax: number;
  /** Bytes a session may send before it is ended, and bytes of it that are recorded. */
  readonly sessionBytesMax: number;
  readonly recordBytesMax: number;
  /** Memory for the records of all sessions that are not over; beyond it only their events are kept. */
  readonly recordsBytesMax: number;
  /** Bytes on disk of recorded sessions and of files left here; the oldest go first. */
  readonly diskBytesMax: number;
}

export const BOUNDS: Bounds = {
  sessionsMax: 5000,
  // Many visitors may stand behind one address, and a flood from one must not keep the others out.
  sessionsPerAddressMax: 4000,
  idleMsMax: 180_000,
  sessionMsMax: 1_800_000,
  sessionBytesMax: 16 * 2 ** 20,
  recordBytesMax: 2 ** 20,
  recordsBytesMax: 64 * 2 ** 20,
  diskBytesMax: 512 * 2 ** 20,
};

export class Gate {
  readonly #bounds: Bounds;
  readonly #byAddress = new Map<string, number>();
  #sessions = 0;
  refused = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** False: no room. Who entered must `leave`. */
  enter(address: string): boolean {
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#sessions >= this.#bounds.sessionsMax || own >= this.#bounds.sessionsPerAddressMax) {
      this.refused++;
      return false;
    }
    this.#sessions++;
    this.#byAddress.set(address, own + 1);
    return true;
  }

  leave(address: string): void {
    const own = this.#byAddress.get(address) ?? 0;
    this.#sessions--;
    if (own <= 1) this.#byAddress.delete(address);
    else this.#byAddress.set(address, own - 1);
  }
}

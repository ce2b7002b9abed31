// Resource limits for visitors. Refused connections are counted and recorded; nothing waits.

export interface Bounds {
  /** Concurrent sessions, in total and per address. */
  readonly sessionsMax: number;
  readonly sessionsPerAddressMax: number;
  /** Idle time and total time, in milliseconds, after which a session is ended. */
  readonly idleMsMax: number;
  readonly sessionMsMax: number;
  /** Bytes that a session may send before it is ended, and bytes of it that are recorded. */
  readonly sessionBytesMax: number;
  readonly recordBytesMax: number;
  /** Memory of all sessions: recordings, buffers, files. Beyond this the session that holds the most is ended. */
  readonly memoryBytesMax: number;
  /** Bytes of records waiting for the disk; further ones are lost and counted. */
  readonly queueBytesMax: number;
  /** Disk space of recorded sessions and files left here; the oldest are deleted first. */
  readonly diskBytesMax: number;
}

export const BOUNDS: Bounds = {
  sessionsMax: 5000,
  // Many visitors may share an address (NAT), but a flood from one must not exclude the others.
  sessionsPerAddressMax: 4000,
  idleMsMax: 180_000,
  sessionMsMax: 1_800_000,
  sessionBytesMax: 16 * 2 ** 20,
  recordBytesMax: 2 ** 20,
  memoryBytesMax: 48 * 2 ** 20,
  queueBytesMax: 16 * 2 ** 20,
  diskBytesMax: 512 * 2 ** 20,
};

/** A shared memory budget. `onFull` is called while it is exceeded, and must release memory. */
export class Budget {
  readonly #bytesMax: number;
  readonly #onFull: () => void;
  #bytes = 0;
  #isFull = false;

  constructor(bytesMax: number, onFull: () => void = () => {}) {
    this.#bytesMax = bytesMax;
    this.#onFull = onFull;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  change(bytes: number): void {
    this.#bytes += bytes;
    if (!this.isOver || this.#isFull) return;
    this.#isFull = true;
    this.#onFull();
    this.#isFull = false;
  }
}

/** The share of one visit in a budget. */
export class Account {
  readonly #budget: Budget;
  #bytes = 0;
  #isClosed = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds to the held bytes; negative releases. */
  hold(bytes: number): void {
    if (this.#isClosed || bytes === 0) return;
    this.#bytes += bytes;
    this.#budget.change(bytes);
  }

  /** Releases everything and stops counting: the rest is freed with the visit. */
  close(): void {
    this.#isClosed = true;
    this.#budget.change(-this.#bytes);
    this.#bytes = 0;
  }
}

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

  /** Returns false if there is no room. Each success needs one `leave`. */
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

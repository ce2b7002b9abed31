// Resource limits for visitors. What is refused is counted and recorded; nobody waits.

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
  /** Memory that all sessions hold together: records, what waits, files. Beyond it the one that holds most is ended. */
  readonly memoryBytesMax: number;
  /** Records that wait for the disk; what is beyond is lost, and counted. */
  readonly queueBytesMax: number;
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
  memoryBytesMax: 48 * 2 ** 20,
  queueBytesMax: 16 * 2 ** 20,
  diskBytesMax: 512 * 2 ** 20,
};

/** Memory that many share. `onFull` is called while more is held than there may be, and must see to it that less is. */
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

/** What one visit holds of a budget. */
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

  /** So much more is held; less if negative. */
  hold(bytes: number): void {
    if (this.#isClosed || bytes === 0) return;
    this.#bytes += bytes;
    this.#budget.change(bytes);
  }

  /** All is given back, and nothing more is counted: what is left of the visit goes with it. */
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

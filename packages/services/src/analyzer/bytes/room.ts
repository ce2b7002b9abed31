// A shared disk budget for concurrent decompressions: together they take no more than one would.

/** Share of the free space: others write to the same disk. */
const SHARE_MAX = 0.5;

export class Room {
  readonly #bytesMax: number;
  readonly #freeBytes: () => Promise<number>;
  /** Budget of all current writers. */
  #allowed = 0;
  /** Bytes written so far by current writers. */
  #written = 0;
  readonly #writing = new Set<Promise<unknown>>();

  /** @param freeBytes returns the free space of the disk */
  constructor(bytesMax: number, freeBytes: () => Promise<number>) {
    this.#bytesMax = bytesMax;
    this.#freeBytes = freeBytes;
  }

  /** Bytes that all current writers may write together. */
  get allowed(): number {
    return this.#allowed;
  }

  get isBusy(): boolean {
    return this.#writing.size > 0;
  }

  /** @param write calls `take` before it writes bytes; false means that the budget is used up */
  async use<T>(write: (take: (bytes: number) => boolean) => Promise<T>): Promise<T> {
    let taken = 0;
    const take = (bytes: number): boolean => {
      if (this.#written + bytes > this.#allowed) return false;
      taken += bytes;
      this.#written += bytes;
      return true;
    };
    await this.#measure();
    const writing = write(take);
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
      this.#written -= taken;
      await this.#measure();
    }
  }

  /** Resolves when all current writers are done. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  /** Recomputes the budget; the bytes of current writers are part of it. */
  async #measure(): Promise<void> {
    const free = await this.#freeBytes();
    this.#allowed = Math.min(this.#bytesMax, (free + this.#written) * SHARE_MAX);
  }
}

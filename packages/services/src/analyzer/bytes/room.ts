// How much may be unpacked at once: those who unpack share it, so that several together take no more than one would.

/** Of what is free where they write: others want to write there, too. */
const SHARE_MAX = 0.5;

export class Room {
  readonly #bytesMax: number;
  readonly #freeBytes: () => Promise<number>;
  /** For all who write now, together. */
  #allowed = 0;
  /** By those who are not done. */
  #written = 0;
  readonly #writing = new Set<Promise<unknown>>();

  /** @param freeBytes on the disk that is written to */
  constructor(bytesMax: number, freeBytes: () => Promise<number>) {
    this.#bytesMax = bytesMax;
    this.#freeBytes = freeBytes;
  }

  /** Bytes that all who write now may write together. */
  get allowed(): number {
    return this.#allowed;
  }

  get isBusy(): boolean {
    return this.#writing.size > 0;
  }

  /** @param write takes of the room, by `take`, what it is about to write; false: there is none left */
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

  /** When nobody writes any more of those who do now. */
  async quiet(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  /** What those who are not done have written is part of what they share. */
  async #measure(): Promise<void> {
    const free = await this.#freeBytes();
    this.#allowed = Math.min(this.#bytesMax, (free + this.#written) * SHARE_MAX);
  }
}

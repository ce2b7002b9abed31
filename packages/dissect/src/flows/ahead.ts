// Forward references for two-pass analysis (`-2`), such as the frame that answers a request or completes a message:
// the first pass enters them, the second looks them up.

/** Entries kept, at some 60 bytes each; further ones are dropped. */
const ENTRIES_MAX = 4_000_000;
/** Factor that combines a frame and the number of a message in it into one key. */
const NUMBERS = 65_521;

export class Ahead {
  readonly #found = new Map<string, Map<number, number>>();
  readonly #entriesMax: number;
  #entries = 0;
  #isTurned = false;
  #isFull = false;

  constructor(entriesMax = ENTRIES_MAX) {
    this.#entriesMax = entriesMax;
  }

  /** Ends the first pass: from now on entries are looked up, not made. */
  turn(): void {
    this.#isTurned = true;
  }

  /** True in the second pass if no entry was dropped: an unknown entry then does not exist. */
  get isWhole(): boolean {
    return this.#isTurned && !this.#isFull;
  }

  /** Enters `later` as the frame that holds `what` for message `number` of `frame`; the last entry wins. */
  enter(what: string, frame: number, number: number, later: number): void {
    if (this.#isTurned || frame <= 0) return;
    if (this.#entries >= this.#entriesMax) {
      this.#isFull = true;
      return;
    }
    let found = this.#found.get(what);
    if (found === undefined) {
      found = new Map();
      this.#found.set(what, found);
    }
    const before = found.size;
    found.set(keyOf(frame, number), later);
    this.#entries += found.size - before;
  }

  /** The frame entered; 0: none, or still in the first pass. */
  of(what: string, frame: number, number: number): number {
    return this.#isTurned ? (this.#found.get(what)?.get(keyOf(frame, number)) ?? 0) : 0;
  }
}

/** Exact as a double, for frame numbers have at most 32 bits. */
function keyOf(frame: number, number: number): number {
  return frame * 0x10000 + (number % NUMBERS);
}

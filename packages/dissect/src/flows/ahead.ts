// What only later packets tell of an earlier one: the frame that answers a request, or ends a message. A capture read
// twice has it: the first reading enters, the second one asks.

/** Entries kept in all, in some 60 bytes each; what would be one more is not told. */
const ENTRIES_MAX = 4_000_000;
/** Several messages of a frame are told apart by their number, as far as this prime does. */
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

  /** The first reading is over: from now on nothing is entered, and what was is told. */
  turn(): void {
    this.#isTurned = true;
  }

  /** All of the capture was read before, and all that was found is kept: what is not known does not come. */
  get isWhole(): boolean {
    return this.#isTurned && !this.#isFull;
  }

  /** `later` is the frame that tells `what` of message `number` in `frame`. The last one counts. */
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
    this.#entries++;
    found.set(keyOf(frame, number), later);
  }

  /** The frame that was entered; 0: none, or not yet. */
  of(what: string, frame: number, number: number): number {
    return this.#isTurned ? (this.#found.get(what)?.get(keyOf(frame, number)) ?? 0) : 0;
  }
}

/** Exact: frame numbers have 32 bits at most. */
function keyOf(frame: number, number: number): number {
  return frame * 0x10000 + (number % NUMBERS);
}

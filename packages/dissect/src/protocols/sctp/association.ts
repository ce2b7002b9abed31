// State of an SCTP association (RFC 9260), per direction: initial TSN, TSNs received, and fragments of incomplete
// messages (§6.9).

/** Maximum number of out-of-order TSNs remembered; further ones are always considered new. */
const EARLY_MAX = 1024;
/** Limits of incomplete messages per direction: fragments, and their total bytes. */
const FRAGMENTS_MAX = 256;
const FRAGMENT_BYTES_MAX = 1 << 20;

interface Fragment {
  readonly bytes: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export class Direction {
  /** Initial TSN; -1 if unknown. */
  base = -1;
  /** Highest TSN up to which all were received. */
  #reached = -1;
  readonly #early = new Set<number>();
  readonly #fragments = new Map<number, Fragment>();
  #bytes = 0;

  /** The association (re)starts with this initial TSN (INIT, INIT ACK). */
  begin(tsn: number): void {
    this.base = tsn;
    this.#reached = (tsn - 1) >>> 0;
    this.#early.clear();
    this.#fragments.clear();
    this.#bytes = 0;
  }

  /** Records a TSN; false if it was received before, so that the chunk is a retransmission. */
  see(tsn: number): boolean {
    if (this.base < 0) this.begin(tsn);
    const ahead = (tsn - this.#reached) | 0;
    if (ahead <= 0) return ((tsn - this.base) | 0) < 0;
    if (this.#early.has(tsn)) return false;
    if (ahead > 1) {
      if (this.#early.size < EARLY_MAX) this.#early.add(tsn);
      return true;
    }
    this.#reached = tsn;
    while (this.#early.delete((this.#reached + 1) >>> 0)) this.#reached = (this.#reached + 1) >>> 0;
    return true;
  }

  /** Adds a fragment; returns the message if it is complete, else null. Fragments have consecutive TSNs. */
  add(tsn: number, bytes: Uint8Array, isFirst: boolean, isLast: boolean): Uint8Array | null {
    if (this.#fragments.size >= FRAGMENTS_MAX || this.#bytes + bytes.length > FRAGMENT_BYTES_MAX) {
      this.#fragments.clear();
      this.#bytes = 0;
    }
    this.#fragments.set(tsn, { bytes: bytes.slice(), isFirst, isLast });
    this.#bytes += bytes.length;
    let first = tsn;
    while (this.#fragments.get(first)?.isFirst === false) first = (first - 1) >>> 0;
    let last = tsn;
    while (this.#fragments.get(last)?.isLast === false) last = (last + 1) >>> 0;
    if (!this.#fragments.has(first) || !this.#fragments.has(last)) return null;
    return this.#take(first, last);
  }

  #take(first: number, last: number): Uint8Array {
    const count = ((last - first) >>> 0) + 1;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let i = 0; i < count; i++) {
      const tsn = (first + i) >>> 0;
      const { bytes } = this.#fragments.get(tsn)!;
      this.#fragments.delete(tsn);
      parts.push(bytes);
      length += bytes.length;
    }
    this.#bytes -= length;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** State of both directions: sent by the lower, and by the higher endpoint of the flow. */
export class Association {
  readonly directions = [new Direction(), new Direction()] as const;
}

// State of an SCTP association (RFC 9260), per direction: initial TSN, TSNs received, and fragments of incomplete
// messages (§6.9).

/** Numbers that came out of order and are remembered at once; more are taken for new. */
const EARLY_MAX = 1024;
/** Fragments kept per direction, and bytes of all of them. */
const FRAGMENTS_MAX = 256;
const FRAGMENT_BYTES_MAX = 1 << 20;

interface Fragment {
  readonly bytes: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export class Direction {
  /** The first transmission sequence number, -1 while unknown. */
  base = -1;
  /** All numbers from `base` up to this one came. */
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

  /** Notes a number; false when it came before, that is, the chunk is sent again. */
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

  /** Adds a fragment; the whole message when this one completes it, else null. Fragments have successive numbers. */
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

/** As sent by the lower endpoint of the flow, and by the higher one. */
export class Association {
  readonly directions = [new Direction(), new Direction()] as const;
}

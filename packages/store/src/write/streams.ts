// Which conversations of a capture may be stored already: all others need not be looked for among those that are. A bit each,
// as under a flood nearly every packet is a conversation.

/** Streams of a page; pages of one transport at most, above which the oldest is forgotten: 4 MB. */
const PAGE = 8192;
const PAGES_MAX = 4096;

export class Streams {
  /** By transport: streams below may be stored. */
  readonly #floors = new Map<number, number>();
  readonly #pages = new Map<number, Map<number, Int32Array>>();

  /** @param stored by transport (FLOW_TRANSPORTS): streams up to this one may be stored */
  constructor(stored: Iterable<readonly [transport: number, stream: number]> = []) {
    for (const [transport, stream] of stored) this.#floors.set(transport, stream + 1);
  }

  /** Adds a conversation; whether it is surely not stored yet. */
  add(transport: number, stream: number): boolean {
    if (stream < (this.#floors.get(transport) ?? 0)) return false;
    const bits = this.#page(transport, Math.floor(stream / PAGE));
    const place = stream % PAGE;
    const bit = 1 << (place & 31);
    const isNew = (bits[place >> 5]! & bit) === 0;
    bits[place >> 5]! |= bit;
    return isNew;
  }

  #page(transport: number, number: number): Int32Array {
    let pages = this.#pages.get(transport);
    if (pages === undefined) {
      pages = new Map();
      this.#pages.set(transport, pages);
    }
    let page = pages.get(number);
    if (page === undefined) {
      page = new Int32Array(PAGE / 32);
      pages.set(number, page);
      if (pages.size > PAGES_MAX) this.#forget(transport, pages);
    }
    return page;
  }

  /** Forgets the pages of the lower half, rather than one at a time. */
  #forget(transport: number, pages: Map<number, Int32Array>): void {
    const numbers = [...pages.keys()].sort((a, b) => a - b);
    const kept = numbers[numbers.length >> 1]!;
    for (const number of numbers) if (number < kept) pages.delete(number);
    this.#floors.set(transport, kept * PAGE);
  }
}

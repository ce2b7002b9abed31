// Dictionary numbers of addresses: a hash table in typed arrays, which needs no string per lookup. One address may have
// several numbers (the table is emptied when full, and each writer has its own), so queries group by its text.
import { ADDRESS_BYTES } from '@eyrie/dissect';

/** Addresses known at once: 24 MB. */
const ADDRESSES_MAX = 1_000_000;
const SLOTS = 2 ** 21;
const WORDS = ADDRESS_BYTES / 4;

export interface NewAddress {
  readonly id: number;
  readonly kind: number;
  /** ADDRESS_BYTES of them. */
  readonly bytes: Uint8Array;
}

export class AddressTable {
  /** Index + 1 of the entry in a slot; 0: free. */
  #slots = new Int32Array(1024);
  #keys = new Int32Array(512 * WORDS);
  #kinds = new Uint8Array(512);
  #ids = new Int32Array(512);
  #count = 0;
  /** Entries from here on have no number yet. */
  #numbered = 0;

  get size(): number {
    return this.#count;
  }

  /** The index of the entry for the address at `row` of `cells`, the words of an address column; added if it is new. */
  find(cells: Int32Array, row: number, kind: number): number {
    const at = row * WORDS;
    const a = cells[at]!;
    const b = cells[at + 1]!;
    const c = cells[at + 2]!;
    const d = cells[at + 3]!;
    const keys = this.#keys;
    const mask = this.#slots.length - 1;
    for (let slot = hash(a, b, c, d, kind) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return this.#add(slot, cells, at, kind);
      const key = entry * WORDS;
      if (
        keys[key] === a &&
        keys[key + 1] === b &&
        keys[key + 2] === c &&
        keys[key + 3] === d &&
        this.#kinds[entry] === kind
      )
        return entry;
    }
  }

  /** The dictionary number of an entry; 0 until `number` has assigned it. */
  id(entry: number): number {
    return this.#ids[entry]!;
  }

  /** Number of entries without a number. */
  get unnumbered(): number {
    return this.#count - this.#numbered;
  }

  /** Assigns numbers from `first` on to new entries, as many as `most`, and returns these, to be stored. */
  number(first: number, most = Infinity): NewAddress[] {
    const from = this.#numbered;
    const to = Math.min(this.#count, from + most);
    const bytes = new Uint8Array(this.#keys.slice(from * WORDS, to * WORDS).buffer);
    const made: NewAddress[] = [];
    for (let id = first; this.#numbered < to; this.#numbered++, id++) {
      const entry = this.#numbered;
      this.#ids[entry] = id;
      const at = (entry - from) * ADDRESS_BYTES;
      made.push({ id, kind: this.#kinds[entry]!, bytes: bytes.subarray(at, at + ADDRESS_BYTES) });
    }
    return made;
  }

  /** Adds an entry that is in the database already. */
  learn(id: number, kind: number, bytes: Uint8Array): void {
    const cells = new Uint8Array(ADDRESS_BYTES);
    cells.set(bytes.subarray(0, ADDRESS_BYTES));
    const entry = this.find(new Int32Array(cells.buffer), 0, kind);
    this.#ids[entry] = id;
    this.#numbered = this.#count;
  }

  /** Makes room for `count` addresses of a batch; empties the table if there is too little. */
  reserve(count: number): void {
    if (this.#count + count > ADDRESSES_MAX && this.#count > 0) this.clear();
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#numbered = 0;
  }

  #add(slot: number, cells: Int32Array, at: number, kind: number): number {
    const entry = this.#count++;
    if (entry === this.#kinds.length) this.#grow();
    this.#keys.set(cells.subarray(at, at + WORDS), entry * WORDS);
    this.#kinds[entry] = kind;
    this.#ids[entry] = 0;
    this.#slots[slot] = entry + 1;
    // At most half full: ADDRESSES_MAX is less than half of SLOTS.
    if (this.#count * 2 > this.#slots.length && this.#slots.length < SLOTS) this.#rehash();
    return entry;
  }

  #grow(): void {
    const length = this.#kinds.length * 2;
    const [keys, kinds, ids] = [
      new Int32Array(length * WORDS),
      new Uint8Array(length),
      new Int32Array(length),
    ];
    keys.set(this.#keys);
    kinds.set(this.#kinds);
    ids.set(this.#ids);
    this.#keys = keys;
    this.#kinds = kinds;
    this.#ids = ids;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const keys = this.#keys;
    for (let entry = 0; entry < this.#count; entry++) {
      const at = entry * WORDS;
      const hashed = hash(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, this.#kinds[entry]!);
      let slot = hashed & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}

/** Multiplicative, then mixed (MurmurHash3's finalizer), so that neighbouring addresses spread. */
function hash(a: number, b: number, c: number, d: number, kind: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ kind;
  h = Math.imul(h ^ (h >>> 15) ^ b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ c, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x27d4eb2f);
  h ^= h >>> 15;
  return h ^ (h >>> 7);
}

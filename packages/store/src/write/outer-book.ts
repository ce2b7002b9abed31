// The addresses of headers that a packet's columns don't show (tunnels, quoted packets, routes): a packet's row holds one
// number for all of them, and few packets have any. The addresses behind a number are rows of `outer_addresses`.
import { ADDRESS_BYTES, type OuterAddresses, outerAddresses, outerText } from '@eyrie/dissect';
import { addressNamed } from '../query/address.ts';
import type { PacketColumns } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import { addressText, addressWidth } from './address-text.ts';
import type { Disguise } from './dictionaries.ts';

/**
 * Cached sets of addresses; packets with a further set are stored as those of an older Eyrie, without outer addresses.
 */
const OUTER_SETS_MAX = 50_000;
/** Of one packet. */
const ADDRESSES_MAX = 32;

export const SOURCE = 0;
export const DESTINATION = 1;

/** Outer addresses exist, but were not reported or not stored for lack of room. */
export const UNRECORDED = -1;
/** The columns show all there is. */
const NONE_BESIDE = 0;

const COLUMNS = [
  { name: 'id', type: 'INTEGER' },
  { name: 'side', type: 'INTEGER' },
  { name: 'kind', type: 'INTEGER' },
  { name: 'bytes', type: 'BYTES' },
  { name: 'text', type: 'TEXT' },
] as const;

export class OuterBook {
  readonly #disguise: Disguise | null;
  readonly #setsMax: number;
  /** Numbers by the addresses as they are stored, in the order of their texts: all sets of the database. */
  readonly #stored = new Map<string, number>();
  /** The same by the addresses as packets have them, of all sets seen so far. */
  readonly #known: Map<string, number>;

  constructor(disguise: Disguise | null, setsMax = OUTER_SETS_MAX) {
    this.#disguise = disguise;
    this.#setsMax = setsMax;
    this.#known = disguise === null ? this.#stored : new Map();
  }

  clear(): void {
    this.#known.clear();
    this.#stored.clear();
  }

  async load(tx: Transaction): Promise<void> {
    const rows = await tx.all('SELECT id, side, text FROM outer_addresses ORDER BY id');
    const sets = new Map<number, [sources: string[], destinations: string[]]>();
    for (const [id, side, text] of rows) {
      const set = sets.get(Number(id)) ?? [[], []];
      set[Number(side) === SOURCE ? SOURCE : DESTINATION].push(String(text));
      sets.set(Number(id), set);
    }
    for (const [id, [sources, destinations]] of sets) this.#stored.set(keyOf({ sources, destinations }), id);
  }

  /**
   * Numbers of the sets reported in a batch, 0 for an empty one, by index in its texts. Sets not reported, or without
   * room, are UNRECORDED.
   */
  async numbers(
    tx: Transaction,
    { outer, texts, length }: PacketColumns,
  ): Promise<ReadonlyMap<number, number>> {
    const numbers = new Map<number, number>();
    const missing = new Map<string, StoredSet>();
    const keys = new Map<number, string>();
    for (let i = 0; i < length; i++) {
      const place = outer[i]!;
      if (place < 0 || numbers.has(place)) continue;
      const set = setOf(texts[place]!);
      const key = set === null ? null : keyOf(set);
      const number = key === null ? UNRECORDED : key === EMPTY ? NONE_BESIDE : this.#known.get(key);
      numbers.set(place, number ?? UNRECORDED);
      if (number !== undefined) continue;
      keys.set(place, key!);
      if (!missing.has(key!)) missing.set(key!, this.#storedSet(set!));
    }
    if (missing.size > 0) await this.#learn(tx, missing);
    for (const [place, key] of keys) numbers.set(place, this.#known.get(key) ?? UNRECORDED);
    return numbers;
  }

  /** Sets that were stored before get the number that they have; new ones are written down while there is room. */
  async #learn(tx: Transaction, missing: ReadonlyMap<string, StoredSet>): Promise<void> {
    const fresh = new Map<string, StoredSet>();
    for (const set of missing.values())
      if (!this.#stored.has(set.key) && this.#stored.size + fresh.size < this.#setsMax)
        fresh.set(set.key, set);
    if (fresh.size > 0) await this.#add(tx, fresh);
    for (const [key, set] of missing) {
      const id = this.#stored.get(set.key);
      if (id !== undefined) this.#known.set(key, id);
    }
  }

  async #add(tx: Transaction, fresh: ReadonlyMap<string, StoredSet>): Promise<void> {
    let id = await tx.reserve('outer_addresses', fresh.size);
    const rows: Record<string, unknown>[] = [];
    for (const [key, set] of fresh) {
      for (const row of set.rows) rows.push({ id, ...row });
      this.#stored.set(key, id++);
    }
    await tx.insert('outer_addresses', COLUMNS, rows);
  }

  #storedSet({ sources, destinations }: OuterAddresses): StoredSet {
    const from = sources.map((text) => this.#row(SOURCE, text));
    const to = destinations.map((text) => this.#row(DESTINATION, text));
    const texts = (rows: readonly OuterRow[]): string[] => rows.map(({ text }) => text);
    return { key: keyOf({ sources: texts(from), destinations: texts(to) }), rows: [...from, ...to] };
  }

  #row(side: number, address: string): OuterRow {
    const { kind, constant } = addressNamed(address)!;
    const bytes = new Uint8Array(ADDRESS_BYTES);
    bytes.set(constant as Uint8Array);
    const shown = this.#disguise === null ? bytes : this.#disguise(kind, bytes);
    return { side, kind, bytes: shown.subarray(0, addressWidth(kind)), text: addressText(kind, shown) };
  }
}

/** A row without its number. */
interface OuterRow {
  readonly side: number;
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** As it goes into the database. */
interface StoredSet {
  readonly key: string;
  readonly rows: readonly OuterRow[];
}

const EMPTY = '>';

function keyOf({ sources, destinations }: OuterAddresses): string {
  return outerText({ sources: sources.toSorted(), destinations: destinations.toSorted() });
}

/** Null: it is not what a batch should hold. */
function setOf(text: string): OuterAddresses | null {
  const set = outerAddresses(text);
  const all = [...set.sources, ...set.destinations];
  const isSound = all.length <= ADDRESSES_MAX && all.every(isAddress);
  return isSound ? set : null;
}

function isAddress(text: string): boolean {
  return addressNamed(text)?.constant instanceof Uint8Array;
}

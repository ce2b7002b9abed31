// The addresses of headers that a packet's columns don't show (tunnels, quoted packets, routes): a packet's row holds one
// number for all of them, and few packets have any. The addresses behind a number are rows of `outer_addresses`.
import { ADDRESS_BYTES, type OuterAddresses, outerAddresses, outerText } from '@eyrie/dissect';
import { addressNamed } from '../query/address.ts';
import type { PacketColumns } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import { insert } from '../sql/insert.ts';
import { addressText, addressWidth } from './address-text.ts';
import type { Disguise } from './dictionaries.ts';

/** Sets of addresses that are kept; a packet with a further one is not told of, as if it came from an older Eyrie. */
export const OUTER_SETS_MAX = 50_000;
/** Of one packet. */
const ADDRESSES_MAX = 32;

export const SOURCE = 0;
export const DESTINATION = 1;

/** There are outer addresses, which nobody told or for which there is no room. */
export const UNTOLD = -1;
/** The columns show all there is. */
const NONE_BESIDE = 0;

const COLUMNS = [
  { name: 'id', type: 'INTEGER' },
  { name: 'side', type: 'INTEGER' },
  { name: 'kind', type: 'INTEGER' },
  { name: 'bytes', type: 'HEX' },
  { name: 'text', type: 'TEXT' },
] as const;

export class OuterBook {
  readonly #disguise: Disguise | null;
  readonly #setsMax: number;
  /** Numbers by the addresses, in the order of their texts. */
  readonly #known = new Map<string, number>();
  /** Sets in the database. */
  #count = 0;

  constructor(disguise: Disguise | null, setsMax = OUTER_SETS_MAX) {
    this.#disguise = disguise;
    this.#setsMax = setsMax;
  }

  clear(): void {
    this.#known.clear();
    this.#count = 0;
  }

  async load(tx: Transaction): Promise<void> {
    const rows = await tx.all('SELECT id, side, text FROM outer_addresses ORDER BY id');
    const sets = new Map<number, [sources: string[], destinations: string[]]>();
    for (const [id, side, text] of rows) {
      const set = sets.get(Number(id)) ?? [[], []];
      set[Number(side) === SOURCE ? SOURCE : DESTINATION].push(String(text));
      sets.set(Number(id), set);
    }
    this.#count = sets.size;
    // Under pseudonyms nobody knows whose these are.
    if (this.#disguise !== null) return;
    for (const [id, [sources, destinations]] of sets) this.#known.set(keyOf({ sources, destinations }), id);
  }

  /**
   * Numbers of the sets that a batch tells of, 0 for an empty one, by their places in its texts. Those that it does not
   * tell of, or that there is no room for, are UNTOLD.
   */
  async numbers(
    tx: Transaction,
    { outer, texts, length }: PacketColumns,
  ): Promise<ReadonlyMap<number, number>> {
    const numbers = new Map<number, number>();
    const missing = new Map<string, OuterAddresses>();
    const keys = new Map<number, string>();
    for (let i = 0; i < length; i++) {
      const place = outer[i]!;
      if (place < 0 || numbers.has(place)) continue;
      const set = setOf(texts[place]!);
      const key = set === null ? null : keyOf(set);
      const number = key === null ? UNTOLD : key === EMPTY ? NONE_BESIDE : this.#known.get(key);
      numbers.set(place, number ?? UNTOLD);
      if (number !== undefined) continue;
      keys.set(place, key!);
      if (this.#count + missing.size < this.#setsMax) missing.set(key!, set!);
    }
    if (missing.size > 0) await this.#add(tx, missing);
    for (const [place, key] of keys) numbers.set(place, this.#known.get(key) ?? UNTOLD);
    return numbers;
  }

  async #add(tx: Transaction, missing: ReadonlyMap<string, OuterAddresses>): Promise<void> {
    let id = await tx.reserve('outer_addresses', missing.size);
    const rows: Record<string, unknown>[] = [];
    for (const [key, { sources, destinations }] of missing) {
      for (const text of sources) rows.push({ id, side: SOURCE, ...this.#row(text) });
      for (const text of destinations) rows.push({ id, side: DESTINATION, ...this.#row(text) });
      this.#known.set(key, id++);
    }
    this.#count += missing.size;
    await insert(tx, 'outer_addresses', COLUMNS, rows);
  }

  #row(address: string): Record<string, unknown> {
    const { kind, constant } = addressNamed(address)!;
    const bytes = new Uint8Array(ADDRESS_BYTES);
    bytes.set(constant as Uint8Array);
    const shown = this.#disguise === null ? bytes : this.#disguise(kind, bytes);
    const hex = Buffer.from(shown.subarray(0, addressWidth(kind))).toString('hex');
    return { kind, bytes: hex, text: addressText(kind, shown) };
  }
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

// Dictionary encoding: rows hold numbers in place of repeated addresses, protocols and paths. New entries of a batch
// are stored in the same transaction as the batch.
import { ADDRESS_BYTES } from '@eyrie/dissect';
import type { PacketColumns } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import { AddressTable } from './address-table.ts';
import { addressText, addressWidth } from './address-text.ts';
import { OuterBook, UNRECORDED } from './outer-book.ts';
import { type PacketScratch, TANGLED } from './packet-rows.ts';
import { isTangled } from './tangled.ts';

/** Addresses of the database that are known at once when it is opened, the newest; others get a second number. */
const LEARNED_MAX = 200_000;
/** Addresses inserted at once, each an object. */
const ADDRESSES_AT_ONCE = 16_384;
/** Limit of cached texts per dictionary; further ones get a second number. */
const TEXTS_MAX = 1_000_000;

/** Replaces an address by the one to be stored. */
export type Disguise = (kind: number, bytes: Uint8Array) => Uint8Array;

export class Dictionaries {
  readonly #disguise: Disguise | null;
  readonly #addresses = new AddressTable();
  readonly #protocols = new Texts('protocols');
  readonly #paths = new Texts('paths');
  readonly #outer: OuterBook;
  #isLoaded = false;

  /** @param outerSetsMax see OuterBook */
  constructor(disguise: Disguise | null, outerSetsMax?: number) {
    this.#disguise = disguise;
    this.#outer = new OuterBook(disguise, outerSetsMax);
  }

  /** After a transaction that was undone: what was numbered in it was not. */
  clear(): void {
    this.#isLoaded = false;
    this.#addresses.clear();
    this.#protocols.clear();
    this.#paths.clear();
    this.#outer.clear();
  }

  /** Fills the columns of addresses, protocols and paths. */
  async fill(tx: Transaction, columns: PacketColumns, scratch: PacketScratch): Promise<void> {
    if (!this.#isLoaded) await this.#load(tx);
    const { length, texts, protocol, path, layers } = columns;
    await this.#protocols.fill(tx, texts, protocol, protocol, null, scratch.protocol, length);
    const recorded = await this.#fillOuter(tx, columns, scratch);
    await this.#paths.fill(tx, texts, path, layers, recorded, scratch.path, length);
    this.#mark(columns, scratch);
    await this.#fillAddresses(tx, columns, scratch);
  }

  #mark({ length, texts, layers }: PacketColumns, scratch: PacketScratch): void {
    const UNSEEN = 255;
    const ofText = new Uint8Array(texts.length).fill(UNSEEN);
    const { marks } = scratch;
    for (let i = 0; i < length; i++) {
      const place = layers[i]!;
      if (ofText[place] === UNSEEN) ofText[place] = isTangled(texts[place]!) ? TANGLED : 0;
      marks[i]! |= ofText[place]!;
    }
  }

  /** Packets whose addresses beyond the columns are all recorded; null if there are none. */
  async #fillOuter(
    tx: Transaction,
    columns: PacketColumns,
    scratch: PacketScratch,
  ): Promise<Uint8Array | null> {
    const { length, outer } = columns;
    if (scratch.hasOuter) scratch.outer.fill(0);
    scratch.hasOuter = false;
    const numbers = await this.#outer.numbers(tx, columns);
    if (numbers.size === 0) return null;
    const recorded = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const place = outer[i]!;
      const number = place < 0 ? UNRECORDED : (numbers.get(place) ?? UNRECORDED);
      if (number === UNRECORDED) continue;
      recorded[i] = 1;
      scratch.outer[i] = number;
      if (number > 0) scratch.hasOuter = true;
    }
    return recorded;
  }

  async #fillAddresses(tx: Transaction, columns: PacketColumns, scratch: PacketScratch): Promise<void> {
    const { length, addressKind } = columns;
    const table = this.#addresses;
    table.reserve(2 * length);
    const [sources, destinations] = [wordsOf(columns.source), wordsOf(columns.destination)];
    for (let i = 0; i < length; i++) {
      const kind = addressKind[i]!;
      scratch.source[i] = table.find(sources, i, kind);
      scratch.destination[i] = table.find(destinations, i, kind);
    }
    if (table.unnumbered > 0) await this.#writeAddresses(tx);
    for (let i = 0; i < length; i++) {
      scratch.source[i] = table.id(scratch.source[i]!);
      scratch.destination[i] = table.id(scratch.destination[i]!);
    }
  }

  async #writeAddresses(tx: Transaction): Promise<void> {
    let first = await tx.reserve('addresses', this.#addresses.unnumbered);
    // In parts: under a flood from spoofed addresses, a batch may have a hundred thousand.
    while (this.#addresses.unnumbered > 0) {
      const rows = this.#addresses.number(first, ADDRESSES_AT_ONCE).map(({ id, kind, bytes }) => {
        const shown = this.#disguise === null ? bytes : this.#disguise(kind, bytes);
        return { id, kind, bytes: shown.subarray(0, addressWidth(kind)), text: addressText(kind, shown) };
      });
      first += rows.length;
      await tx.insert('addresses', ADDRESS_COLUMNS, rows);
    }
  }

  async #load(tx: Transaction): Promise<void> {
    await tx.inTurn();
    await this.#protocols.load(tx);
    await this.#paths.load(tx);
    await this.#outer.load(tx);
    // With pseudonyms, database entries cannot be looked up by the original address.
    if (this.#disguise === null) {
      const rows = await tx.all(
        `SELECT id, kind, bytes FROM addresses ORDER BY id DESC LIMIT ${LEARNED_MAX}`,
      );
      for (const [id, kind, bytes] of rows)
        this.#addresses.learn(Number(id), Number(kind), bytes as Uint8Array);
    }
    this.#isLoaded = true;
  }
}

const ADDRESS_COLUMNS = [
  { name: 'id', type: 'INTEGER' },
  { name: 'kind', type: 'INTEGER' },
  { name: 'bytes', type: 'BYTES' },
  { name: 'text', type: 'TEXT' },
] as const;

const PROTOCOL_COLUMNS = [
  { name: 'id', type: 'INTEGER' },
  { name: 'name', type: 'TEXT' },
] as const;

const PATH_COLUMNS = [
  ...PROTOCOL_COLUMNS,
  { name: 'layers', type: 'TEXT' },
  { name: 'is_told', type: 'BOOLEAN' },
] as const;

/** One text, or a pair; for paths, also whether the outer addresses of their packets are recorded. */
type Entry = {
  readonly name: string;
  readonly layers: string;
  readonly is_told: boolean;
};

/**
 * Numbers of one batch's entries, by the index of their texts. The two indices are nearly always equal, so an array
 * suffices.
 */
class Numbers {
  readonly #texts: number;
  readonly #ofOne: Int32Array;
  readonly #ofTwo = new Map<number, number>();

  constructor(texts: number) {
    this.#texts = texts;
    this.#ofOne = new Int32Array(texts * 2);
  }

  place(name: number, layers: number, recorded: number): number {
    return name === layers ? name * 2 + recorded : (this.#texts * (1 + name) + layers) * 2 + recorded;
  }

  /** 0: none yet. */
  at(place: number): number {
    return place < this.#ofOne.length ? this.#ofOne[place]! : (this.#ofTwo.get(place) ?? 0);
  }

  set(place: number, id: number): void {
    if (place < this.#ofOne.length) this.#ofOne[place] = id;
    else this.#ofTwo.set(place, id);
  }
}

class Texts {
  readonly #table: 'protocols' | 'paths';
  readonly #known = new Map<string, number>();

  constructor(table: 'protocols' | 'paths') {
    this.#table = table;
  }

  clear(): void {
    this.#known.clear();
  }

  async load(tx: Transaction): Promise<void> {
    const more = this.#table === 'paths' ? 'layers, is_told' : 'name, FALSE';
    const rows = await tx.all(`SELECT id, name, ${more} FROM ${this.#table} LIMIT ${TEXTS_MAX}`);
    for (const [id, name, layers, recorded] of rows)
      this.#known.set(
        keyOf({ name: String(name), layers: String(layers), is_told: recorded === true }),
        Number(id),
      );
  }

  /** Fills `target` with the numbers of the values in a column, or in a pair of columns. */
  async fill(
    tx: Transaction,
    texts: readonly string[],
    names: Uint32Array,
    layers: Uint32Array,
    recorded: Uint8Array | null,
    target: Int32Array,
    length: number,
  ): Promise<void> {
    const numbers = new Numbers(texts.length);
    const missing = new Map<number, Entry>();
    for (let i = 0; i < length; i++) {
      const place = numbers.place(names[i]!, layers[i]!, recorded === null ? 0 : recorded[i]!);
      target[i] = numbers.at(place);
      if (target[i] !== 0 || missing.has(place)) continue;
      const entry = { name: texts[names[i]!]!, layers: texts[layers[i]!]!, is_told: recorded?.[i] === 1 };
      const id = this.#known.get(keyOf(entry));
      if (id === undefined) missing.set(place, entry);
      else {
        numbers.set(place, id);
        target[i] = id;
      }
    }
    if (missing.size === 0) return;
    await this.#add(tx, missing, numbers);
    for (let i = 0; i < length; i++)
      target[i] = numbers.at(numbers.place(names[i]!, layers[i]!, recorded === null ? 0 : recorded[i]!));
  }

  async #add(tx: Transaction, missing: Map<number, Entry>, numbers: Numbers): Promise<void> {
    if (this.#known.size + missing.size > TEXTS_MAX) this.#known.clear();
    let id = await tx.reserve(this.#table, missing.size);
    const rows: (Entry & { id: number })[] = [];
    for (const [place, entry] of missing) {
      rows.push({ id, ...entry });
      this.#known.set(keyOf(entry), id);
      numbers.set(place, id++);
    }
    await tx.insert(this.#table, this.#table === 'paths' ? PATH_COLUMNS : PROTOCOL_COLUMNS, rows);
  }
}

function keyOf({ name, layers, is_told }: Entry): string {
  return `${name === layers ? name : `${name}\n${layers}`}${is_told ? '\n\n' : ''}`;
}

/** The cells of an address column as 32-bit words; copied only if unaligned. */
function wordsOf(column: Uint8Array): Int32Array {
  const whole = column.byteOffset % 4 === 0 ? column : column.slice();
  return new Int32Array(whole.buffer, whole.byteOffset, Math.floor(whole.byteLength / ADDRESS_BYTES) * 4);
}

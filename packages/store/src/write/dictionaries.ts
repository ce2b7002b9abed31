// Addresses, protocols and paths repeat in packet after packet: rows hold a number for each. What is new in a batch is
// written down in the same transaction as the batch.
import { ADDRESS_BYTES } from '@eyrie/dissect';
import type { PacketColumns } from '../rows.ts';
import type { Transaction } from '../sql/database.ts';
import { insert } from '../sql/insert.ts';
import { AddressTable } from './address-table.ts';
import { addressText, addressWidth } from './address-text.ts';
import { OuterBook, UNTOLD } from './outer-book.ts';
import { type PacketScratch, TANGLED } from './packet-rows.ts';
import { isTangled } from './tangled.ts';

/** Addresses of the database that are known at once when it is opened, the newest; others get a second number. */
const LEARNED_MAX = 200_000;
/** Distinct texts kept in memory of one kind; more are looked up no more and get a second number. */
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
  forget(): void {
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
    const told = await this.#fillOuter(tx, columns, scratch);
    await this.#paths.fill(tx, texts, path, layers, told, scratch.path, length);
    this.#mark(columns, scratch);
    await this.#fillAddresses(tx, columns, scratch);
  }

  #mark({ length, texts, layers }: PacketColumns, scratch: PacketScratch): void {
    const marks = texts.map(() => -1);
    for (let i = 0; i < length; i++) {
      const place = layers[i]!;
      if (marks[place] === -1) marks[place] = isTangled(texts[place]!) ? TANGLED : 0;
      scratch.marks[i]! |= marks[place]!;
    }
  }

  /** Which packets have told of all their addresses that columns don't show; null: none has any. */
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
    const told = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const number = numbers.get(outer[i]!) ?? UNTOLD;
      if (number === UNTOLD) continue;
      told[i] = 1;
      scratch.outer[i] = number;
      if (number > 0) scratch.hasOuter = true;
    }
    return told;
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
    const first = await tx.reserve('addresses', this.#addresses.unnumbered);
    const rows = this.#addresses.number(first).map(({ id, kind, bytes }) => {
      const shown = this.#disguise === null ? bytes : this.#disguise(kind, bytes);
      const width = addressWidth(kind);
      return {
        id,
        kind,
        bytes: Buffer.from(shown.subarray(0, width)).toString('hex'),
        text: addressText(kind, shown),
      };
    });
    await insert(tx, 'addresses', ADDRESS_COLUMNS, rows);
  }

  async #load(tx: Transaction): Promise<void> {
    await this.#protocols.load(tx);
    await this.#paths.load(tx);
    await this.#outer.load(tx);
    // Under pseudonyms, what is in the database can't be found again by the address that stands behind it.
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
  { name: 'bytes', type: 'HEX' },
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

/** One text, or two that belong together; and of paths, whether their packets have told their outer addresses. */
type Entry = {
  readonly name: string;
  readonly layers: string;
  readonly is_told: boolean;
};

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
    for (const [id, name, layers, told] of rows)
      this.#known.set(
        keyOf({ name: String(name), layers: String(layers), is_told: told === true }),
        Number(id),
      );
  }

  /** Fills `target` with the numbers of what stands in a column, or in two that belong together. */
  async fill(
    tx: Transaction,
    texts: readonly string[],
    names: Uint32Array,
    layers: Uint32Array,
    told: Uint8Array | null,
    target: Int32Array,
    length: number,
  ): Promise<void> {
    const known = new Map<number, number>();
    const missing = new Map<number, Entry>();
    const size = texts.length;
    const placeOf = (i: number): number => (names[i]! * size + layers[i]!) * 2 + (told?.[i] ?? 0);
    for (let i = 0; i < length; i++) {
      const place = placeOf(i);
      if (known.has(place) || missing.has(place)) continue;
      const entry = { name: texts[names[i]!]!, layers: texts[layers[i]!]!, is_told: told?.[i] === 1 };
      const id = this.#known.get(keyOf(entry));
      if (id === undefined) missing.set(place, entry);
      else known.set(place, id);
    }
    if (missing.size > 0) await this.#add(tx, missing, known);
    for (let i = 0; i < length; i++) target[i] = known.get(placeOf(i))!;
  }

  async #add(tx: Transaction, missing: Map<number, Entry>, known: Map<number, number>): Promise<void> {
    if (this.#known.size + missing.size > TEXTS_MAX) this.#known.clear();
    let id = await tx.reserve(this.#table, missing.size);
    const rows: (Entry & { id: number })[] = [];
    for (const [place, entry] of missing) {
      rows.push({ id, ...entry });
      this.#known.set(keyOf(entry), id);
      known.set(place, id++);
    }
    await insert(tx, this.#table, this.#table === 'paths' ? PATH_COLUMNS : PROTOCOL_COLUMNS, rows);
  }
}

function keyOf({ name, layers, is_told }: Entry): string {
  return `${name === layers ? name : `${name}\n${layers}`}${is_told ? '\n\n' : ''}`;
}

/** The cells of an address column as words; copied only where they don't lie on a word. */
function wordsOf(column: Uint8Array): Int32Array {
  const whole = column.byteOffset % 4 === 0 ? column : column.slice();
  return new Int32Array(whole.buffer, whole.byteOffset, Math.floor(whole.byteLength / ADDRESS_BYTES) * 4);
}

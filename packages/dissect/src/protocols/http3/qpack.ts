// QPACK, header compression of HTTP/3 (RFC 9204). One decoder per direction of a connection: the encoder stream fills
// the dynamic table, to which field sections of requests and responses refer.
import type { HeaderField } from '../http/http2/hpack.ts';
import { PrimitiveReader } from '../http/http2/primitives.ts';
import type { Entry } from '../http/http2/static-table.ts';
import { staticTable } from './static-table.ts';

/** Overhead of an entry in bytes, in addition to name and value (§3.2.1). */
const ENTRY_OVERHEAD = 32;
/** Maximum table size supported, regardless of negotiation. */
const TABLE_BYTES_MAX = 1 << 16;
/** Maximum number of header fields per section. */
const FIELDS_MAX = 500;
const SECTION_TEXT_MAX = 1 << 18;

export class QpackDecoder {
  /** The dynamic table, oldest first, and the number of evicted entries (absolute indices, §3.2.4, count those too). */
  readonly #table: Entry[] = [];
  #dropped = 0;
  #size = 0;
  #limit = 0;
  /** Limits announced by the other side; null if its SETTINGS were not captured. */
  #allowed: number | null = null;
  readonly #in = new PrimitiveReader();

  /** The other side's SETTINGS_QPACK_MAX_TABLE_CAPACITY (§5). */
  allow(bytes: number): void {
    this.#allowed = bytes;
  }

  /** Executes complete encoder instructions (§4.3) in [start, end); returns the offset of the first incomplete one. */
  instruct(b: Uint8Array, start: number, end: number): number {
    this.#in.at = start;
    for (;;) {
      const from = this.#in.at;
      if (from >= end || !this.#instruction(b, end, b[from]!)) return from;
    }
  }

  #instruction(b: Uint8Array, end: number, first: number): boolean {
    if ((first & 0xe0) === 0x20) {
      const limit = this.#in.integer(b, end, 5);
      if (limit < 0) return false;
      this.#limit = Math.min(limit, TABLE_BYTES_MAX);
      this.#evict();
      return true;
    }
    if ((first & 0xe0) === 0) {
      const index = this.#in.integer(b, end, 5);
      if (index < 0) return false;
      this.#add(this.#relative(index) ?? UNKNOWN);
      return true;
    }
    const index = first & 0x80 ? this.#in.integer(b, end, 6) : 0;
    const name =
      index < 0
        ? null
        : first & 0x80
          ? ((first & 0x40 ? staticTable[index] : this.#relative(index)) ?? UNKNOWN)[0]
          : this.#in.string(b, end, 5);
    const value = name === null ? null : this.#in.string(b, end, 7);
    if (name === null || value === null) return false;
    this.#add([name, value]);
    return true;
  }

  /** Decodes the field section [start, end) (§4.5). Empty if it refers to entries that were not captured. */
  section(b: Uint8Array, start: number, end: number): HeaderField[] {
    this.#in.at = start;
    const encoded = this.#in.integer(b, end, 8);
    const isBelow = ((b[this.#in.at] ?? 0) & 0x80) !== 0;
    const delta = this.#in.integer(b, end, 7);
    if (encoded < 0 || delta < 0) return [];
    const required = encoded === 0 ? 0 : this.#required(encoded);
    const base = isBelow ? required - delta - 1 : required + delta;
    const fields: HeaderField[] = [];
    let text = 0;
    while (this.#in.at < end && fields.length < FIELDS_MAX && text < SECTION_TEXT_MAX) {
      const from = this.#in.at;
      const entry = this.#line(b, end, base, b[from]!);
      if (entry === null) break;
      text += entry[0].length + entry[1].length;
      fields.push({ name: entry[0], value: entry[1], start: from, length: this.#in.at - from });
    }
    return fields;
  }

  /**
   * Required Insert Count (§4.5.1.1): encoded modulo twice the maximum number of entries; the value nearest to the
   * current count applies.
   */
  #required(encoded: number): number {
    const range = 2 * Math.max(1, Math.floor((this.#allowed ?? this.#limit) / ENTRY_OVERHEAD));
    const most = this.#inserted + range / 2;
    const required = Math.floor(most / range) * range + encoded - 1;
    return required > most ? required - range : required;
  }

  #line(b: Uint8Array, end: number, base: number, first: number): Entry | null {
    // §4.5.2 and §4.5.3: indexed. §4.5.4 to §4.5.6: literal, with an indexed or a literal name.
    if (first & 0x80) return this.#entry(first & 0x40, this.#in.integer(b, end, 6), base);
    if ((first & 0xf0) === 0x10) return this.#pastBase(base, this.#in.integer(b, end, 4));
    let name: string | null | undefined;
    if (first & 0x40) name = this.#entry(first & 0x10, this.#in.integer(b, end, 4), base)?.[0];
    else if (first & 0x20) name = this.#in.string(b, end, 3);
    else name = this.#pastBase(base, this.#in.integer(b, end, 3))?.[0];
    if (name === null || name === undefined) return null;
    const value = this.#in.string(b, end, 7);
    return value === null ? null : [name, value];
  }

  #entry(isStatic: number, index: number, base: number): Entry | null {
    if (index < 0) return null;
    return isStatic !== 0 ? (staticTable[index] ?? null) : this.#absolute(base - 1 - index);
  }

  /** Entry by post-base index, §3.2.6. */
  #pastBase(base: number, index: number): Entry | null {
    return index < 0 ? null : this.#absolute(base + index);
  }

  get #inserted(): number {
    return this.#dropped + this.#table.length;
  }

  #absolute(index: number): Entry | null {
    return this.#table[index - this.#dropped] ?? null;
  }

  /** Entry by relative index (§3.2.5): in the encoder stream the newest is 0. */
  #relative(index: number): Entry | null {
    return this.#absolute(this.#inserted - 1 - index);
  }

  /** Inserts an entry and evicts the oldest beyond the capacity, §3.2.2. */
  #add(entry: Entry): void {
    this.#table.push(entry);
    this.#size += sizeOf(entry);
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#limit && this.#table.length > 0) {
      this.#size -= sizeOf(this.#table.shift()!);
      this.#dropped++;
    }
  }
}

const UNKNOWN: Entry = ['', ''];

const sizeOf = ([name, value]: Entry): number => name.length + value.length + ENTRY_OVERHEAD;

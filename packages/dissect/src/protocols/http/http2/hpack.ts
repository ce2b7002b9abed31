// HPACK, header compression of HTTP/2 (RFC 7541). One decoder per direction of a connection, fed with every header
// block in order; results are stored with the packet, since a block can be decoded only once.
import { PrimitiveReader } from './primitives.ts';
import { type Entry, staticTable } from './static-table.ts';

/** Overhead of an entry in bytes, in addition to name and value (§4.1). */
const ENTRY_OVERHEAD = 32;
/** Maximum table size supported, regardless of negotiation. */
const TABLE_BYTES_MAX = 1 << 16;
/** Maximum number of header fields and bytes decoded per block (RFC 9113 §10.5.1 leaves the limit open). */
const FIELDS_MAX = 500;
const BLOCK_TEXT_MAX = 1 << 18;

export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** Offset of its representation in the block. */
  readonly start: number;
  readonly length: number;
}

export class HpackDecoder {
  /** The dynamic table, newest first (§2.3.2). */
  readonly #table: Entry[] = [];
  #size = 0;
  #limit = 4096;
  readonly #in = new PrimitiveReader();

  /** Decodes the block [start, end); stops at the first malformed representation. */
  read(b: Uint8Array, start: number, end: number): HeaderField[] {
    const fields: HeaderField[] = [];
    let text = 0;
    this.#in.at = start;
    while (this.#in.at < end && fields.length < FIELDS_MAX && text < BLOCK_TEXT_MAX) {
      const from = this.#in.at;
      const first = b[from]!;
      // §6.3: dynamic table size update.
      if ((first & 0xe0) === 0x20) {
        const limit = this.#in.integer(b, end, 5);
        if (limit < 0) break;
        this.#limit = Math.min(limit, TABLE_BYTES_MAX);
        this.#evict();
        continue;
      }
      const entry = this.#field(b, end, first);
      if (entry === null) break;
      text += entry[0].length + entry[1].length;
      fields.push({ name: entry[0], value: entry[1], start: from - start, length: this.#in.at - from });
    }
    return fields;
  }

  #field(b: Uint8Array, end: number, first: number): Entry | null {
    // §6.1: indexed. §6.2.1: literal with incremental indexing. §6.2.2 and §6.2.3: literal without indexing.
    if (first & 0x80) return this.#entry(this.#in.integer(b, end, 7));
    const isIndexed = (first & 0x40) !== 0;
    const index = this.#in.integer(b, end, isIndexed ? 6 : 4);
    if (index < 0) return null;
    const name = index === 0 ? this.#in.string(b, end, 7) : this.#entry(index)?.[0];
    if (name === null || name === undefined) return null;
    const value = this.#in.string(b, end, 7);
    if (value === null) return null;
    const entry: Entry = [name, value];
    if (isIndexed) this.#add(entry);
    return entry;
  }

  #entry(index: number): Entry | null {
    if (index <= 0) return null;
    return staticTable[index - 1] ?? this.#table[index - 1 - staticTable.length] ?? null;
  }

  /** Inserts an entry and evicts the oldest beyond the size limit, §4.4. */
  #add(entry: Entry): void {
    this.#table.unshift(entry);
    this.#size += entry[0].length + entry[1].length + ENTRY_OVERHEAD;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#limit) {
      const oldest = this.#table.pop();
      if (oldest === undefined) break;
      this.#size -= oldest[0].length + oldest[1].length + ENTRY_OVERHEAD;
    }
  }
}

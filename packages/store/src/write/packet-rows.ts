// Rows of the packet table from a batch: columns of numbers, with texts and addresses dictionary-encoded.
import type { PacketColumns } from '../rows.ts';
import { putInt64, putNanoseconds } from './int64.ts';

/** Valid until the next batch, which reuses the arrays. Rows are [0, length). */
export interface PacketRows {
  readonly length: number;
  readonly columns: PacketColumns;
  readonly capture: number;
  readonly batch: number;
  readonly firstId: number;
  readonly id: BigInt64Array;
  /** Nanoseconds since 1970. */
  readonly time: BigInt64Array;
  readonly number: BigInt64Array;
  readonly fileOffset: BigInt64Array;
  /** Numbers in the tables `addresses`, `protocols` and `paths`. */
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  /** Number of the outer addresses in `outer_addresses`; 0: none. */
  readonly outer: Int32Array;
  readonly hasOuter: boolean;
  /** The batch's marks, and above them the kind of the addresses. */
  readonly marks: Uint8Array;
  readonly captures: Int32Array;
  readonly batches: Int32Array;
  /** Null: none of the packets has one. */
  readonly summary: readonly (string | null)[] | null;
}

/** Bit of `marks`: columns show one of several layers, or an address other than the header's (see tangled.ts). */
export const TANGLED = 64;

/** Bits of the kind of addresses in `marks`: ETHER, IPV4, IPV6 or 0. */
export const KIND_SHIFT = 4;
export const KIND_MASK = 3;

/** The reused arrays of PacketRows; the others belong to the batch. */
export class PacketScratch {
  readonly capacity: number;
  readonly id: BigInt64Array;
  readonly time: BigInt64Array;
  readonly number: BigInt64Array;
  readonly fileOffset: BigInt64Array;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  readonly outer: Int32Array;
  hasOuter = false;
  readonly marks: Uint8Array;
  readonly captures: Int32Array;
  readonly batches: Int32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.id = new BigInt64Array(capacity);
    this.time = new BigInt64Array(capacity);
    this.number = new BigInt64Array(capacity);
    this.fileOffset = new BigInt64Array(capacity);
    this.source = new Int32Array(capacity);
    this.destination = new Int32Array(capacity);
    this.protocol = new Int32Array(capacity);
    this.path = new Int32Array(capacity);
    this.outer = new Int32Array(capacity);
    this.marks = new Uint8Array(capacity);
    this.captures = new Int32Array(capacity);
    this.batches = new Int32Array(capacity);
  }

  /** Fills all arrays but those of addresses, protocols and paths. */
  fill(columns: PacketColumns, capture: number, batch: number, firstId: number): void {
    const { length, seconds, nanoseconds, number, fileOffset, addressKind } = columns;
    const [ids, times, numbers, offsets] = [this.id, this.time, this.number, this.fileOffset].map(
      (each) => new Int32Array(each.buffer),
    ) as [Int32Array, Int32Array, Int32Array, Int32Array];
    // One loop per column: a single loop would have more live values than registers.
    for (let i = 0; i < length; i++) putInt64(ids, i, firstId + i);
    for (let i = 0; i < length; i++) putNanoseconds(times, i, seconds[i]!, nanoseconds[i]!);
    for (let i = 0; i < length; i++) putInt64(numbers, i, number[i]!);
    for (let i = 0; i < length; i++) putInt64(offsets, i, fileOffset[i]!);
    const { marks } = this;
    for (let i = 0; i < length; i++) marks[i] = columns.marks[i]! | (addressKind[i]! << KIND_SHIFT);
    this.captures.fill(capture, 0, length);
    this.batches.fill(batch, 0, length);
  }
}

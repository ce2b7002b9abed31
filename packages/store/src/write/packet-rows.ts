// Rows of the packet table from a batch: columns of numbers, with texts and addresses dictionary-encoded.
import { NONE } from '@eyrie/dissect';
import type { PacketColumns } from '../rows.ts';
import { halvesOf, putNanoseconds } from './int64.ts';

/** Valid until the next batch, which reuses the arrays. Rows are [0, length); their ids are consecutive. */
export interface PacketRows {
  readonly length: number;
  readonly columns: PacketColumns;
  readonly capture: number;
  readonly firstId: number;
  /** Nanoseconds since 1970. */
  readonly time: BigInt64Array;
  /** Numbers in the tables `addresses`, `protocols` and `paths`. */
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  /** Number of the outer addresses in `outer_addresses`; 0: none. */
  readonly outer: Int32Array;
  readonly hasOuter: boolean;
  /** Whether any packet names its interface. */
  readonly hasInterface: boolean;
  /** The batch's marks, and above them the kind of the addresses. */
  readonly marks: Uint8Array;
}

/** Of a frame number in `place`; the bits above are its capture's. */
const NUMBER_BITS = 40n;
/** Of frames. */
export const NUMBER_MAX = 2 ** Number(NUMBER_BITS) - 1;
/** DuckDB stores it with one added (migrations/005-packed.ts). */
export const INTERFACE_MAX = 2 ** 31 - 2;

/** A capture and a frame number, from the column `place`. */
export function captureAndNumberOf(place: bigint): readonly [capture: number, number: number] {
  return [Number(place >> NUMBER_BITS), Number(BigInt.asUintN(Number(NUMBER_BITS), place))];
}

/** From the number that a dialect's `captured` gives. */
export function capturedOf(captured: bigint): readonly [length: number, interfaceId: number | null] {
  const known = Number(captured >> 32n);
  return [Number(BigInt.asUintN(32, captured)), known === 0 ? null : known - 1];
}

/** The first `place` of a capture, and that of the next one. */
export function placesOf(capture: number): readonly [bigint, bigint] {
  return [BigInt(capture) << NUMBER_BITS, BigInt(capture + 1) << NUMBER_BITS];
}

/** SQL: the packets of a capture. As a range it says which parts of the table need not be read. */
export function ofCapture(capture: number): string {
  const [first, next] = placesOf(capture);
  return `(place >= ${first} AND place < ${next})`;
}

/** Bit of `marks`: columns show one of several layers, or an address other than the header's (see tangled.ts). */
export const TANGLED = 64;

/** Bits of the kind of addresses in `marks`: ETHER, IPV4, IPV6 or 0. */
export const KIND_SHIFT = 4;
export const KIND_MASK = 3;

/** The reused arrays of PacketRows; the others belong to the batch. */
export class PacketScratch {
  readonly capacity: number;
  readonly time: BigInt64Array;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  readonly outer: Int32Array;
  hasOuter = false;
  hasInterface = false;
  readonly marks: Uint8Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.time = new BigInt64Array(capacity);
    this.source = new Int32Array(capacity);
    this.destination = new Int32Array(capacity);
    this.protocol = new Int32Array(capacity);
    this.path = new Int32Array(capacity);
    this.outer = new Int32Array(capacity);
    this.marks = new Uint8Array(capacity);
  }

  /** Fills all arrays but those of addresses, protocols and paths. */
  fill({ length, seconds, nanoseconds, addressKind, interfaceId, marks }: PacketColumns): void {
    const times = halvesOf(this.time);
    // One loop per column: a single loop would have more live values than registers.
    for (let i = 0; i < length; i++) putNanoseconds(times, i, seconds[i]!, nanoseconds[i]!);
    for (let i = 0; i < length; i++) this.marks[i] = marks[i]! | (addressKind[i]! << KIND_SHIFT);
    this.hasInterface = false;
    for (let i = 0; i < length && !this.hasInterface; i++) this.hasInterface = interfaceId[i] !== NONE;
  }
}

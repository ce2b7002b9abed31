// Reads numbers and vectors that follow each other (RFC 8446 §3.4) and emits their fields; never past the end.
import { uint } from './bytes.ts';
import type { Field } from './field.ts';
import type { Sink } from './sink.ts';

export class FieldReader {
  readonly out: Sink;
  readonly b: Uint8Array;
  at: number;
  readonly end: number;

  constructor(out: Sink, b: Uint8Array, at: number, end: number) {
    this.out = out;
    this.b = b;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The number of `width` bytes at the cursor, without moving; 0 when they are not there. */
  peek(width: number): number {
    return this.left < width ? 0 : uint(this.b, this.at, width);
  }

  /** A number as a field; moves on. */
  number(field: Field, width: number): number {
    if (this.left < width) {
      this.at = this.end;
      return 0;
    }
    const value = uint(this.b, this.at, width);
    this.out.add(field, this.at, width, value);
    this.at += width;
    return value;
  }

  /** The next bytes as a field, as many as there are of `length`. */
  bytes(field: Field, length: number): void {
    const taken = Math.min(length, this.left);
    if (taken > 0) this.out.add(field, this.at, taken);
    this.at += taken;
  }

  /** A vector: its length of `width` bytes as one field, its bytes as another. */
  vector(length: Field, width: number, field: Field): void {
    this.bytes(field, this.number(length, width));
  }

  /** A reader of the next `length` bytes; this one moves past them. */
  part(length: number): FieldReader {
    const end = Math.min(this.end, this.at + length);
    const part = new FieldReader(this.out, this.b, this.at, end);
    this.at = end;
    return part;
  }

  /** Numbers of `width` bytes to the end, below a heading. */
  list(heading: Field, field: Field, width: number, unit: string): void {
    const count = Math.floor(this.left / width);
    this.out.open(heading, this.at, this.left);
    this.out.note(` (${count} ${unit}${count === 1 ? '' : 's'})`);
    while (this.left >= width) this.number(field, width);
    this.out.close();
  }
}

// What a protocol's `emit` writes to. One `emit` serves both the tree (every field, nested, with text) and the
// collector (the values of the fields asked for).
import type { Field, Value } from './field.ts';

export interface Sink {
  /**
   * A field at [start, start + length) of the layer's buffer. Without `value` it is read from those bytes by the
   * field's type; pass one that is encoded otherwise or derived (then length 0).
   */
  add(field: Field, start: number, length: number, value?: Value): void;
  /** A field declared with a fixed place (`at`), or a getter (`get`). */
  fixed(field: Field): void;
  /** As `add`; what follows until `close` is nested below it. */
  open(field: Field, start: number, length: number, value?: Value): void;
  openFixed(field: Field): void;
  /** Opens a subtree under a line of text that is not a field. */
  group(text: string, start: number, length: number): void;
  close(): void;
  /** Appends text to the line of the last field or group: `out.note(' (next sequence number)')`. */
  note(text: string): void;
  /** False if the field is not asked for, so that costly work can be skipped. */
  wants(field: Field): boolean;
}

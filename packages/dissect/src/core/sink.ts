// What a protocol's `emit` writes to. One emit serves the tree (every field, nested, with text) and the value
// collector (only the fields asked for).
import type { Field, Value } from './field.ts';

export interface Sink {
  /**
   * A field at [start, start + length) of the layer's buffer. Without a value it is read from those bytes by the
   * field's type; give one when it is computed, has another encoding, or is derived (length 0).
   */
  add(field: Field, start: number, length: number, value?: Value): void;
  /** A field of the protocol's table with a fixed place, read there. */
  fixed(field: Field): void;
  /** As add, and what follows until `close` stands below it. */
  open(field: Field, start: number, length: number, value?: Value): void;
  openFixed(field: Field): void;
  /** A line of text that is no field and opens a subtree. */
  group(text: string, start: number, length: number): void;
  close(): void;
  /** Text added to the line of the last field or group: `out.note(' (next sequence number)')`. */
  note(text: string): void;
  /** False when nobody would look at this field: skip costly work. */
  wants(field: Field): boolean;
}

// Readings as one table of numbers, a row each: a sum of thousands of them every second goes through memory in order,
// instead of from object to object.

import { attributes, type Values } from './attributes.ts';

/** Values of a row. */
export const WIDTH = attributes.length;

/** One reading, as it stands alone. */
export interface Counted {
  readonly id: string;
  readonly values: Values;
  /** When it was measured, on the clock of the peer that holds it (elapsedMs). */
  readonly readMs: number;
}

export class Table {
  /** By row; null where there is no reading. */
  readonly ids: (string | null)[] = [];
  /** Row after row, in the order of the table of attributes. Of 32 bits, as all values are. */
  values = new Float32Array(0);
  readMs = new Float64Array(0);

  set(row: number, id: string, values: Values, readMs: number): void {
    if (row >= this.readMs.length) this.#grow(row);
    while (this.ids.length < row) this.ids.push(null);
    this.ids[row] = id;
    this.readMs[row] = readMs;
    // By hand: `set` takes a list value by value through the runtime.
    for (let i = 0, at = row * WIDTH; i < WIDTH; i++, at++) this.values[at] = values[i]!;
  }

  clear(row: number): void {
    if (row < this.ids.length) this.ids[row] = null;
  }

  #grow(row: number): void {
    const rows = Math.max(8, 2 * row);
    const [values, readMs] = [this.values, this.readMs];
    this.values = new Float32Array(rows * WIDTH);
    this.values.set(values);
    this.readMs = new Float64Array(rows);
    this.readMs.set(readMs);
  }
}

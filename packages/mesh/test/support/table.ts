// A table of readings given one by one.
import { type Counted, Table } from '../../src/skyeye/table.ts';

export function tableOf(readings: readonly Counted[]): Table {
  const table = new Table();
  for (const [row, { id, values, readMs }] of readings.entries()) table.set(row, id, values, readMs);
  return table;
}

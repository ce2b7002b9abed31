// Rows of lost packets that wait for the next batch: merged to one per place of loss, so that they stay few.
import type { DropRow } from '@eyrie/store';

export function addDrop(waiting: DropRow[], row: DropRow): void {
  const at = waiting.findIndex(({ where }) => where === row.where);
  if (at < 0) waiting.push(row);
  else waiting[at] = { ...row, packets: row.packets + waiting[at]!.packets };
}

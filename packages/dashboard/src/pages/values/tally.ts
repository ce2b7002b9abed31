// Counts the values of a field, packet by packet.
import type { PacketRow } from '../../api/types.ts';
import { columnNamed, fieldColumnId } from '../../list/columns.ts';

export interface Value {
  text: string;
  packets: number;
  /** Filter term for it; of a packet that has several values, the field's presence. */
  term: string;
}

/** Adds the packets' values; a packet with several values counts once, as the list shows it. */
export function count(values: Map<string, Value>, field: string, rows: readonly PacketRow[]): void {
  const column = columnNamed(fieldColumnId(field))!;
  for (const row of rows) {
    const text = row.fields?.[field];
    if (text === undefined || text === null) continue;
    const known = values.get(text);
    if (known === undefined) values.set(text, { text, packets: 1, term: column.term!(row)! });
    else known.packets++;
  }
}

/** The most frequent first; equal ones by their text, numbers by size. */
export function ranked(values: ReadonlyMap<string, Value>): Value[] {
  return [...values.values()].sort(
    (a, b) => b.packets - a.packets || a.text.localeCompare(b.text, 'en', { numeric: true }),
  );
}

/** As comma-separated values (RFC 4180). */
export function csvOf(field: string, values: readonly Value[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = values.map(({ text, packets }) => `${quoted(text)},${packets}`);
  return `${[`${quoted(field)},packets`, ...lines].join('\r\n')}\r\n`;
}

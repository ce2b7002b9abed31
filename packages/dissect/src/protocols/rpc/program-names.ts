// Names of RPC programs by number.
import { programTable } from './program-table.ts';

const names = new Map(programTable.map((row) => [row.number, row.column]));

export function programName(number: number): string {
  return names.get(number) ?? 'Unknown';
}

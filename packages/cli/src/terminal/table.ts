// Rows in columns as wide as their longest cell.
type Rows = readonly (readonly string[])[];

export function table(rows: Rows): string {
  return aligned(rows, (cell, width) => cell.padEnd(width));
}

/** The first column to the left, the others, which hold numbers, to the right. */
export function numberTable(rows: Rows): string {
  return aligned(rows, (cell, width, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(width)));
}

function aligned(rows: Rows, pad: (cell: string, width: number, column: number) => string): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, i) => pad(cell, widths[i]!, i)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

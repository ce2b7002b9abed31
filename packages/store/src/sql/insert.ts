// Rows of the small tables, and how PostgreSQL takes them in: as one JSON parameter.
import type { Transaction } from './database.ts';

/** A column of rows to be inserted. `BYTES`: a Uint8Array. */
export interface InsertColumn {
  readonly name: string;
  readonly type: 'INTEGER' | 'BIGINT' | 'FLOAT8' | 'TEXT' | 'BOOLEAN' | 'BYTES';
}

/** Rows per statement. */
const ROWS_MAX = 20_000;

export async function insertAsJson(
  { dialect, run }: Pick<Transaction, 'dialect' | 'run'>,
  table: string,
  columns: readonly InsertColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const source = dialect.fromJson(
    columns.map(({ name, type }) => ({ name, type: type === 'BYTES' ? 'TEXT' : type })),
  );
  const values = columns.map(({ name, type }) =>
    type === 'BYTES' ? dialect.unhex(`s.${name}`) : `s.${name}`,
  );
  const names = columns.map(({ name }) => name).join(', ');
  for (let at = 0; at < rows.length; at += ROWS_MAX)
    await run(`INSERT INTO ${table} (${names}) SELECT ${values.join(', ')} FROM ${source}`, [
      jsonText(rows.slice(at, at + ROWS_MAX)),
    ]);
}

/** Databases reject U+0000 and lone surrogates in text. Bytes become hexadecimal text. */
export function jsonText(rows: readonly unknown[]): string {
  return JSON.stringify(rows, plainValue);
}

/** A replacer; of a Buffer, `value` is what that would be in JSON. */
function plainValue(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return plainText(value);
  const own = this[key];
  return own instanceof Uint8Array ? Buffer.from(own).toString('hex') : value;
}

export function plainText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\u2400');
}

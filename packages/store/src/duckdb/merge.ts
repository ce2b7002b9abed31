import type { DuckDBConnection } from '@duckdb/node-api';
import { jsonText } from '../sql/insert.ts';
import { joins, keysOf, type MergeTable } from '../sql/tables.ts';
import { dialect } from './dialect.ts';

/** Rows in one statement. */
const ROWS_MAX = 20_000;

export async function mergeInto(
  connection: DuckDBConnection,
  table: MergeTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const names = table.columns.map(({ name }) => name);
  const sql = `MERGE INTO ${table.name} USING ${dialect.fromJson(table.columns)}
    ON ${keysOf(table)
      .map((key) => `${table.name}.${key} = s.${key}`)
      .join(' AND ')}
    WHEN MATCHED THEN UPDATE SET ${joins(table, 's')}
    WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `s.${name}`).join(', ')})`;
  for (let at = 0; at < rows.length; at += ROWS_MAX)
    await connection.run(sql, [jsonText(rows.slice(at, at + ROWS_MAX))]);
}

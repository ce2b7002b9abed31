import type { DuckDBConnection } from '@duckdb/node-api';
import { joins, keysOf, type MergeTable } from '../sql/tables.ts';
import { type Cells, stage } from './staging.ts';

const INCOMING = 'incoming';

export async function mergeInto(
  connection: DuckDBConnection,
  table: MergeTable,
  rows: readonly Cells[],
): Promise<void> {
  const { name, columns } = table;
  const names = columns.map((column) => column.name).join(', ');
  const isSame = keysOf(table)
    .map((key) => `${name}.${key} = s.${key}`)
    .join(' AND ');
  await stage(connection, INCOMING, columns, rows);
  const update = `UPDATE ${name} SET ${joins(table, 's')} FROM ${INCOMING} s WHERE ${isSame}`;
  const { rowsChanged } = await connection.run(update);
  // Mostly all are there already. Inserted in order, since ids tell which row is newer; MERGE would insert in the order of its join.
  if (rowsChanged < rows.length)
    await connection.run(
      `INSERT INTO ${name} (${names}) SELECT ${names} FROM ${INCOMING} s
       WHERE NOT EXISTS (SELECT 1 FROM ${name} WHERE ${isSame}) ORDER BY s.rowid`,
    );
  await connection.run(`DROP TABLE ${INCOMING}`);
}

// Converts DuckDB's values to plain JavaScript values.
import { DuckDBBlobValue, type DuckDBValue } from '@duckdb/node-api';
import type { Value } from '../sql/database.ts';

export function plainValue(value: DuckDBValue): Value {
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return value as Value;
}

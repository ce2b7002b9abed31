import { DuckDBInstance } from '@duckdb/node-api';

const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;

/** Converts a CSV file with a header line to Parquet; column types are inferred from all rows. */
export async function csvToParquet(csv: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
  const connection = await instance.connect();
  try {
    await connection.run(
      `COPY (SELECT * FROM read_csv(${quoted(csv)}, header = true, sample_size = -1))
       TO ${quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

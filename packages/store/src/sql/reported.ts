// A database that reports each query that reads: its SQL, how many rows came and how long it took.
import type { QueryReport } from '../store.ts';
import type { Database, Row } from './database.ts';

/** Transactions write, and are not reported. */
export function reported(database: Database, onQuery: (report: QueryReport) => void): Database {
  const report = async (sql: string, rows: Promise<Row[]>): Promise<Row[]> => {
    const start = performance.now();
    const found = await rows;
    onQuery({ sql, rows: found.length, ms: performance.now() - start });
    return found;
  };
  return {
    engine: database.engine,
    dialect: database.dialect,
    place: database.place,
    lanes: database.lanes,
    get changes() {
      return database.changes;
    },
    all: (sql, parameters) => report(sql, database.all(sql, parameters)),
    allPrepared: (sql, numbers) => report(sql, database.allPrepared(sql, numbers)),
    transaction: (work, lane) => database.transaction(work, lane),
    claim: (capture) => database.claim(capture),
    release: (capture) => database.release(capture),
    version: () => database.version(),
    size: () => database.size(),
    migrated: () => database.migrated(),
    vacuum: () => database.vacuum(),
    writeParquet: (query, path) => database.writeParquet(query, path),
    close: () => database.close(),
  };
}

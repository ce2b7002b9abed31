// Aggregations of the small tables of batches, `batches` and `tallies`, cached until the next write: a page asks for the same
// few of them whenever it is opened.
import type { Database, Row, Value } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';

/** Rows cached, about this many bytes each. A query counts, too: a cursor may be long, and have no rows behind it. */
const ROW_BYTES = 200;
const ROWS_MAX = 50_000;

export class Aggregates {
  readonly #database: Database;
  readonly #rows: QueryCache<readonly Row[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#rows = new QueryCache(database, ROWS_MAX, (rows, { length }) =>
      Math.ceil(rows.length + length / ROW_BYTES),
    );
  }

  /** As `Database.all`; for queries that are short, as they cannot be cancelled. */
  all(sql: string, parameters: readonly Value[] = []): Promise<readonly Row[]> {
    return this.#rows.get([sql, ...parameters].join('\0'), () => this.#database.all(sql, parameters));
  }
}

// Resolves addresses in a filter to the dictionary numbers in rows.
import type { Database } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { and, FALSE, type Sql } from './condition.ts';

/** Numbers inlined into a query; if there are more, the query uses a subselect. */
const INLINE_MAX = 500;

/** Conditions cached. */
const CONDITIONS_MAX = 100;

export class AddressBook {
  readonly #database: Database;
  readonly #found: QueryCache<number[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#found = new QueryCache(database, CONDITIONS_MAX);
  }

  /** SQL: the address in `column` is of this family and meets `condition` (on `bytes` and `text` of `addresses`). */
  isOne(column: string, family: number, condition: Sql): Promise<Sql> {
    return this.#isAmong(column, `addresses WHERE kind = ${family} AND (${condition})`);
  }

  /** The same for addresses that no column shows (outer addresses). `sides`: SOURCE, DESTINATION or both. */
  async isOuter(sides: readonly number[], family: number, condition: Sql): Promise<Sql> {
    const which = `side IN (${sides.join(', ')}) AND kind = ${family} AND (${condition})`;
    const among = await this.#isAmong('outer_id', `outer_addresses WHERE ${which}`);
    return and('outer_id IS NOT NULL', among);
  }

  async #isAmong(column: string, from: string): Promise<Sql> {
    const ids = await this.#found.get(from, async () => {
      const rows = await this.#database.all(`SELECT DISTINCT id FROM ${from} LIMIT ${INLINE_MAX + 1}`);
      return rows.map(([id]) => Number(id)).sort((a, b) => a - b);
    });
    if (ids.length === 0) return FALSE;
    if (ids.length > INLINE_MAX) return `${column} IN (SELECT id FROM ${from})`;
    return this.#database.dialect.isOneOf(column, ids);
  }

  /** An SQL literal of bytes. */
  bytes(bytes: Uint8Array): Sql {
    return this.#database.dialect.unhex(`'${Buffer.from(bytes).toString('hex')}'`);
  }
}

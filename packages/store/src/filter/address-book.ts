// Addresses that a filter means, as the numbers that rows hold.
import type { Database } from '../sql/database.ts';
import { Remembered } from '../sql/remembered.ts';
import { FALSE, type Sql } from './condition.ts';

/** Numbers that are written into a query; where more are meant, the query looks them up. */
const INLINE_MAX = 500;

/** Conditions whose addresses are remembered. */
const CONDITIONS_MAX = 100;

export class AddressBook {
  readonly #database: Database;
  readonly #found: Remembered<number[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#found = new Remembered(database, CONDITIONS_MAX);
  }

  /** Is the address in `column` one of this family that meets `condition` (on `bytes` and `text` of `addresses`)? */
  async isOne(column: string, family: number | null, condition: Sql): Promise<Sql> {
    const which = family === null ? condition : `kind = ${family} AND (${condition})`;
    const ids = await this.#found.get(which, async () => {
      const rows = await this.#database.all(
        `SELECT id FROM addresses WHERE ${which} LIMIT ${INLINE_MAX + 1}`,
      );
      return rows.map(([id]) => Number(id)).sort((a, b) => a - b);
    });
    if (ids.length === 0) return FALSE;
    if (ids.length > INLINE_MAX) return `${column} IN (SELECT id FROM addresses WHERE ${which})`;
    return this.#database.dialect.isOneOf(column, ids);
  }

  /** Bytes as SQL. */
  bytes(bytes: Uint8Array): Sql {
    return this.#database.dialect.unhex(`'${Buffer.from(bytes).toString('hex')}'`);
  }
}

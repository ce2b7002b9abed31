// Addresses that a filter means, as the numbers that rows hold.
import type { Database } from '../sql/database.ts';
import { Remembered } from '../sql/remembered.ts';
import { and, FALSE, type Sql } from './condition.ts';

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
  isOne(column: string, family: number, condition: Sql): Promise<Sql> {
    return this.#isAmong(column, `addresses WHERE kind = ${family} AND (${condition})`);
  }

  /** Is one of the addresses that the columns don't show such a one? `sides`: SOURCE, DESTINATION or both. */
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

  /** Bytes as SQL. */
  bytes(bytes: Uint8Array): Sql {
    return this.#database.dialect.unhex(`'${Buffer.from(bytes).toString('hex')}'`);
  }
}

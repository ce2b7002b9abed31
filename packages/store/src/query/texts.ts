// Cache of the texts of dictionary numbers. The text of a number never changes, so that entries stay valid.
import type { Database } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';

/** Texts cached per table; the cache is emptied beyond it. */
const TEXTS_MAX = 100_000;

/** Numbers looked up together: those assigned at the same time are often shown together. */
const BLOCK = 256;

type Table = 'addresses' | 'protocols' | 'paths';

const COLUMN: Readonly<Record<Table, string>> = { addresses: 'text', protocols: 'name', paths: 'name' };

export class Texts {
  readonly #database: Database;
  readonly #anyInfo: QueryCache<boolean>;
  #known = emptyTables();

  constructor(database: Database) {
    this.#database = database;
    this.#anyInfo = new QueryCache(database, 1);
  }

  /** The texts by number; numbers unknown to the store are missing. */
  async of(table: Table, ids: Iterable<number>): Promise<Map<number, string>> {
    const known = this.#known[table];
    const texts = new Map<number, string>();
    const wanted = new Set(ids);
    const missing = new Set<number>();
    for (const id of wanted) {
      const text = known.get(id);
      if (text === undefined) missing.add(Math.floor(id / BLOCK));
      else texts.set(id, text);
    }
    if (missing.size === 0) return texts;
    const blocks = [...missing].map((block) => `(id >= ${block * BLOCK} AND id < ${(block + 1) * BLOCK})`);
    const rows = await this.#database.all(
      `SELECT id, ${COLUMN[table]} FROM ${table} WHERE ${blocks.join(' OR ')}`,
    );
    if (known.size + rows.length > TEXTS_MAX) known.clear();
    for (const [id, text] of rows) {
      known.set(Number(id), String(text));
      if (wanted.has(Number(id))) texts.set(Number(id), String(text));
    }
    return texts;
  }

  /** Info columns by packet id: of the few packets that have one. */
  async infos(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0 || !(await this.#hasInfos())) return new Map();
    const rows = await this.#database.all(`SELECT id, info FROM infos WHERE id IN (${ids.join(', ')})`);
    return new Map(rows.map(([id, info]) => [Number(id), String(info)]));
  }

  /** Mostly there are none, and nothing has to be looked for until the next write. */
  async #hasInfos(): Promise<boolean> {
    if (this.#database.changes === null) return true;
    return this.#anyInfo.get(
      '',
      async () => (await this.#database.all('SELECT id FROM infos LIMIT 1')).length > 0,
    );
  }

  /** Empties the cache after an erasure; lookups in progress fill the old one, which is discarded. */
  clear(): void {
    this.#known = emptyTables();
  }
}

function emptyTables(): Record<Table, Map<number, string>> {
  return { addresses: new Map(), protocols: new Map(), paths: new Map() };
}

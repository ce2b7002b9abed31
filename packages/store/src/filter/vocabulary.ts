// The distinct protocols and paths in this store: some hundred texts, on which a filter's conditions about layers are
// evaluated before any packets are examined.
import type { Database, Dialect } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { FALSE, type Sql, TRUE } from './condition.ts';

interface Texts {
  readonly ids: number[];
  readonly names: string[];
}

export class Vocabulary {
  readonly #database: Database;
  #protocols: Texts = { ids: [], names: [] };
  #paths: Texts = { ids: [], names: [] };
  #layers: Texts = { ids: [], names: [] };
  #split: string[][] = [];
  #recorded: boolean[] = [];
  readonly #refreshed: QueryCache<void>;

  constructor(database: Database) {
    this.#database = database;
    this.#refreshed = new QueryCache(database, 1);
  }

  get packed(): Dialect['packed'] {
    return this.#database.dialect.packed;
  }

  /** Loads texts that were added since the last call. */
  refresh(): Promise<void> {
    return this.#refreshed.get('', () => this.#refresh());
  }

  async #refresh(): Promise<void> {
    const [row] = await this.#database.all(
      'SELECT (SELECT count(*) FROM protocols), (SELECT count(*) FROM paths)',
    );
    const [protocols, paths] = row!.map(Number);
    if (protocols !== this.#protocols.ids.length) this.#protocols = await this.#read('protocols', 'name');
    if (paths === this.#paths.ids.length) return;
    const names = await this.#read('paths', 'name');
    const layers = await this.#read('paths', 'layers');
    const recorded = await this.#read('paths', 'is_told');
    // All or none: a query may fail or be cancelled.
    this.#paths = names;
    this.#layers = layers;
    this.#split = layers.names.map((each) => each.split(':'));
    this.#recorded = recorded.names.map((each) => each === 'true');
  }

  async #read(table: string, column: string): Promise<Texts> {
    const rows = await this.#database.all(`SELECT id, ${column} FROM ${table} ORDER BY id`);
    return { ids: rows.map(([id]) => Number(id)), names: rows.map(([, name]) => String(name)) };
  }

  /** Selects packets by their Protocol column. */
  protocolsLike(test: (name: string) => boolean): Sql {
    return this.#like('protocol', this.#protocols, (i) => test(this.#protocols.names[i]!));
  }

  /** Selects packets by frame.protocols. */
  pathsLike(test: (path: string) => boolean): Sql {
    return this.#like('path', this.#paths, (i) => test(this.#paths.names[i]!));
  }

  /**
   * Selects packets by the names of their layers; a leading `?` marks those still being reassembled. `isTold`: packets all of
   * whose IP addresses are stored, not only those in the columns.
   */
  layersLike(test: (layers: readonly string[], isRecorded: boolean) => boolean): Sql {
    return this.#like('path', this.#layers, (i) => test(this.#split[i]!, this.#recorded[i]!));
  }

  #like(column: string, { ids }: Texts, test: (i: number) => boolean): Sql {
    const found = ids.filter((_, i) => test(i));
    if (found.length === 0) return FALSE;
    return found.length === ids.length ? TRUE : this.#database.dialect.isOneOf(column, found);
  }
}

// The protocols and paths that packets of this store have: some hundred texts, on which whatever a filter says of them is
// decided before the packets are looked at.
import type { Database } from '../sql/database.ts';
import { isOneOf, type Sql, TRUE } from './condition.ts';

interface Texts {
  readonly ids: number[];
  readonly names: string[];
}

export class Vocabulary {
  readonly #database: Database;
  #protocols: Texts = { ids: [], names: [] };
  #paths: Texts = { ids: [], names: [] };
  #layers: string[][] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes in what came since; others may write, too. */
  async refresh(): Promise<void> {
    this.#protocols = await this.#read('protocols', this.#protocols);
    const paths = await this.#read('paths', this.#paths);
    if (paths !== this.#paths) this.#layers = paths.names.map((name) => name.split(':'));
    this.#paths = paths;
  }

  async #read(table: string, known: Texts): Promise<Texts> {
    const [count] = await this.#database.all(`SELECT count(*) FROM ${table}`);
    if (Number(count![0]) === known.ids.length) return known;
    const rows = await this.#database.all(`SELECT id, name FROM ${table} ORDER BY id`);
    return { ids: rows.map(([id]) => Number(id)), names: rows.map(([, name]) => String(name)) };
  }

  protocolsLike(test: (name: string) => boolean): Sql {
    return this.#like('protocol', this.#protocols, (i) => test(this.#protocols.names[i]!));
  }

  pathsLike(test: (path: string) => boolean): Sql {
    return this.#like('path', this.#paths, (i) => test(this.#paths.names[i]!));
  }

  /** Paths by the names of their layers. */
  layersLike(test: (layers: readonly string[]) => boolean): Sql {
    return this.#like('path', this.#paths, (i) => test(this.#layers[i]!));
  }

  protocolName(id: number): string {
    return this.#protocols.names[this.#protocols.ids.indexOf(id)] ?? '';
  }

  pathName(id: number): string {
    return this.#paths.names[this.#paths.ids.indexOf(id)] ?? '';
  }

  #like(column: string, { ids }: Texts, test: (i: number) => boolean): Sql {
    const found = ids.filter((_, i) => test(i));
    return found.length === ids.length && ids.length > 0 ? TRUE : isOneOf(column, found);
  }
}

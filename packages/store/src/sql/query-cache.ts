// A cache of query results, valid until the next write. Disabled if other processes may write.
import { uncancelled } from './cancel.ts';
import type { Database } from './database.ts';

/** Results by key; concurrent requests share one query. */
export class QueryCache<T> {
  readonly #database: Pick<Database, 'changes'>;
  readonly #weightMax: number;
  readonly #weightOf: (result: T, key: string) => number;
  readonly #entries = new Map<string, Promise<T>>();
  #weight = 0;
  #changes: number | null = null;

  /**
   * @param weightMax total weight of cached results; the cache is emptied beyond it
   * @param weightOf weight of a result, at least 1; default 1
   */
  constructor(
    database: Pick<Database, 'changes'>,
    weightMax: number,
    weightOf: (result: T, key: string) => number = () => 1,
  ) {
    this.#database = database;
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
  }

  get(key: string, query: () => Promise<T>): Promise<T> {
    const { changes } = this.#database;
    if (changes === null) return query();
    if (changes !== this.#changes) this.#clear();
    this.#changes = changes;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const result = uncancelled(query);
    this.#entries.set(key, result);
    result.then(
      (value) => this.#keep(key, result, this.#weightOf(value, key)),
      // Errors are not cached.
      () => this.#entries.get(key) === result && this.#entries.delete(key),
    );
    return result;
  }

  #keep(key: string, result: Promise<T>, weight: number): void {
    // The cache may have been emptied meanwhile.
    if (this.#entries.get(key) !== result) return;
    if (this.#weight + weight > this.#weightMax) {
      this.#clear();
      if (weight > this.#weightMax) return;
      this.#entries.set(key, result);
    }
    this.#weight += weight;
  }

  #clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}

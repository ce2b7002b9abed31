// A bound on the queries that run or wait for a connection: what asks faster than the database answers is refused in time.
import { StoreError } from '../errors.ts';

const QUERIES_MAX = 10_000;

export class QueryBound {
  readonly #place: string;
  readonly #max: number;
  #count = 0;

  /** @param place for messages */
  constructor(place: string, max = QUERIES_MAX) {
    this.#place = place;
    this.#max = max;
  }

  /** @throws StoreError (`ERR_STORE_BUSY`) beyond the bound */
  async hold<T>(query: () => Promise<T>): Promise<T> {
    if (this.#count >= this.#max)
      throw new StoreError(
        'ERR_STORE_BUSY',
        `${this.#place}: ${this.#max} queries are queued; try again later`,
      );
    this.#count++;
    try {
      return await query();
    } finally {
      this.#count--;
    }
  }
}

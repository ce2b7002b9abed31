// A cache of query results, valid until the next write. Disabled if other processes may write.
import { uncancelled } from './cancel.ts';
import type { Database } from './database.ts';

/** Results by key; concurrent requests share one query. */
export class Remembered<T> {
  readonly #database: Pick<Database, 'changes'>;
  readonly #most: number;
  readonly #weigh: (answer: T) => number;
  readonly #answers = new Map<string, Promise<T>>();
  #weight = 0;
  #changes: number | null = null;

  /**
   * @param most total weight of cached results; the cache is emptied beyond it
   * @param weigh weight of a result, at least 1; default 1
   */
  constructor(database: Pick<Database, 'changes'>, most: number, weigh: (answer: T) => number = () => 1) {
    this.#database = database;
    this.#most = most;
    this.#weigh = weigh;
  }

  get(question: string, ask: () => Promise<T>): Promise<T> {
    const { changes } = this.#database;
    if (changes === null) return ask();
    if (changes !== this.#changes) this.#clear();
    this.#changes = changes;
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer = uncancelled(ask);
    this.#answers.set(question, answer);
    answer.then(
      (value) => this.#keep(question, answer, this.#weigh(value)),
      // Errors are not cached.
      () => this.#answers.get(question) === answer && this.#answers.delete(question),
    );
    return answer;
  }

  #keep(question: string, answer: Promise<T>, weight: number): void {
    // The cache may have been emptied meanwhile.
    if (this.#answers.get(question) !== answer) return;
    if (this.#weight + weight > this.#most) {
      this.#clear();
      if (weight > this.#most) return;
      this.#answers.set(question, answer);
    }
    this.#weight += weight;
  }

  #clear(): void {
    this.#answers.clear();
    this.#weight = 0;
  }
}

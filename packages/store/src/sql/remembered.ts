// What was read from a database and holds until somebody writes to it. Where other processes may write, nothing is kept.
import type { Database } from './database.ts';

/** Answers by their questions. */
export class Remembered<T> {
  readonly #database: Database;
  readonly #most: number;
  readonly #answers = new Map<string, Promise<T>>();
  #changes: number | null = null;

  /** @param most answers kept; beyond it all are forgotten */
  constructor(database: Database, most: number) {
    this.#database = database;
    this.#most = most;
  }

  get(question: string, ask: () => Promise<T>): Promise<T> {
    const { changes } = this.#database;
    if (changes === null) return ask();
    if (changes !== this.#changes) this.#answers.clear();
    this.#changes = changes;
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    if (this.#answers.size >= this.#most) this.#answers.clear();
    const answer = ask();
    this.#answers.set(question, answer);
    // Asked anew next time.
    answer.catch(() => this.#answers.delete(question));
    return answer;
  }
}

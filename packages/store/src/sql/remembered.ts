// What was read from a database and holds until somebody writes to it. Where other processes may write, nothing is kept.
import type { Database } from './database.ts';

/** Answers by their questions. */
export class Remembered<T> {
  readonly #database: Pick<Database, 'changes'>;
  readonly #most: number;
  readonly #weigh: (answer: T) => number;
  readonly #answers = new Map<string, Promise<T>>();
  #weight = 0;
  #changes: number | null = null;

  /**
   * @param most the weight of all answers that are kept; beyond it all are forgotten
   * @param weigh of one answer, at least 1; by itself they are counted
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
    const answer = ask();
    this.#answers.set(question, answer);
    answer.then(
      (value) => this.#keep(question, answer, this.#weigh(value)),
      // Asked anew next time.
      () => this.#answers.get(question) === answer && this.#answers.delete(question),
    );
    return answer;
  }

  #keep(question: string, answer: Promise<T>, weight: number): void {
    // All may have been forgotten since it was asked.
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

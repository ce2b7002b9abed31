/** A group of batches stored in one transaction, and its outcome. */
export class Group {
  /** Whether it was numbered before the previous group was committed. */
  readonly isAhead: boolean;
  readonly #committed = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<void>();
  #hasFailed = false;
  #isOver = false;

  constructor(isAhead: boolean) {
    this.isAhead = isAhead;
  }

  /** The predecessor of the first group. */
  static none(): Group {
    const group = new Group(false);
    group.succeed();
    group.end();
    return group;
  }

  /** Whether its transaction was committed, rather than rolled back and possibly repeated. */
  get committed(): Promise<boolean> {
    return this.#committed.promise;
  }

  /** Resolves when each of its batches is stored or refused. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it was rolled back, and its batches are being retried one by one. */
  get isRepeated(): boolean {
    return this.#hasFailed && !this.#isOver;
  }

  succeed(): void {
    this.#committed.resolve(true);
  }

  fail(): void {
    this.#hasFailed = true;
    this.#committed.resolve(false);
  }

  end(): void {
    this.#isOver = true;
    this.#ended.resolve();
  }
}

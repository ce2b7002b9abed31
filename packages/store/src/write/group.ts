/** Batches that are stored in one transaction, and what became of it. */
export class Group {
  /** It was numbered while the group before it was not yet committed. */
  readonly isAhead: boolean;
  readonly #committed = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<void>();
  #hasFailed = false;
  #isOver = false;

  constructor(isAhead: boolean) {
    this.isAhead = isAhead;
  }

  /** What comes before the first one. */
  static none(): Group {
    const group = new Group(false);
    group.succeed();
    group.end();
    return group;
  }

  /** Whether its transaction was committed, as opposed to rolled back and perhaps repeated. */
  get committed(): Promise<boolean> {
    return this.#committed.promise;
  }

  /** When each of its batches is stored or refused. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It was rolled back, and its batches are not yet stored or refused one by one. */
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

// What waits for an answer or an end, by a number or name of the other side's choosing: bounded, for it may never come.

export class Waiting<Key, Value> {
  readonly #max: number;
  readonly #giveUp: (value: Value) => void;
  /** The oldest first. */
  readonly #values = new Map<Key, Value>();

  /** @param giveUp is given the oldest where there are more than `max`, and one whose key is used anew */
  constructor(max: number, giveUp: (value: Value) => void = () => {}) {
    this.#max = max;
    this.#giveUp = giveUp;
  }

  add(key: Key, value: Value): void {
    const before = this.take(key);
    if (before !== undefined) this.#giveUp(before);
    else if (this.#values.size >= this.#max) this.#giveUp(this.take(this.#values.keys().next().value!)!);
    this.#values.set(key, value);
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  /** The newest that passes. */
  find(test: (value: Value) => boolean): Value | undefined {
    return [...this.#values.values()].findLast(test);
  }

  take(key: Key): Value | undefined {
    const value = this.#values.get(key);
    this.#values.delete(key);
    return value;
  }

  /** Nothing more comes. */
  end(): void {
    for (const value of this.#values.values()) this.#giveUp(value);
    this.#values.clear();
  }
}
